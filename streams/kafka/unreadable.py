"""The mark on a record that Kafka's client could not read, and what is said of it.

Owns how the fetching layer hands such a record on. Must not know how it was found. The mark is a
header whose value is of a type of our own: a producer cannot write one.
"""

from collections.abc import Iterable
from typing import Any

from msgspec import structs

from processors.errors import BadArticleError, DeadLetterReason
from streams.errors import UnreadableLogError
from streams.kafka.envelope import Headers, Record

MARK = "tocsin.unreadable"


class Mark(bytes):
    """Why a record cannot be read, as UTF-8 text; the last header of the record."""

    __slots__ = ()


def marked(headers: Iterable[tuple[str, bytes | None]], why: str) -> list[tuple[str, bytes | None]]:
    """Return the headers of a record that cannot be read, with the reason."""
    return [*headers, (MARK, Mark(why.encode("utf-8", "replace")))]


def why_unreadable(headers: Headers) -> str | None:
    """Return why a record cannot be read; None where it can."""
    value = headers[-1][1] if headers else None
    return value.decode("utf-8", "replace") if isinstance(value, Mark) else None


def unreadable(record: Record) -> BadArticleError | None:
    """Return the error of a record that cannot be read; None where it can."""
    why = why_unreadable(record.headers)
    return None if why is None else BadArticleError(DeadLetterReason.UNREADABLE_RECORD, why)


def require_readable(message: Any) -> None:
    """Let a client's record through that can be read.

    Raises:
        UnreadableLogError: it cannot be.
    """
    why = why_unreadable(getattr(message, "headers", None) or ())
    if why is not None:
        raise UnreadableLogError(
            f"{message.topic} partition {message.partition}", message.offset, why
        )


def without_mark(record: Record) -> Record:
    """Return the record as a dead letter keeps it."""
    return structs.replace(record, headers=list(record.headers)[:-1])
