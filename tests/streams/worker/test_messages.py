"""Timestamps and headers of Faust's messages."""

from types import SimpleNamespace

import pytest

from streams.worker.messages import timestamp_ms

MAX_INT64 = 9_223_372_036_854_775_807


# Faust's driver gives seconds, as a float: milliseconds divided by 1,000.
@pytest.mark.parametrize(
    "stamp",
    [-1, 0, 1, 1_796_093_070_225, 1_796_093_070_054_000, MAX_INT64, -MAX_INT64 - 1],
)
def test_a_timestamp_is_what_the_producer_wrote(stamp: int) -> None:
    assert timestamp_ms(SimpleNamespace(timestamp=stamp / 1000.0)) == stamp


def test_a_message_without_a_timestamp_has_0() -> None:
    assert timestamp_ms(SimpleNamespace(timestamp=None)) == 0
