"""What the readers of sources hand over: a record, or why there is none.

Owns the two forms. Must not know where they come from.
"""

from dataclasses import dataclass

from processors.errors import DeadLetterReason, TocsinError


class SourceError(TocsinError):
    """A file could not be read to its end: missing, not permitted or damaged."""


@dataclass(frozen=True, slots=True)
class Found:
    """One document's bytes, not yet looked at.

    Attributes:
        where: File and line, file and index, or feed and entry; for messages.
        value: The document as it stands in the source.
    """

    where: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Unread:
    """A record that its reader already refuses, without holding it in memory."""

    where: str
    reason: DeadLetterReason
    message: str


Record = Found | Unread
