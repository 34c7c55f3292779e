"""Replays: the same application on a bounded range of a topic of articles, apart from the live one.

This package has the range, the plan, the manifest that every worker of a replay reads, the end of
the run, and the comparison with live alerts. The analysis and the rules are those of the live
worker.
"""
