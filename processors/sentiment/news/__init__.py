"""The scorer for news: a lexicon, grammar, and a linear model for leaders."""
