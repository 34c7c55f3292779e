"""How the packaged registry of leaders is made from collected facts; not used while running.

Owns the carry-over of facts into `processors/leaders/data`. Must not be imported by the worker.
"""
