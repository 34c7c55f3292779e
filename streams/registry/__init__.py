"""Comparison of the packaged registry with Wikidata."""
