"""The words of a language around names and offices, and the folding of its letters."""
