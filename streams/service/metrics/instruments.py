"""The instruments of the catalogue's metrics, for each process that has some.

The processes are a worker, a canary, a page, a forwarder and a reader of feeds.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client import Metric as PromMetric
from prometheus_client.registry import Collector

from streams.service.metrics.catalogue import entry


@dataclass(frozen=True, slots=True)
class PageMetrics:
    """The instruments of the live page, which also runs without a worker."""

    registry: CollectorRegistry
    visitors: Gauge
    dropped: Counter
    unreadable: Counter

    @classmethod
    def on(cls, registry: CollectorRegistry) -> "PageMetrics":
        """Create the instruments on a registry."""
        return cls(
            registry,
            _gauge("tocsin_page_visitors", registry),
            _counter("tocsin_page_visitors_dropped_total", registry),
            _counter("tocsin_page_records_unreadable_total", registry),
        )

    @classmethod
    def alone(cls) -> "PageMetrics":
        """Create the instruments on a registry of their own, with those of the process."""
        return cls.on(_registry(process=True))


@dataclass(frozen=True, slots=True)
class LagMetrics:
    """The instruments of the lag of a consumer group."""

    records: Gauge
    seconds: Gauge
    measured: Gauge
    open_transaction: Gauge

    @classmethod
    def on(cls, registry: CollectorRegistry) -> "LagMetrics":
        """Create the instruments on a registry."""
        return cls(
            _gauge("tocsin_lag_records", registry),
            _gauge("tocsin_lag_seconds", registry),
            _gauge("tocsin_lag_measured_timestamp_seconds", registry),
            _gauge("tocsin_open_transaction_seconds", registry),
        )


class Metrics:
    """The worker's instruments of the catalogue, on a registry of their own.

    They are not registered globally, so tests and several apps in one process stay separate.
    """

    def __init__(self, *, process: bool = False) -> None:
        """Create the instruments. `process` adds those of the process, platform and memory."""
        self.registry = _registry(process=process)
        self._refresh = _Refresh()
        # Collectors are asked in the order of their registration.
        self.registry.register(self._refresh)
        self.articles_consumed = self._counter("tocsin_articles_consumed_total")
        self.articles_analysed = self._counter("tocsin_articles_analysed_total")
        self.articles_flagged = self._counter("tocsin_articles_flagged_total")
        self.canary_articles = self._counter("tocsin_canary_articles_total")
        self.discarded = self._counter("tocsin_discarded_total")
        self.dead_letters = self._counter("tocsin_dead_letters_total")
        self.mentions = self._counter("tocsin_mentions_total")
        self.mentions_polarity = self._counter("tocsin_mentions_polarity_total")
        self.alerts = self._counter("tocsin_alerts_total")
        self.leader_alerts = self._counter("tocsin_leader_alerts_total")
        self.alerts_suppressed = self._counter("tocsin_alerts_suppressed_total")
        self.mentions_held = self._gauge("tocsin_mentions_held")
        self.mentions_late = self._counter("tocsin_mentions_late_total")
        self.mentions_released_early = self._counter("tocsin_mentions_released_early_total")
        self.stage_duration = self._histogram("tocsin_stage_duration_seconds")
        self.batch_records = self._histogram("tocsin_batch_records")
        self.article_latency = self._histogram("tocsin_article_latency_seconds")
        self.alert_latency = self._histogram("tocsin_alert_latency_seconds")
        self.lag = LagMetrics.on(self.registry)
        self.last_progress = self._gauge("tocsin_last_progress_timestamp_seconds")
        self.topic_partitions, self.topic_differs = (
            self._gauge("tocsin_topic_partitions"),
            self._gauge("tocsin_topic_differs"),
        )
        self.assigned_partitions = self._gauge("tocsin_assigned_partitions")
        self.rebalances = self._counter("tocsin_rebalances_total")
        self.commits = self._counter("tocsin_commits_total")
        self.produce_retries = self._counter("tocsin_produce_retries_total")
        self.watched_leaders = self._gauge("tocsin_watched_leaders")
        self.watch_state_bytes = self._gauge("tocsin_watch_state_bytes")
        self.leader_reports = self._gauge("tocsin_leader_reports")
        self.leader_expected_reports = self._gauge("tocsin_leader_expected_reports")
        self.leader_surge = self._gauge("tocsin_leader_surge")
        self.leader_usual_polarity = self._gauge("tocsin_leader_usual_polarity")
        self.leader_shift_score = self._gauge("tocsin_leader_shift_score")
        self.ready = self._gauge("tocsin_ready")
        self.recovering = self._gauge("tocsin_recovering")
        self.analysis_memory = self._gauge("tocsin_analysis_resident_memory_bytes")
        self.replay_articles = self._gauge("tocsin_replay_articles")
        self.replay_articles_done = self._gauge("tocsin_replay_articles_done")
        self.replay_mentions_left = self._gauge("tocsin_replay_mentions_left")
        self.replay_alerts = self._gauge("tocsin_replay_alerts")
        self.replay_position = self._gauge("tocsin_replay_position_timestamp_seconds")
        self.replay_range = self._gauge("tocsin_replay_range_timestamp_seconds")
        self.build_info = self._gauge("tocsin_build_info")
        page = PageMetrics.on(self.registry)
        self.page_visitors = page.visitors
        self.page_visitors_dropped = page.dropped
        self.page_records_unreadable = page.unreadable

    @property
    def page(self) -> PageMetrics:
        """The instruments of the live page."""
        return PageMetrics(
            self.registry,
            self.page_visitors,
            self.page_visitors_dropped,
            self.page_records_unreadable,
        )

    def before_scrape(self, refresh: Callable[[], None]) -> None:
        """Call `refresh` to set gauges at each scrape, in the thread of the scrape."""
        self._refresh.calls.append(refresh)

    def _counter(self, name: str) -> Counter:
        return _counter(name, self.registry)

    def _gauge(self, name: str) -> Gauge:
        return _gauge(name, self.registry)

    def _histogram(self, name: str) -> Histogram:
        return _histogram(name, self.registry)


class CanaryMetrics:
    """The instruments of `tocsin canary`, which is a process of its own."""

    def __init__(self, *, process: bool = False) -> None:
        """Create the instruments. `process` adds those of the process, platform and memory."""
        self.registry = _registry(process=process)
        self.sent = _counter("tocsin_canary_sent_total", self.registry)
        self.alerts = _counter("tocsin_canary_alerts_total", self.registry)
        self.missed = _counter("tocsin_canary_missed_total", self.registry)
        self.round_trip = _histogram("tocsin_canary_round_trip_seconds", self.registry)
        self.last_alert = _gauge("tocsin_canary_last_alert_timestamp_seconds", self.registry)


class ForwardMetrics:
    """The instruments of `tocsin forward`.

    The worker's are absent, because their zeros would fire Prometheus alerts.
    """

    def __init__(self, *, process: bool = False) -> None:
        """Create the instruments. `process` adds those of the process, platform and memory."""
        self.registry = _registry(process=process)
        self.alerts = _counter("tocsin_forward_alerts_total", self.registry)
        self.attempts = _counter("tocsin_forward_attempts_total", self.registry)
        self.attempt_duration = _histogram("tocsin_forward_attempt_duration_seconds", self.registry)
        self.latency = _histogram("tocsin_forward_latency_seconds", self.registry)
        self.waiting = _gauge("tocsin_forward_waiting", self.registry)
        self.lag = LagMetrics.on(self.registry)
        self.ready = _gauge("tocsin_forward_ready", self.registry)


class FeedMetrics:
    """The instruments of `tocsin ingest --poll`."""

    def __init__(self, *, process: bool = False) -> None:
        """Create the instruments. `process` adds those of the process, platform and memory."""
        self.registry = _registry(process=process)
        self.last_success = _gauge("tocsin_feed_last_success_timestamp_seconds", self.registry)
        self.interval = _gauge("tocsin_feed_interval_seconds", self.registry)
        self.entries = _counter("tocsin_feed_entries_total", self.registry)
        self.undated = _counter("tocsin_feed_undated_entries_total", self.registry)
        self.answers = _counter("tocsin_feed_answers_total", self.registry)
        self.errors = _counter("tocsin_feed_errors_total", self.registry)


def _registry(*, process: bool) -> CollectorRegistry:
    registry = CollectorRegistry(auto_describe=True)
    if process:
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)
    return registry


def _counter(name: str, registry: CollectorRegistry) -> Counter:
    m = entry(name, "counter")
    return Counter(m.name, m.help, m.labels, registry=registry)


def _gauge(name: str, registry: CollectorRegistry) -> Gauge:
    m = entry(name, "gauge")
    return Gauge(m.name, m.help, m.labels, registry=registry)


def _histogram(name: str, registry: CollectorRegistry) -> Histogram:
    m = entry(name, "histogram")
    return Histogram(m.name, m.help, m.labels, buckets=m.buckets, registry=registry)


class _Refresh(Collector):
    """Sets the gauges that are not kept up to date. It returns no metrics of its own."""

    def __init__(self) -> None:
        self.calls: list[Callable[[], None]] = []

    def describe(self) -> Iterable[PromMetric]:
        """Return no names, and refresh no gauges yet."""
        return ()

    def collect(self) -> Iterable[PromMetric]:
        """Refresh the gauges before they are read."""
        for call in self.calls:
            call()
        return ()
