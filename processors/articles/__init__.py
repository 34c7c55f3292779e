"""Reads articles: from a record's bytes to one clean `Article`, or the reason of a dead letter.

This package has the input formats (flat JSON, a profile of IPTC ninjs, CloudEvents around either),
an article's identity and the cleaning of its text.
"""
