"""Which replay is meant by a call of `tocsin replay`: a new one and of what, or one that is there.

Owns what was typed, and what it comes to. Must not know the broker.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import structs

from streams.analysis.selection import Selection
from streams.errors import ReplayRangeError
from streams.reading.alerts import leader_query

if TYPE_CHECKING:
    from streams.replay.range import RangeRequest


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """Which replay is to be run: a new one, or one that is there."""

    since: str | None
    until: str | None
    offsets: list[str]
    last: int | None
    allow_truncated: bool
    replay_id: str | None
    join: str | None
    resume: str | None
    rate: float | None
    speed: str | None
    leaders: list[str]
    selection: Selection

    @property
    def has_own(self) -> bool:
        """Whether anything is given that a replay has from the beginning."""
        own = (self.range_text, self.replay_id, self.allow_truncated, self.rate, self.speed)
        return any(own) or bool(self.leaders) or bool(self.selection)

    def selected(self, extra: Path | None) -> Selection:
        """Give what the replay is about, with leaders by their ids.

        Raises:
            ReplayRangeError: the registry knows no leader of a name.
        """
        if not self.leaders:
            return self.selection
        from processors.leaders.registry.registry import load_registry  # noqa: PLC0415 - not for most

        people = load_registry(extra).people
        known = {
            one.person_id: (one.name, *(alias.text for alias in one.aliases))
            for one in people.values()
        }
        canonical = {one.casefold(): one for one in people}
        found: list[str] = []
        for text in self.leaders:
            try:
                ids = leader_query(text, known).ids & canonical.keys()
            except ValueError as error:
                raise ReplayRangeError(f"--leader: {error}") from error
            if not ids:
                raise ReplayRangeError(
                    f"--leader {text}: the registry knows nobody of that name or id; `tocsin "
                    f"leaders find` searches it"
                )
            found += sorted(canonical[one] for one in ids)
        return structs.replace(self.selection, leaders=tuple(found))

    def range_request(self, now: datetime) -> "RangeRequest":
        """Read the range of a new replay.

        Raises:
            ReplayRangeError: it is none.
        """
        from streams.replay.range import parse_range  # noqa: PLC0415 - not needed by --help

        return parse_range(self.since, self.until, self.offsets, self.last, now)

    @property
    def range_text(self) -> str:
        """Return the range as the operator wrote it."""
        given = [
            *(("--from", self.since), ("--to", self.until), ("--last", self.last)),
            *(("--offsets", one) for one in self.offsets),
        ]
        return " ".join(f"{option} {value}" for option, value in given if value)
