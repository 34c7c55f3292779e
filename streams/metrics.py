"""The metrics: one catalogue, from which the instruments, the docs and the tests are made.

Owns every metric's name, type, labels and buckets. Must not know who counts. Base units only;
labels are bounded: by closed sets, by the registry of leaders, or by the partitions assigned. An
article's id, title or message is never a label. Names follow Prometheus' conventions; the `_total`
of a counter is part of its name here, as it is in every query.
"""

from dataclasses import dataclass
from typing import Literal

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)

Kind = Literal["counter", "gauge", "histogram"]

STAGES = ("decode", "analyse", "publish", "watch")
STAGE_SECONDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0)
LATENCY_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
BATCH_RECORDS = (1, 5, 10, 50, 100, 250, 500, 1000)


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric of the catalogue. `buckets` is for histograms only."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()


CATALOGUE: tuple[Metric, ...] = (
    Metric("tocsin_articles_consumed_total", "counter", "Article records taken from the topic."),
    Metric("tocsin_articles_analysed_total", "counter", "Articles whose analysis is published."),
    Metric(
        "tocsin_discarded_total",
        "counter",
        "Records that went no further, by stage and reason; none is discarded without being here.",
        ("stage", "reason"),
    ),
    Metric(
        "tocsin_dead_letters_total",
        "counter",
        "Records written to the dead letters, by reason.",
        ("reason",),
    ),
    Metric(
        "tocsin_mentions_total",
        "counter",
        "Mentions published, by leader (bounded by the registry), country and sentiment label.",
        ("leader", "country", "label"),
    ),
    Metric("tocsin_alerts_total", "counter", "Alerts published.", ("kind", "severity")),
    Metric(
        "tocsin_alerts_suppressed_total",
        "counter",
        "Alerts that a rule would have sent and did not, by rule and reason.",
        ("rule", "reason"),
    ),
    Metric(
        "tocsin_mentions_held",
        "gauge",
        "Mentions read that wait for earlier ones: for the watermark of all articles.",
    ),
    Metric(
        "tocsin_mentions_late_total",
        "counter",
        "Mentions that came after later ones of their leader: counted, and watched as they came.",
    ),
    Metric(
        "tocsin_stage_duration_seconds",
        "histogram",
        "Time that one stage takes: of an article (decode, analyse), of a batch (publish, watch).",
        ("stage",),
        STAGE_SECONDS,
    ),
    Metric("tocsin_batch_records", "histogram", "Records in a batch.", ("stage",), BATCH_RECORDS),
    Metric(
        "tocsin_article_latency_seconds",
        "histogram",
        "From an article record's timestamp to the acknowledgement of its outputs.",
        (),
        LATENCY_SECONDS,
    ),
    Metric(
        "tocsin_alert_latency_seconds",
        "histogram",
        "From the article record's timestamp to the alert's acknowledgement.",
        ("kind",),
        LATENCY_SECONDS,
    ),
    Metric(
        "tocsin_lag_records",
        "gauge",
        "Records not yet finished, measured at the broker apart from the consumer.",
        ("topic", "partition"),
    ),
    Metric(
        "tocsin_lag_seconds",
        "gauge",
        "Age of the oldest record not yet finished; 0 when there is none.",
        ("topic", "partition"),
    ),
    Metric(
        "tocsin_lag_measured_timestamp_seconds",
        "gauge",
        "When lag was last measured, in Unix time: the two gauges above are as old as this.",
    ),
    Metric(
        "tocsin_last_progress_timestamp_seconds",
        "gauge",
        "When a stage last finished a batch, in Unix time.",
        ("stage",),
    ),
    Metric("tocsin_assigned_partitions", "gauge", "Partitions that this worker has.", ("topic",)),
    Metric("tocsin_rebalances_total", "counter", "Times that partitions were assigned anew."),
    Metric("tocsin_commits_total", "counter", "Commits of offsets.", ("outcome",)),
    Metric(
        "tocsin_produce_retries_total",
        "counter",
        "Records sent again because the broker did not acknowledge them; none of them is lost.",
    ),
    Metric("tocsin_watched_leaders", "gauge", "Leaders with state at this worker."),
    Metric("tocsin_watch_state_bytes", "gauge", "Size of that state as it is in the changelog."),
    Metric("tocsin_ready", "gauge", "1 when partitions are assigned and state is recovered."),
    Metric(
        "tocsin_build_info",
        "gauge",
        "Always 1; the labels say which system this is.",
        ("version", "registry", "lexicon", "scorer"),
    ),
    Metric(
        "tocsin_forward_alerts_total",
        "counter",
        "Alerts that forwarding is done with: delivered, repeated, not wanted, or why put aside.",
        ("outcome",),
    ),
    Metric(
        "tocsin_forward_attempts_total",
        "counter",
        "Requests to the receiver, by the class of its answer; none: there was no answer.",
        ("status",),
    ),
    Metric(
        "tocsin_forward_attempt_duration_seconds",
        "histogram",
        "Time that one request to the receiver takes.",
        ("status",),
        LATENCY_SECONDS,
    ),
    Metric(
        "tocsin_forward_latency_seconds",
        "histogram",
        "From the alert record's timestamp to its delivery.",
        (),
        LATENCY_SECONDS,
    ),
    Metric("tocsin_forward_waiting", "gauge", "Alerts read that are neither delivered nor aside."),
)


class Metrics:
    """The worker's instruments of the catalogue, on a registry of their own.

    Nothing is registered globally, so tests and several apps in one process do not meet.
    """

    def __init__(self, *, process: bool = False) -> None:
        """Make the instruments; with `process`, also those of the process, platform and memory."""
        self.registry = _new_registry(process=process)
        self.articles_consumed = self._counter("tocsin_articles_consumed_total")
        self.articles_analysed = self._counter("tocsin_articles_analysed_total")
        self.discarded = self._counter("tocsin_discarded_total")
        self.dead_letters = self._counter("tocsin_dead_letters_total")
        self.mentions = self._counter("tocsin_mentions_total")
        self.alerts = self._counter("tocsin_alerts_total")
        self.alerts_suppressed = self._counter("tocsin_alerts_suppressed_total")
        self.mentions_held = self._gauge("tocsin_mentions_held")
        self.mentions_late = self._counter("tocsin_mentions_late_total")
        self.stage_duration = self._histogram("tocsin_stage_duration_seconds")
        self.batch_records = self._histogram("tocsin_batch_records")
        self.article_latency = self._histogram("tocsin_article_latency_seconds")
        self.alert_latency = self._histogram("tocsin_alert_latency_seconds")
        self.lag_records = self._gauge("tocsin_lag_records")
        self.lag_seconds = self._gauge("tocsin_lag_seconds")
        self.lag_measured = self._gauge("tocsin_lag_measured_timestamp_seconds")
        self.last_progress = self._gauge("tocsin_last_progress_timestamp_seconds")
        self.assigned_partitions = self._gauge("tocsin_assigned_partitions")
        self.rebalances = self._counter("tocsin_rebalances_total")
        self.commits = self._counter("tocsin_commits_total")
        self.produce_retries = self._counter("tocsin_produce_retries_total")
        self.watched_leaders = self._gauge("tocsin_watched_leaders")
        self.watch_state_bytes = self._gauge("tocsin_watch_state_bytes")
        self.ready = self._gauge("tocsin_ready")
        self.build_info = self._gauge("tocsin_build_info")

    def _counter(self, name: str) -> Counter:
        return _counter(name, self.registry)

    def _gauge(self, name: str) -> Gauge:
        return _gauge(name, self.registry)

    def _histogram(self, name: str) -> Histogram:
        return _histogram(name, self.registry)


class ForwardMetrics:
    """The instruments of `tocsin forward`: without the worker's, whose zeros would ring."""

    def __init__(self, *, process: bool = False) -> None:
        """Make the instruments; with `process`, also those of the process, platform and memory."""
        self.registry = _new_registry(process=process)
        self.alerts = _counter("tocsin_forward_alerts_total", self.registry)
        self.attempts = _counter("tocsin_forward_attempts_total", self.registry)
        self.attempt_duration = _histogram("tocsin_forward_attempt_duration_seconds", self.registry)
        self.latency = _histogram("tocsin_forward_latency_seconds", self.registry)
        self.waiting = _gauge("tocsin_forward_waiting", self.registry)
        self.lag_records = _gauge("tocsin_lag_records", self.registry)
        self.lag_seconds = _gauge("tocsin_lag_seconds", self.registry)
        self.lag_measured = _gauge("tocsin_lag_measured_timestamp_seconds", self.registry)
        self.ready = _gauge("tocsin_ready", self.registry)


def _new_registry(*, process: bool) -> CollectorRegistry:
    registry = CollectorRegistry(auto_describe=True)
    if process:
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)
    return registry


def _counter(name: str, registry: CollectorRegistry) -> Counter:
    m = _entry(name, "counter")
    return Counter(m.name, m.help, m.labels, registry=registry)


def _gauge(name: str, registry: CollectorRegistry) -> Gauge:
    m = _entry(name, "gauge")
    return Gauge(m.name, m.help, m.labels, registry=registry)


def _histogram(name: str, registry: CollectorRegistry) -> Histogram:
    m = _entry(name, "histogram")
    return Histogram(m.name, m.help, m.labels, buckets=m.buckets, registry=registry)


def _entry(name: str, kind: Kind) -> Metric:
    return next(m for m in CATALOGUE if m.name == name and m.kind == kind)
