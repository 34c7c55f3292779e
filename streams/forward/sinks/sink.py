"""The protocol of a sink: what `tocsin forward` asks of a receiver of any kind."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

from streams.forward.events import Event, Mode

SinkName = Literal["webhook", "file"]
SINK_NAMES: tuple[SinkName, ...] = get_args(SinkName)

Verdict = Literal["delivered", "refused", "passing"]
"""`refused`: the receiver will never accept this alert. `passing`: it may accept it later."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of sending an alert once.

    Attributes:
        verdict: What it means for the alert.
        said: The receiver's reason, for a person. It holds no secret.
        status: A metric label; each sink has a few of them.
        retry_after_seconds: How long the receiver asks not to be sent anything; None: it does not.
    """

    verdict: Verdict
    said: str
    status: str
    retry_after_seconds: float | None = None


Send = Callable[[Event], Awaitable[Answer]]
"""Sends an alert once. A receiver's fault is an answer; an error ends the process."""


class Sink(Protocol):
    """A receiver of alerts."""

    @property
    def name(self) -> SinkName:
        """The kind of sink: a metric label."""
        ...

    @property
    def address(self) -> str:
        """The receiver, for logs and messages. It holds no secret."""
        ...

    @property
    def mode(self) -> Mode:
        """The form in which the sink takes alerts."""
        ...

    def max_requests(self, wanted: int) -> int:
        """Return how many alerts may be sent at a time, at most `wanted`."""
        ...

    def check(self) -> None:
        """Check, before anything is read, that the receiver can be used. It may block.

        Raises:
            MisconfigurationError: it cannot.
        """
        ...

    def open(self, requests: int) -> AbstractAsyncContextManager[Send]:
        """Open what is needed to send so many alerts at a time."""
        ...
