"""A log in memory, a consumer on it, and a page that reads it."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec
import pytest
from kafka import TopicPartition

from processors.contracts import Alert
from streams.errors import BrokerUnavailableError
from streams.page.feed import Subscription
from streams.page.live import LivePage, PageOptions
from streams.page.routes import add_page
from streams.service.http_server import HttpServer
from streams.service.metrics import PageMetrics
from tools.contracts.examples import alerts, mention

ALERTS, MENTIONS, ARTICLES = "news.alerts.sentiment", "news.mentions", "news.articles"
EXAMPLE = alerts()["sentiment"]
MENTION = mention()


def changed(alert: Alert = EXAMPLE, **fields: Any) -> Alert:
    return msgspec.structs.replace(alert, **fields)


class Stored(NamedTuple):
    """A record as kafka-python gives one."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()


class Found(NamedTuple):
    offset: int


@dataclass
class Log:
    """Topics of one partition each. `fault` is raised by whoever asks, as long as it is set."""

    fault: Exception | None = None
    opened: int = 0
    records: dict[TopicPartition, list[Stored]] = field(default_factory=lambda: defaultdict(list))
    changed: threading.Condition = field(default_factory=threading.Condition)

    def write(self, topic: str, value: object, timestamp_ms: int = 1_000) -> None:
        encoded = value if isinstance(value, bytes) else msgspec.json.encode(value)
        with self.changed:
            there = self.records[TopicPartition(topic, 0)]
            there.append(Stored(topic, 0, len(there), timestamp_ms, None, encoded))
            self.changed.notify_all()

    @contextmanager
    def open(self) -> Iterator[Any]:
        self.opened += 1
        self.check()
        yield Consumer(self)

    def check(self) -> None:
        if self.fault is not None:
            raise self.fault

    def away(self) -> None:
        self.fault = BrokerUnavailableError("the broker is away")


class Consumer:
    """As much of a kafka-python consumer as a subscriber uses."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._at: dict[TopicPartition, int] = {}
        self._paused: set[TopicPartition] = set()

    def partitions_for_topic(self, _topic: str) -> set[int]:
        return {0}

    def end_offsets(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        self._log.check()
        return {tp: len(self._log.records[tp]) for tp in partitions}

    def offsets_for_times(self, asked: Mapping[TopicPartition, int]) -> dict[Any, Any]:
        return {
            tp: next(
                (Found(one.offset) for one in self._log.records[tp] if one.timestamp >= ms), None
            )
            for tp, ms in asked.items()
        }

    def assign(self, partitions: Sequence[TopicPartition]) -> None:
        self._at = dict.fromkeys(partitions, 0)

    def seek(self, tp: TopicPartition, offset: int) -> None:
        self._at[tp] = offset

    def position(self, tp: TopicPartition) -> int:
        return self._at[tp]

    def pause(self, *partitions: TopicPartition) -> None:
        self._paused |= set(partitions)

    def resume(self, *partitions: TopicPartition) -> None:
        self._paused -= set(partitions)

    def poll(self, timeout_ms: int, max_records: int = 500) -> dict[TopicPartition, list[Stored]]:
        self._log.check()
        with self._log.changed:
            if not (fetched := self._fetch(max_records)):
                self._log.changed.wait(timeout_ms / 1000)
                fetched = self._fetch(max_records)
        return fetched

    def _fetch(self, most: int) -> dict[TopicPartition, list[Stored]]:
        fetched = {}
        for tp, position in self._at.items():
            found = self._log.records[tp][position : position + most]
            if found and tp not in self._paused:
                self._at[tp] += len(found)
                fetched[tp] = found
        return fetched


@dataclass
class Served:
    """A page on a port of its own."""

    log: Log
    page: LivePage
    metrics: PageMetrics
    address: str
    failures: list[BaseException]


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def serve(log: Log) -> Iterator[Callable[..., Served]]:
    """`serve(max_visitors=1)` serves a page that reads `log`."""
    started = []

    def start(*, max_visitors: int = 10, is_eager: bool = True, **more: Any) -> Served:
        metrics = PageMetrics.alone()
        failures: list[BaseException] = []
        page = LivePage(
            Subscription(log.open, [ALERTS], MENTIONS, ARTICLES),
            PageOptions(max_visitors, 300.0, 60.0, is_eager=is_eager),
            metrics,
            lambda: None,
            failures.append,
            **more,
        )
        server = HttpServer("127.0.0.1", 0, metrics.registry, page, lambda app: add_page(app, page))
        started.append(server)
        return Served(log, page, metrics, server.start(), failures)

    yield start
    for server in started:
        server.stop()
