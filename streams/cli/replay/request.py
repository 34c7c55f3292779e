"""Reads the options of a new replay: its range and its selection of articles and leaders."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from processors.leaders.registry.registry import load_registry
from streams.analysis.selection import Selection
from streams.cli.replay.options import ReplayOptions
from streams.errors import ReplayRangeError
from streams.reading.alerts import leader_query, names_of_leaders
from streams.replay.range import RangeRequest, parse_range


def selection_of(options: ReplayOptions, extra: Path | None) -> Selection:
    """Return the selection of the replay, with the ids of its leaders.

    Args:
        options: Options of the replay.
        extra: Path of the user's own tables of leaders.

    Raises:
        ReplayRangeError: The registry does not know a leader.
    """
    return Selection(
        articles=options.articles,
        sources=options.sources,
        languages=tuple(one.lower() for one in options.languages),
        leaders=tuple(_leader_ids(options.leaders, extra)) if options.leaders else (),
        countries=tuple(one.upper() for one in options.countries),
    )


def _leader_ids(texts: Sequence[str], extra: Path | None) -> Iterator[str]:
    people = load_registry(extra).people
    known = names_of_leaders(people.values())
    canonical = {one.casefold(): one for one in people}
    for text in texts:
        try:
            ids = leader_query(text, known).ids & canonical.keys()
        except ValueError as error:
            raise ReplayRangeError(f"--leader: {error}") from error
        if not ids:
            raise ReplayRangeError(
                f"--leader {text}: the registry has no leader with this name or id; search it with "
                f"`tocsin leaders find`"
            )
        yield from sorted(canonical[one] for one in ids)


def range_of(options: ReplayOptions, now: datetime) -> RangeRequest:
    """Return the range of a new replay.

    Raises:
        ReplayRangeError: The options name no valid range.
    """
    return parse_range(options.since, options.until, options.offsets, options.last, now)
