"""Reads Tocsin's topics as a subscriber does: without a consumer group, and without Faust.

The commands that read topics share these modules.
"""
