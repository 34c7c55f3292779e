"""Tunes the cyclic garbage collector for a long-running worker.

Registry, lexicon, rules and libraries stay loaded, and so do most of the states of leaders. These
are many small containers, and the collector spent a sixth of the worker's time to traverse them.
Objects that are not part of a cycle are freed at once with any setting.
"""

import gc

# Python's own are 700, 10 and 10.
THRESHOLDS = (20_000, 20, 20)


def freeze_startup_objects() -> None:
    """Exclude objects that are loaded now from collection, and raise the thresholds.

    Call this once everything that stays loaded is loaded.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
