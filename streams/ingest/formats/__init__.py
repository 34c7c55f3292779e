"""Formats of feeds: one module a format, with `recognise` and `read`."""
