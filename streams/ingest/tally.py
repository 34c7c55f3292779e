"""Counts the records of an ingestion: read, sent, rejected by reason with examples, unchanged."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from processors.errors import DeadLetterReason
from streams.ingest.reports import FeedSummary

EXAMPLES = 3


class Example(Struct, frozen=True, kw_only=True):
    """One rejected record: its place, and its fault."""

    where: str
    message: str


class Refusals(Struct, frozen=True, kw_only=True):
    """The records rejected for one reason, the first few as examples."""

    count: int
    examples: list[Example]


class Failure(Struct, frozen=True, kw_only=True):
    """A source that could not be read to its end."""

    source: str
    message: str


class Summary(Struct, frozen=True, kw_only=True):
    """The summary of an ingestion.

    `read` = `valid` + `unchanged` + all rejected. A record that only the broker rejected counts as
    valid, too. `sent` counts the acknowledged records. `flagged` counts valid ones with an
    unreadable part, by flag.
    """

    read: int
    valid: int
    sent: int
    unchanged: int
    refused: dict[str, Refusals]
    failed: list[Failure]
    dry_run: bool
    interrupted: bool
    feeds: list[FeedSummary] = []
    flagged: dict[str, int] = {}

    @property
    def refused_count(self) -> int:
        """Return how many records were rejected."""
        return sum(refusals.count for refusals in self.refused.values())


@dataclass(slots=True)
class Tally:
    """Counts while an ingestion runs. Memory is bounded by the closed set of reasons."""

    read: int = 0
    valid: int = 0
    sent: int = 0
    unchanged: int = 0
    flagged: Counter[str] = field(default_factory=Counter)
    """Articles with an unreadable part, by flag."""
    _counts: dict[DeadLetterReason, int] = field(default_factory=dict)
    _examples: dict[DeadLetterReason, list[Example]] = field(default_factory=dict)
    _failed: dict[str, str] = field(default_factory=dict)

    @property
    def refused(self) -> int:
        """Return how many records were rejected so far."""
        return sum(self._counts.values())

    def refuse(self, where: str, reason: DeadLetterReason, message: str) -> None:
        """Count a record that is not sent. The first of each reason are kept as examples."""
        self._counts[reason] = self._counts.get(reason, 0) + 1
        examples = self._examples.setdefault(reason, [])
        if len(examples) < EXAMPLES:
            examples.append(Example(where=where, message=message))

    def fail(self, source: str, message: str) -> None:
        """Record that a source could not be read. Its newest message is kept."""
        self._failed[source] = message

    def recover(self, source: str) -> None:
        """Record that a failed source was read at last."""
        self._failed.pop(source, None)

    def summary(
        self, *, dry_run: bool, interrupted: bool, feeds: Sequence[FeedSummary] = ()
    ) -> Summary:
        """Return the counts so far, the most frequent reason first."""
        ordered = sorted(self._counts, key=lambda reason: (-self._counts[reason], reason))
        return Summary(
            read=self.read,
            valid=self.valid,
            sent=self.sent,
            unchanged=self.unchanged,
            refused={
                reason.value: Refusals(count=self._counts[reason], examples=self._examples[reason])
                for reason in ordered
            },
            failed=[Failure(source=s, message=m) for s, m in self._failed.items()],
            dry_run=dry_run,
            interrupted=interrupted,
            feeds=list(feeds),
            flagged=dict(self.flagged.most_common()),
        )
