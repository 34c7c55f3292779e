"""Writes the published contracts from the models in the code."""
