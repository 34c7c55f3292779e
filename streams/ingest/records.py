"""The results of reading a source: a record, or the reason why there is none."""

from dataclasses import dataclass

from processors.errors import DeadLetterReason, TocsinError


class SourceError(TocsinError):
    """A file cannot be read to its end: it is missing, not permitted or damaged."""


@dataclass(frozen=True, slots=True)
class Found:
    """One document's bytes, not yet checked.

    Attributes:
        where: File and line, file and index, or feed and entry, for messages.
        value: The document as it is in the source.
    """

    where: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Unread:
    """A record that its reader rejects without holding it in memory."""

    where: str
    reason: DeadLetterReason
    message: str


Record = Found | Unread
