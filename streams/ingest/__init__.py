"""Reads articles from files, standard input and feeds, checks them, and sends them to a topic.

Sent and rejected records are counted.
"""
