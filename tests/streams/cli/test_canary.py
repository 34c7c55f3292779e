"""`tocsin canary`, as far as it goes without a broker."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "No broker is set"),
        (["--interval", "0"], "greater than or equal to 1"),
        (["--once", "--broker", "127.0.0.1:1", "--name", "two words"], "--name is 'two words'"),
    ],
)
def test_what_cannot_be_is_refused(
    tocsin: Callable[..., Any], options: list[str], said: str
) -> None:
    done = tocsin("canary", *options)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_a_broker_that_is_away_is_a_passing_fault(tocsin: Callable[..., Any]) -> None:
    done = tocsin("canary", "--once", "--broker", "127.0.0.1:1", BROKER_WAIT_SECONDS="0.1")
    assert (done.code, done.out) == (3, "")
    assert "no broker answered" in done.err
