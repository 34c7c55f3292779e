"""What the collector walks, and how often."""

import gc
from collections.abc import Iterator

import pytest

from streams.service.gc_tuning import THRESHOLDS, freeze_startup_objects


@pytest.fixture
def collector() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


@pytest.mark.usefixtures("collector")
def test_what_is_there_is_left_alone_and_what_comes_is_still_collected() -> None:
    kept = {"stays": [1, 2, 3]}
    freeze_startup_objects()
    assert gc.get_threshold() == THRESHOLDS
    assert gc.get_freeze_count() > 0
    assert not any(one is kept for one in gc.get_objects())
    cycle: list[object] = []
    cycle.append(cycle)
    del cycle
    assert gc.collect() > 0
