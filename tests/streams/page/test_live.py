"""The page's own task: an error in it is reported, and not lost with the task."""

from collections.abc import Callable
from typing import Any

import pytest

from streams.page.live import LivePage
from tests.waiting import wait_until


def test_an_error_of_the_ticking_is_reported_and_fails_the_page(
    serve: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: LivePage) -> None:
        raise RuntimeError("a bug of the page")

    monkeypatch.setattr(LivePage, "_rest", fail)
    served = serve(is_eager=False)
    wait_until(lambda: served.failures, "a failure", seconds=10)
    assert [str(error) for error in served.failures] == ["a bug of the page"]
    assert not served.page.live().ok
