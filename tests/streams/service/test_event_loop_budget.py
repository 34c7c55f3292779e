"""Pauses in work on the event loop."""

import pytest

from streams.service import event_loop_budget as budget
from streams.service.event_loop_budget import EventLoopBudget


def test_a_pause_is_due_once_a_slice(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("streams.service.event_loop_budget.time.perf_counter", lambda: now)
    measured = EventLoopBudget()
    assert not measured.should_yield()
    now += budget.BUDGET_SECONDS * 0.9
    assert not measured.should_yield()
    now += budget.BUDGET_SECONDS * 0.2
    assert measured.should_yield()
    assert not measured.should_yield()
