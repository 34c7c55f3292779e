"""Builds the filter of alerts from the options of a command."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import typer

from processors.contracts import AlertKind, Severity
from processors.errors import MisconfigurationError
from processors.leaders.registry.registry import load_registry
from streams.cli import context
from streams.reading.alerts import AlertFilter, LeaderQuery, leader_query, names_of_leaders
from streams.service.settings import Settings


def alert_filter(
    settings: Settings, kind: AlertKind | None, leaders: Sequence[str], min_severity: Severity
) -> AlertFilter:
    """Return the filter that the options describe, with leaders looked up in the registry.

    Raises:
        MisconfigurationError: A leader is neither an id nor a name.
    """
    queries = tuple(leader_queries(leaders, context.registry_extra(settings)))
    return AlertFilter(min_severity, queries, kind)


def leader_queries(texts: Sequence[str], extra: Path | None) -> Iterator[LeaderQuery]:
    """Yield one query for each value of --leader. Load the registry only if there are values.

    Raises:
        MisconfigurationError: A value is neither an id nor a name.
    """
    if not texts:
        return

    known = names_of_leaders(load_registry(extra).people.values())
    for text in texts:
        try:
            query = leader_query(text, known)
        except ValueError as error:
            raise MisconfigurationError(f"--leader: {error}.") from error
        if query.words and not query.ids:
            typer.echo(
                f"The registry has no leader called {text!r}; "
                f"alerts about leaders with these words in their name are chosen.",
                err=True,
            )
        yield query
