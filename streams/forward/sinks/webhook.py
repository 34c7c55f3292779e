"""A sink over HTTP: one signed POST for each alert, by the Standard Webhooks conventions."""

import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from streams.forward.events import Event, Mode
from streams.forward.sinks.http_target import Target, open_post, require_public
from streams.forward.sinks.signing import (
    ID_HEADER,
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    signatures,
)
from streams.forward.sinks.sink import Answer, Send, SinkName


@dataclass(frozen=True, slots=True)
class WebhookSink:
    """Sends alerts to one HTTP receiver.

    Attributes:
        target: The receiver.
        keys: The keys to sign with, the newest first.
        mode: The mode of the CloudEvents.
        timeout_seconds: Longest time for one request: name, connection, request and answer.
        unix_time: The time of a signature, in seconds.
    """

    target: Target
    keys: Sequence[bytes]
    mode: Mode
    timeout_seconds: float
    unix_time: Callable[[], float] = time.time

    @property
    def name(self) -> SinkName:
        """The kind of sink."""
        return "webhook"

    @property
    def address(self) -> str:
        """Scheme, host and port. The rest of the address may hold a token."""
        return self.target.origin

    def max_requests(self, wanted: int) -> int:
        """Return how many requests may run at a time."""
        return wanted

    def check(self) -> None:
        """Check that the receiver's name leads to a public address.

        Raises:
            MisconfigurationError: it does not.
        """
        require_public(self.target)

    @asynccontextmanager
    async def open(self, requests: int) -> AsyncIterator[Send]:
        """Open the HTTP client."""
        async with open_post(self.target, self.timeout_seconds, requests) as post:

            async def send(event: Event) -> Answer:
                return (await post(self.headers(event), event.body)).as_answer()

            yield send

    def headers(self, event: Event) -> dict[str, str]:
        """Return an alert's headers with a signature of this moment."""
        timestamp = int(self.unix_time())
        return {
            **event.headers,
            ID_HEADER: event.event_id,
            TIMESTAMP_HEADER: str(timestamp),
            SIGNATURE_HEADER: signatures(self.keys, event.event_id, timestamp, event.body),
        }
