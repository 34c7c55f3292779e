"""Pauses in work on the event loop."""

import pytest

from streams.service import event_loop_budget as slices
from streams.service.event_loop_budget import Slices


def test_a_pause_is_due_once_a_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("streams.service.event_loop_budget.time.perf_counter", lambda: now)
    measured = Slices()
    assert not measured.is_due()
    now += slices.SLICE_SECONDS * 0.9
    assert not measured.is_due()
    now += slices.SLICE_SECONDS * 0.2
    assert measured.is_due()
    assert not measured.is_due()
