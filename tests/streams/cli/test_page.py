"""What `tocsin page` refuses before it serves. `tests/broker/page` runs it, and looks at it."""

import socket
from collections.abc import Callable
from typing import Any

from streams.errors import EXIT_MISCONFIGURED, EXIT_PASSING_FAULT


def test_without_a_broker_there_is_nothing_to_show(tocsin: Callable[..., Any]) -> None:
    done = tocsin("page")
    assert done.code == EXIT_MISCONFIGURED
    assert "TOCSIN_BROKER" in done.err


def test_a_broker_that_stays_away_ends_it_where_a_wait_is_set(tocsin: Callable[..., Any]) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{nobody.getsockname()[1]}"
        done = tocsin("page", "--broker", address, BROKER_WAIT_SECONDS="0.1")
    assert done.code == EXIT_PASSING_FAULT
    assert address in done.err
