"""The catalogue of metrics keeps its own rules, and every instrument is in it."""

from dataclasses import fields
from typing import Any

import pytest
from prometheus_client import Counter, Gauge, Histogram, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from streams.service.metrics import (
    CATALOGUE,
    STAGES,
    CanaryMetrics,
    FeedMetrics,
    ForwardMetrics,
    LagMetrics,
    Metric,
    Metrics,
)

# A label is bounded by a closed set, the registry or the partitions: a new one is a decision.
LABELS = {
    *("stage", "reason", "leader", "country", "flag", "label", "kind", "severity", "rule", "topic"),
    *("partition", "outcome", "status", "sink", "version", "registry", "lexicon", "scorer"),
    *("direction", "replay", "bound", "feed", "difference"),
}
UNITS = ("_seconds", "_bytes", "_records")
# Things that are counted or named, and so have no unit.
WITHOUT_UNIT = {
    "tocsin_topic_partitions",
    "tocsin_topic_differs",
    "tocsin_assigned_partitions",
    "tocsin_watched_leaders",
    "tocsin_mentions_held",
    "tocsin_leader_reports",
    "tocsin_leader_expected_reports",
    "tocsin_leader_surge",
    "tocsin_leader_usual_polarity",
    "tocsin_leader_shift_score",
    "tocsin_replay_articles",
    "tocsin_replay_articles_done",
    "tocsin_replay_mentions_left",
    "tocsin_replay_alerts",
    "tocsin_forward_ready",
    "tocsin_forward_waiting",
    "tocsin_ready",
    "tocsin_recovering",
    "tocsin_page_visitors",
    "tocsin_build_info",
}
KINDS = {"counter": Counter, "gauge": Gauge, "histogram": Histogram}
entries = pytest.mark.parametrize("metric", CATALOGUE, ids=lambda metric: metric.name)


def name(instrument: Any) -> str:
    family = instrument.describe()[0]
    return family.name + "_total" if family.type == "counter" else family.name


Instruments = Metrics | CanaryMetrics | ForwardMetrics | FeedMetrics


def instruments_of(lag: LagMetrics) -> dict[str, Any]:
    return {one.name: getattr(lag, one.name) for one in fields(lag)}


def instruments(metrics: Instruments) -> dict[str, Any]:
    lag = vars(metrics).get("lag")
    parts = vars(metrics) | ({} if lag is None else instruments_of(lag))
    held = {k: v for k, v in parts.items() if isinstance(v, tuple(KINDS.values()))}
    named = {name(instrument): instrument for instrument in held.values()}
    assert len(named) == len(held)
    return named


def touch(metrics: Instruments) -> None:
    """Give every instrument a sample: one with labels shows nothing before its first."""
    held = instruments(metrics)
    for metric in of(metrics):
        instrument = held[metric.name]
        child = instrument.labels(*metric.labels) if metric.labels else instrument
        child.observe(0.3) if metric.kind == "histogram" else child.inc(2)


def of(metrics: Instruments) -> list[Metric]:
    held = instruments(metrics)
    return [metric for metric in CATALOGUE if metric.name in held]


def test_catalogue_and_instruments_are_the_same_metrics() -> None:
    worker, canary = instruments(Metrics()), instruments(CanaryMetrics())
    # A worker that showed a canary's counts would look as if one ran.
    assert not worker.keys() & canary.keys()
    forward = instruments(ForwardMetrics())
    # Nor may forwarding look like a worker: the rules would not see that none is there.
    shared = {name(one) for one in instruments_of(ForwardMetrics().lag).values()}
    assert forward.keys() & worker.keys() == shared
    feeds = instruments(FeedMetrics())
    assert not feeds.keys() & (worker.keys() | canary.keys() | forward.keys())
    found = forward | worker | canary | feeds
    assert set(found) == {metric.name for metric in CATALOGUE}
    assert len(CATALOGUE) == len(found)
    for metric in CATALOGUE:
        assert type(found[metric.name]) is KINDS[metric.kind]


def test_forwarding_shows_none_of_the_workers_zeros() -> None:
    both = {m.name for m in of(Metrics())} & {m.name for m in of(ForwardMetrics())}
    assert both == {name(one) for one in instruments_of(ForwardMetrics().lag).values()}


@entries
def test_names_follow_prometheus_conventions(metric: Metric) -> None:
    assert metric.name.startswith("tocsin_")
    assert metric.name == metric.name.lower()
    assert metric.name.endswith("_total") == (metric.kind == "counter")
    assert not metric.name.endswith(("_sum", "_count", "_bucket", "_created"))
    for not_base in ("_ms", "_milliseconds", "_minutes", "_kb", "_kilobytes", "_percent"):
        assert not_base not in metric.name
    if metric.kind != "counter" and metric.name not in WITHOUT_UNIT:
        assert metric.name.endswith(UNITS)


@entries
def test_help_is_a_sentence(metric: Metric) -> None:
    assert metric.help.endswith(".")
    assert metric.help[0].isupper() or metric.help[0].isdigit()
    assert "\n" not in metric.help


@entries
def test_labels_are_of_the_closed_list(metric: Metric) -> None:
    assert set(metric.labels) <= LABELS
    assert len(set(metric.labels)) == len(metric.labels)


@entries
def test_histograms_alone_have_buckets_and_these_rise(metric: Metric) -> None:
    assert bool(metric.buckets) == (metric.kind == "histogram")
    assert list(metric.buckets) == sorted(set(metric.buckets))


@pytest.mark.parametrize("kind", [Metrics, CanaryMetrics, ForwardMetrics, FeedMetrics])
def test_the_exposition_can_be_parsed_and_shows_every_metric(kind: Any) -> None:
    metrics = kind(process=True)
    touch(metrics)
    body = generate_latest(metrics.registry).decode()
    families = {family.name: family for family in text_string_to_metric_families(body)}
    for metric in of(metrics):
        family = families[metric.name.removesuffix("_total")]
        assert family.type == metric.kind
        assert family.documentation == metric.help
        samples = [s for s in family.samples if not s.name.endswith("_created")]
        assert samples
        assert all(set(s.labels) - {"le"} == set(metric.labels) for s in samples)


def test_gauges_that_are_set_when_asked_for_are_new_at_every_scrape() -> None:
    metrics, calls = Metrics(), iter(range(1, 9))
    metrics.before_scrape(lambda: metrics.ready.set(next(calls)))
    for scrape in (1, 2):
        assert f"tocsin_ready {scrape}.0" in generate_latest(metrics.registry).decode()


def test_two_sets_of_metrics_do_not_meet() -> None:
    one, other = Metrics(), Metrics()
    one.articles_consumed.inc()
    assert one.registry.get_sample_value("tocsin_articles_consumed_total") == 1
    assert other.registry.get_sample_value("tocsin_articles_consumed_total") == 0


def test_stages_are_each_named_once() -> None:
    assert len(set(STAGES)) == len(STAGES)
