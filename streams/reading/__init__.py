"""Reading Tocsin's topics as an ordinary subscriber does: without a group, and without Faust.

Owns what the commands that read topics share. Must not know a command, nor what a worker does.
"""
