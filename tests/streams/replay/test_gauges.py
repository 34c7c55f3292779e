"""A replay's progress as metrics."""

from collections.abc import Callable
from datetime import UTC, datetime

from streams.replay.gauges import show
from streams.replay.manifest import Manifest
from streams.replay.progress import ReplayProgress
from streams.replay.range import Span
from streams.service.metrics import Metrics

SINCE, UNTIL = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 2, tzinfo=UTC)


def shown(metrics: Metrics) -> dict[str, float]:
    return {
        s.name + "".join(f"/{s.labels[name]}" for name in ("bound",) if name in s.labels): s.value
        for family in metrics.registry.collect()
        for s in family.samples
        if s.labels.get("replay") == "one"
    }


def test_it_shows_where_the_replay_stands(manifest: Callable[..., Manifest]) -> None:
    metrics = Metrics()
    progress = ReplayProgress(20, (Span(0, 25, 30),), 3, 1_777_777_777_500, 2)
    show(metrics, manifest(since=SINCE, until=UNTIL), progress)
    assert shown(metrics) == {
        "tocsin_replay_articles": 20,
        "tocsin_replay_articles_done": 15,
        "tocsin_replay_mentions_left": 3,
        "tocsin_replay_alerts": 2,
        "tocsin_replay_position_timestamp_seconds": 1_777_777_777.5,
        "tocsin_replay_range_timestamp_seconds/start": SINCE.timestamp(),
        "tocsin_replay_range_timestamp_seconds/end": UNTIL.timestamp(),
    }


def test_what_is_not_known_is_not_shown(manifest: Callable[..., Manifest]) -> None:
    metrics = Metrics()
    show(metrics, manifest(), ReplayProgress(20, (Span(0, 10, 30),), 0, None, 0))
    assert not [name for name in shown(metrics) if "timestamp" in name]
