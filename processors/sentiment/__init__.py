"""Sentiment of articles, and towards leaders: lexicons, an exact and fast TextBlob, a news scorer.

Scorers are exchangeable: `scorer.load_scorer` gives one by name.
"""
