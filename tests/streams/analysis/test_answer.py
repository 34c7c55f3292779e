"""How much of a question one answer holds."""

import pytest

from streams.analysis import answer as answering
from streams.analysis.answer import MAX_ANSWER_BYTES, Answer
from streams.analysis.outcome import Outcome
from streams.kafka.envelope import Outgoing


def outcome(size_bytes: int) -> Outcome:
    return Outcome(outputs=[Outgoing("t", b"k", b"x" * size_bytes), Outgoing("t", b"k", None)])


def test_an_answer_is_full_when_its_outputs_are_many_bytes() -> None:
    answer = Answer()
    for _ in range(3):
        answer.add(outcome(MAX_ANSWER_BYTES // 4))
        assert not answer.is_full()
    answer.add(outcome(MAX_ANSWER_BYTES // 4))
    assert answer.is_full()
    assert len(answer.outcomes) == 4


def test_bad_articles_and_short_ones_never_fill_an_answer() -> None:
    answer = Answer()
    for _ in range(1_000):
        answer.add(Outcome(reason="empty"))
    assert not answer.is_full()


def test_an_answer_is_full_when_it_took_long(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(answering.time, "monotonic", lambda: now)
    answer = Answer()
    answer.add(outcome(1))
    now = 100.99
    assert not answer.is_full()
    now = 101.0
    assert answer.is_full()
