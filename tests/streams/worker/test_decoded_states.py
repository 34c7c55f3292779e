"""Decoded states are kept up to a size, those written last."""

from processors.watch import new_state
from streams.worker.decoded_states import DecodedStates


def test_a_state_is_found_again_for_the_very_bytes_that_were_written() -> None:
    states, state, encoded = DecodedStates(), new_state(), b"e" * 10
    states.put(b"a", encoded, state)
    assert states.peek(b"a") is state
    assert states.take(b"a", encoded) is state
    assert states.peek(b"a") is None
    states.put(b"a", encoded, state)
    assert states.take(b"a", b"recovered from the changelog") is None
    assert len(states) == 0


def test_what_was_written_longest_ago_goes_when_the_bytes_are_too_many() -> None:
    states = DecodedStates(max_bytes=30)
    for key in (b"a", b"b", b"c"):
        states.put(key, b"e" * 10, new_state())
    states.put(b"a", b"f" * 10, new_state())
    states.put(b"d", b"e" * 10, new_state())
    assert [states.peek(key) is not None for key in (b"a", b"b", b"c", b"d")] == [
        True,
        False,
        True,
        True,
    ]
    states.put(b"large", b"e" * 31, new_state())
    assert len(states) == 0
    states.put(b"b", b"e" * 10, new_state())
    assert len(states) == 1


def test_nothing_is_kept_of_partitions_that_are_assigned_anew() -> None:
    states = DecodedStates(max_bytes=30)
    for _ in range(2):
        for key in (b"a", b"b", b"c"):
            states.put(key, b"e" * 10, new_state())
        assert len(states) == 3
        states.clear()
        assert len(states) == 0
