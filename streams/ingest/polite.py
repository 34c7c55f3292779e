"""Limits requests: one at a time to each host, a few at a time in total.

A host has a pause after it failed or asked for one. The class wraps the function that fetches.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from streams.http_client.fetch import FeedError, Fetch, Fetched, Validators

TRIES: Final = 3

_FIRST_PAUSE_SECONDS: Final = 2.0
_MAX_PAUSE_SECONDS: Final = 900.0
# A server may ask for a pause of an hour. A single fetch waits for a minute at most.
_MAX_OBEYED_SECONDS: Final = 3_600.0
_MAX_OBEYED_ONCE_SECONDS: Final = 60.0
_BUSY: Final = frozenset((429, 503))


@dataclass(slots=True)
class _Host:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    failures: int = 0
    not_before: float = 0.0


class PoliteFetch:
    """Fetches when it is the host's turn.

    Args:
        fetch: Fetches a document.
        clock: Returns monotonic seconds.
        sleep: Sleeps for a number of seconds.
        max_requests: Maximum number of concurrent requests to all hosts together.
        is_polling: Whether to wait for an unavailable host. Otherwise its feeds fail immediately.
    """

    def __init__(
        self,
        fetch: Fetch,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        max_requests: int,
        *,
        is_polling: bool,
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._sleep = sleep
        self._slots = asyncio.Semaphore(max_requests)
        self._is_polling = is_polling
        self._hosts: dict[str, _Host] = {}

    async def __call__(
        self, url: str, validators: Validators, named_by: str = ""
    ) -> Fetched | None:
        """Fetch a document, as `Fetch` does.

        Raises:
            FeedError: the fetch failed, or was skipped because the host does not answer.
        """
        name = _host_of(url)
        host = self._hosts.setdefault(name, _Host())
        async with host.turn:
            await self._wait(name, host)
            async with self._slots:
                try:
                    fetched = await self._fetch(url, validators, named_by)
                except FeedError as error:
                    self._note(host, error)
                    raise
            host.failures = 0
            return fetched

    async def _wait(self, name: str, host: _Host) -> None:
        wait = host.not_before - self._clock()
        if not self._is_polling:
            if host.failures >= TRIES:
                message = f"{name} did not answer {host.failures} times in a row"
                raise FeedError(message, lasting=True)
            if wait > _MAX_OBEYED_ONCE_SECONDS:
                raise FeedError(
                    f"{name} asks to be left alone for {wait:.0f} s",
                    lasting=True,
                    reason="status",
                    retry_after_seconds=wait,
                )
        if wait > 0:
            await self._sleep(wait)

    def _note(self, host: _Host, error: FeedError) -> None:
        is_host = error.reason in ("connection", "timeout") or error.status in _BUSY
        if not is_host:
            host.failures = 0
            return
        host.failures += 1
        pause = min(_FIRST_PAUSE_SECONDS * 2.0 ** min(host.failures - 1, 16), _MAX_PAUSE_SECONDS)
        asked = min(error.retry_after_seconds or 0.0, _MAX_OBEYED_SECONDS)
        host.not_before = self._clock() + max(pause, asked)


def _host_of(url: str) -> str:
    try:
        parts = urlsplit(url)
        return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
    except ValueError:  # an invalid address, which the fetch reports
        return url
