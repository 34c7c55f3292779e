"""How often Python looks for garbage that refers to itself.

Owns the collector's thresholds. Must not know what the process does. Registry, lexicon, rules and
libraries stay for good, and so do most of the states of leaders: many small containers, which the
collector walked again and again, at a sixth of the time of the worker's own process. What is not
part of a cycle is freed at once whatever is set here.
"""

import gc

# Python's own are 700, 10 and 10.
THRESHOLDS = (20_000, 20, 20)


def freeze_startup_objects() -> None:
    """Exclude objects loaded at startup from collection, and raise the thresholds.

    Call it when everything that stays is loaded.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
