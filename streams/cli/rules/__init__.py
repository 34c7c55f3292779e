"""The commands of `tocsin rules`: files of rules, examples and trials."""
