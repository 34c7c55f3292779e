"""Marks a record that Kafka's client could not read, and reads the mark.

The fetching layer passes such a record on with the mark. The mark is a header whose value is of a
type of our own, so a producer cannot write one.
"""

from collections.abc import Iterable
from typing import Any

from msgspec import structs

from processors.errors import BadArticleError, DeadLetterReason
from streams.errors import UnreadableLogError
from streams.kafka.envelope import Headers, Record

MARK = "tocsin.unreadable"


class Mark(bytes):
    """Why a record cannot be read, as UTF-8 text. It is the last header of the record."""

    __slots__ = ()


def marked(headers: Iterable[tuple[str, bytes | None]], why: str) -> list[tuple[str, bytes | None]]:
    """Return the headers of an unreadable record, with the reason."""
    return [*headers, (MARK, Mark(why.encode("utf-8", "replace")))]


def why_unreadable(headers: Headers) -> str | None:
    """Return why a record cannot be read, or None if it can."""
    value = headers[-1][1] if headers else None
    return value.decode("utf-8", "replace") if isinstance(value, Mark) else None


def unreadable(record: Record) -> BadArticleError | None:
    """Return the error of an unreadable record, or None if it can be read."""
    why = why_unreadable(record.headers)
    return None if why is None else BadArticleError(DeadLetterReason.UNREADABLE_RECORD, why)


def require_readable(message: Any) -> None:
    """Raise if a client's record cannot be read.

    Raises:
        UnreadableLogError: It cannot be read.
    """
    why = why_unreadable(getattr(message, "headers", None) or ())
    if why is not None:
        raise UnreadableLogError(
            f"{message.topic} partition {message.partition}", message.offset, why
        )


def without_mark(record: Record) -> Record:
    """Return the record without the mark, as a dead letter keeps it."""
    return structs.replace(record, headers=list(record.headers)[:-1])
