"""Tries changed rules on past articles and compares them with the rules in force."""

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import typer

from processors.analyse import Analyser
from processors.articles.decode import DecodeLimits
from processors.articles.formats.shapes import load_shapes
from processors.canary import CANARY_KIND
from processors.contracts import Alert
from processors.errors import MisconfigurationError
from processors.trial import Difference, Trial, Unsent, comparable, compare
from processors.watch import load_rules
from streams.analysis.loading import load_reader
from streams.cli import context
from streams.cli.time_options import moment_option
from streams.cli.views.rules import render_difference, render_unsent, summary
from streams.ingest.records import SourceError
from streams.kafka import clients
from streams.reading.past_articles import PastArticle, PastArticles
from streams.reading.terminal_text import visible_json
from streams.service.rules import rules_in_force
from streams.service.settings import Settings, path_of

PROGRESS_SECONDS = 10.0


def run(
    file: str,
    since: str | None,
    articles: str | None,
    warm_up: str,
    broker: str | None,
    *,
    explain_suppressed: bool,
    json: bool,
) -> None:
    """Try changed rules on past articles, and print the differences from the rules in force."""
    if since is None and articles is None:
        raise MisconfigurationError("say which past articles: --since TIME or --articles FILE.")
    span = _span(since, warm_up, datetime.now(UTC))
    settings = context.settings(broker=broker)
    present_rules, changed_rules = rules_in_force(settings), load_rules(Path(file))
    present = Trial(present_rules, span.now)
    changed = Trial(comparable(changed_rules, present_rules), span.now)
    reader = load_reader(settings)
    with _source(settings, reader.limits, articles, span) as source:
        reading = _run(reader.analyser, source, (present, changed), span)
    difference = compare(
        _within(present.alerts, span),
        _within(changed.alerts, span),
    )
    unsent = [one for one in changed.unsent if one.event_time >= span.start]
    _print(difference, unsent if explain_suppressed else [], reading, json=json)


@dataclass(frozen=True, slots=True)
class _Span:
    """The start of reading, the start of comparing alerts, and the present time."""

    warm_from: datetime
    start: datetime
    now: datetime


def _within(alerts: Sequence[Alert], span: _Span) -> list[Alert]:
    """Return the alerts without those of the warm-up and without those of a canary.

    A rule never fires on a canary.
    """
    return [one for one in alerts if one.event_time >= span.start and one.kind != CANARY_KIND]


@dataclass(slots=True)
class _Reading:
    """The counts of a reading: articles, mentions, and records left out by reason."""

    articles: int = 0
    mentions: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)


def _span(since: str | None, warm_up: str, now: datetime) -> _Span:
    if since is None:
        beginning = datetime.fromtimestamp(0, tz=UTC)
        return _Span(beginning, beginning, now)
    start = moment_option("--since", since, now)
    return _Span(moment_option("--warm-up", warm_up, start), start, now)


@dataclass(frozen=True, slots=True)
class _Source:
    """Past articles, and their reader, which counts the records that it leaves out."""

    articles: Iterable[PastArticle]
    reader: PastArticles


@contextmanager
def _source(
    settings: Settings, limits: DecodeLimits, file: str | None, span: _Span
) -> Iterator[_Source]:
    reader = PastArticles(limits, load_shapes(path_of(settings.shapes)))
    if file is not None:
        try:
            found = reader.of_file(Path(file))
        except SourceError as error:
            raise MisconfigurationError(f"{error}.") from error
        yield _Source([one for one in found if one.event_time >= span.warm_from], reader)
        return
    deployment = context.deployment(settings)
    with clients.consumer_client(deployment.connection, settings) as consumer:
        articles = reader.of_topic(consumer, deployment.names.articles, span.warm_from)
        yield _Source(articles, reader)


def _run(analyser: Analyser, source: _Source, trials: Sequence[Trial], span: _Span) -> _Reading:
    """Analyse each article once, and apply both sets of rules to its mentions."""
    reading = _Reading()
    spoken = time.monotonic()
    for past in source.articles:
        counts = past.event_time >= span.start
        reading.articles += counts
        analysed = analyser.analyse(past.article, past.event_time)
        reading.mentions += counts * len(analysed.mentions)
        for trial in trials:
            trial.apply(analysed)
        if time.monotonic() - spoken > PROGRESS_SECONDS:
            spoken = time.monotonic()
            typer.echo(f"{reading.articles:,} articles, up to {past.event_time:%F %R}", err=True)
    for trial in trials:
        trial.finish()
    reading.left_out = dict(source.reader.left_out)
    return reading


def _print(
    difference: Difference, unsent: Sequence[Unsent], reading: _Reading, *, json: bool
) -> None:
    if json:
        for row in _rows(difference, unsent, reading):
            typer.echo(visible_json(msgspec.json.encode(row).decode()))
        return

    console = context.data_console()
    for line in render_difference(difference):
        console.print(line, soft_wrap=True)
    for one in unsent:
        console.print("· not sent  ", render_unsent(one), sep="", soft_wrap=True)
    typer.echo(
        f"{summary(difference)}; from {reading.articles:,} articles with {reading.mentions:,} "
        f"mentions"
    )
    for reason, count in sorted(reading.left_out.items()):
        typer.echo(f"left out: {count:,} {reason}", err=True)


def _rows(
    difference: Difference, unsent: Sequence[Unsent], reading: _Reading
) -> Iterator[dict[str, object]]:
    for alert in difference.added:
        yield {"change": "added", "alert": alert}
    for alert in difference.removed:
        yield {"change": "removed", "alert": alert}
    for before, after in difference.changed:
        yield {"change": "severity", "was": before.severity, "alert": after}
    for one in unsent:
        yield {"change": "not_sent", "candidate": one}
    yield {
        "change": "summary",
        "added": len(difference.added),
        "removed": len(difference.removed),
        "severity": len(difference.changed),
        "same": difference.same,
        "articles": reading.articles,
        "mentions": reading.mentions,
        "left_out": reading.left_out,
    }
