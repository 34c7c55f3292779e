"""Replay: the same application on a bounded range of a topic of articles, apart from the live one.

Owns the range, the plan, the manifest that every worker of a replay reads, the end of the run, and
the comparison with what rang live. Must not know how an article is analysed or when an alert rings:
that is the worker's, which is the same one.
"""
