"""The loop of a canary, over clients that answer at once."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
import pytest
from kafka import TopicPartition

from streams.canary import run
from streams.canary.health import CanaryHealth
from streams.canary.rounds import Rounds
from streams.errors import BrokerUnavailableError
from streams.kafka.connection import Connection
from streams.kafka.deployment import Deployment
from streams.service.metrics import CanaryMetrics
from streams.service.settings import Settings
from tests.waiting import wait_until
from tools.contracts import examples

SETTINGS = Settings()
PLACE = TopicPartition("news.canary", 0)
WAIT_SECONDS = 20.0


class Record(NamedTuple):
    value: bytes
    topic: str = PLACE.topic
    partition: int = 0
    offset: int = 0
    timestamp: int = 0
    key: bytes | None = None
    headers: Any = ()


@dataclass
class Future:
    exception: Exception | None = None
    is_done: bool = True

    def succeeded(self) -> bool:
        return self.exception is None


@dataclass
class Cluster:
    """A broker that rings for what it is sent, and does as it is told.

    `away` is how many times nobody answers; `mute` that no alert is delivered; `refusal` what
    becomes of a send; `lost` that the next poll finds no broker.
    """

    away: int = 0
    mute: bool = False
    lost: bool = False
    refusal: Exception | None = None
    waiting: list[bytes] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    since_ms: list[int] = field(default_factory=list)

    @contextmanager
    def client(self, *_: Any) -> Iterator["Cluster"]:
        if self.away:
            self.away -= 1
            raise BrokerUnavailableError("nobody")
        yield self

    def partitions_for_topic(self, _: str) -> set[int]:
        return {0}

    def end_offsets(self, tps: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(tps, 7)

    def offsets_for_times(self, times: dict[TopicPartition, int]) -> dict[TopicPartition, Any]:
        self.since_ms += times.values()
        return dict.fromkeys(times)

    def assign(self, _: list[TopicPartition]) -> None:
        pass

    def resume(self, *_: TopicPartition) -> None:
        pass

    def seek(self, tp: TopicPartition, offset: int) -> None:
        assert tp == PLACE
        self.starts.append(offset)

    def send(self, topic: str, *, key: bytes, value: bytes) -> Future:
        assert topic == "news.articles"
        article = json.loads(value)
        assert key == article["id"].encode()
        self.sent.append(article)
        alert = examples.alerts()["canary"]
        (ref,) = alert.articles
        ref = msgspec.structs.replace(ref, article_id=article["id"])
        alert = msgspec.structs.replace(alert, alert_id=article["id"], articles=[ref])
        if self.refusal is None:
            self.waiting.append(msgspec.json.encode(alert))
        return Future(self.refusal)

    def poll(self, timeout_ms: int) -> dict[TopicPartition, list[Record]]:
        if self.lost:
            self.lost = False
            raise BrokerUnavailableError("gone")
        if self.mute or not self.waiting:
            time.sleep(min(timeout_ms, 10) / 1000)
            return {}
        found, self.waiting = self.waiting, []
        return {PLACE: [Record(b"[]"), *map(Record, found)]}


@dataclass
class Stage:
    """A canary on a cluster."""

    canary: run.Canary
    cluster: Cluster
    health: CanaryHealth
    metrics: CanaryMetrics

    def value(self, name: str, **labels: str) -> float:
        return self.metrics.registry.get_sample_value(f"tocsin_canary_{name}", labels) or 0.0

    def run_until(self, condition: Callable[[], bool], every_seconds: float = 0.05) -> None:
        running = threading.Thread(target=self.canary.run, args=(every_seconds,))
        running.start()
        try:
            wait_until(condition, seconds=WAIT_SECONDS)
        finally:
            self.canary.stop()
            running.join(WAIT_SECONDS)
        assert not running.is_alive()


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Stage]:
    def make(cluster: Cluster, timeout_seconds: float = WAIT_SECONDS) -> Stage:
        monkeypatch.setattr(run.clients, "consumer_client", cluster.client)
        monkeypatch.setattr(run.clients, "producer_client", lambda *_: nullcontext(cluster))
        monkeypatch.setattr(run, "PAUSE_SECONDS", 0.01)
        metrics = CanaryMetrics()
        rounds = Rounds(timeout_seconds, metrics, time.monotonic, lambda: datetime.now(UTC))
        health = CanaryHealth(time.monotonic, 60)
        deployment = Deployment.of(SETTINGS, Connection.plaintext("127.0.0.1:1"))
        return Stage(run.Canary(deployment, "c", rounds, health), cluster, health, metrics)

    return make


def test_a_check_sends_one_and_hears_of_it_from_the_end_of_the_topic_on(
    stage: Callable[..., Stage],
) -> None:
    here = stage(Cluster())
    one = here.canary.check()
    (article,) = here.cluster.sent
    assert (one.outcome, one.article_id, one.alert_id) == ("alerted", article["id"], article["id"])
    assert here.cluster.starts == [7]
    assert here.value("sent_total") == here.value("alerts_total") == 1


def test_a_check_of_which_nothing_is_heard_ends_in_time(stage: Callable[..., Stage]) -> None:
    here = stage(Cluster(mute=True), timeout_seconds=0.05)
    one = here.canary.check()
    assert (one.outcome, one.seconds) == ("no_alert", None)


def test_a_check_that_is_refused_says_why(stage: Callable[..., Stage]) -> None:
    one = stage(Cluster(refusal=OSError("full"))).canary.check()
    assert (one.outcome, one.why) == ("not_sent", "full")


def test_the_loop_sends_again_and_again(stage: Callable[..., Stage]) -> None:
    here = stage(Cluster())
    here.run_until(lambda: here.value("alerts_total") >= 3)
    ids = [article["id"] for article in here.cluster.sent]
    assert len(set(ids)) == len(ids) >= 3
    assert here.value("missed_total", reason="no_alert") == 0
    assert not here.health.is_connected


def test_while_no_broker_answers_what_is_due_is_missed_and_then_it_goes_on(
    stage: Callable[..., Stage],
) -> None:
    here = stage(Cluster(away=3))
    here.run_until(lambda: here.value("alerts_total") >= 1, every_seconds=0.001)
    assert here.value("missed_total", reason="not_sent") == 3
    assert here.health.live().ok


def test_what_was_under_way_when_the_connection_was_lost_is_listened_for_from_then_on(
    stage: Callable[..., Stage],
) -> None:
    began = datetime.now(UTC)
    here = stage(Cluster(lost=True))
    here.run_until(lambda: here.value("alerts_total") >= 1, every_seconds=WAIT_SECONDS)
    assert len(here.cluster.sent) == 1
    (since_ms,) = here.cluster.since_ms
    assert (
        abs(since_ms / 1000 - (began - run.CLOCK_SKEW).timestamp())
        < timedelta(seconds=10).total_seconds()
    )


@pytest.mark.parametrize("cluster", [Cluster(), Cluster(away=1_000)], ids=["connected", "away"])
def test_a_part_of_the_process_that_died_ends_the_loop(
    stage: Callable[..., Stage], cluster: Cluster
) -> None:
    def check() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stage(cluster).canary.run(0.05, check)
