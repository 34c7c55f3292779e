"""The canary against both brokers: the whole way, and what no alert comes back from."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition

from processors.canary import ARTICLE_PREFIX, CANARY_ID
from streams.canary.health import CanaryHealth
from streams.canary.rounds import Rounds
from streams.canary.run import Canary
from streams.cli import main
from streams.demo.broker import Broker
from streams.kafka.connection import Connection
from streams.kafka.deployment import Deployment
from streams.kafka.topic_differences import apply
from streams.kafka.topics import TopicNames, plan
from streams.service import logs
from streams.service.metrics import CanaryMetrics
from streams.service.settings import Settings
from tests.waiting import wait_until

WAIT_SECONDS = 120.0
NEWS = {
    "id": "reform",
    "title": "Lawmakers condemn Emmanuel Macron over disastrous reform",
    "text": "Lawmakers condemned Emmanuel Macron for a disastrous, shameful reform.",
    "source": "Example Wire",
}
# What the broker is made of can make no difference to these.
embedded_alone = pytest.mark.parametrize("broker", ["embedded"], indirect=True)


class Place:
    """A broker with the topics of one test."""

    def __init__(self, broker: Broker, prefix: str) -> None:
        self.settings = Settings(topic_prefix=prefix, application_id=f"{prefix}app")
        self.names = TopicNames.of(self.settings)
        self.connection = Connection.plaintext(broker.bootstrap_servers)
        self.variables = {
            "TOCSIN_BROKER": broker.bootstrap_servers,
            "TOCSIN_TOPIC_PREFIX": prefix,
            "TOCSIN_APPLICATION_ID": self.settings.application_id,
            "TOCSIN_HTTP_PORT": "0",
            # A second one would load its data for each worker that a test starts.
            "TOCSIN_ANALYSIS_PROCESSES": "1",
        }

    def create_topics(self) -> None:
        admin = KafkaAdminClient(**self.connection.kafka_python())
        apply(admin, plan(self.settings))
        admin.close()

    def read(self, *topics: str) -> list[Any]:
        consumer = KafkaConsumer(**self.connection.kafka_python(), enable_auto_commit=False)
        tps = [TopicPartition(t, p) for t in topics for p in consumer.partitions_for_topic(t) or ()]
        consumer.assign(tps)
        consumer.seek_to_beginning(*tps)
        ends = consumer.end_offsets(tps)
        records: list[Any] = []
        while any(consumer.position(tp) < ends[tp] for tp in tps):
            for batch in consumer.poll(500).values():
                records += batch
        consumer.close()
        return [json.loads(record.value) for record in records]


@pytest.fixture
def place(broker: Broker, topic_prefix: str, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setattr(logs, "configure", lambda *_: None)
    made = Place(broker, topic_prefix)
    for name in [name for name in os.environ if name.startswith("TOCSIN_")]:
        monkeypatch.delenv(name)
    for name, value in made.variables.items():
        monkeypatch.setenv(name, value)
    return made


@pytest.fixture
def tocsin(
    place: Place,  # noqa: ARG001 - its variables are set
    capfd: pytest.CaptureFixture[str],
) -> Callable[..., tuple[Any, str, str]]:
    def run(*arguments: str) -> tuple[Any, str, str]:
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main.run([*arguments])
        return ended.value.code, *capfd.readouterr()

    return run


def test_it_rings_and_tells_no_news(
    place: Place, tocsin: Callable[..., tuple[Any, str, str]], tmp_path: Path
) -> None:
    place.create_topics()
    metrics = CanaryMetrics()
    value = metrics.registry.get_sample_value
    rounds = Rounds(WAIT_SECONDS, metrics, time.monotonic, lambda: datetime.now(UTC))
    health = CanaryHealth(time.monotonic, 60)
    canary = Canary(Deployment.of(place.settings, place.connection), "thread", rounds, health)
    with (tmp_path / "log").open("wb") as log:
        worker = subprocess.Popen([sys.executable, "-m", "streams", "worker"], stderr=log)
    running = threading.Thread(target=canary.run, args=(0.5,))
    # Its first articles wait for a worker that is still loading.
    running.start()
    try:
        producer = KafkaProducer(**place.connection.kafka_python())
        producer.send(place.names.articles, key=b"reform", value=json.dumps(NEWS).encode()).get(20)
        producer.close()
        # Another one, of another name, beside it; its article comes after the news.
        code, out, err = tocsin("canary", "--once", "--json", "--timeout", "100", "--name", "other")
        assert code == 0, err + (tmp_path / "log").read_text()
        assert health.ready().ok
        assert health.live().ok
        wait_until(
            lambda: value("tocsin_canary_alerts_total"), "the canary's alert", seconds=WAIT_SECONDS
        )
    finally:
        canary.stop()
        running.join(WAIT_SECONDS)
        worker.terminate()
        assert worker.wait(WAIT_SECONDS) == 0
    assert not health.ready().ok

    told = json.loads(out.splitlines()[-1])
    assert told["outcome"] == "alerted"
    assert told["article_id"].startswith(f"{ARTICLE_PREFIX}other:")
    assert 0 < told["round_trip_seconds"] < 100

    rung = place.read(place.names.canary)
    ids = {alert["alert_id"]: alert["articles"][0]["article_id"] for alert in rung}
    assert len(set(ids.values())) == len(ids)
    assert ids[told["alert_id"]] == told["article_id"]
    rang = value("tocsin_canary_alerts_total") or 0
    assert 1 <= rang <= (value("tocsin_canary_sent_total") or 0)
    assert rang <= sum(f"{ARTICLE_PREFIX}thread:" in article for article in ids.values())
    assert {alert["kind"] for alert in rung} == {"canary"}

    # The news rang as if there were no canary, and nothing else did.
    news = place.read(*place.names.alerts.values())
    assert [leader["leader_id"] for alert in news for leader in alert["leaders"]] == ["Q3052772"]
    about = {
        (mention["leader_id"] == CANARY_ID, "canary" in mention["context"]["article"]["article_id"])
        for mention in place.read(place.names.mentions)
    }
    assert about == {(True, True), (False, False)}
    code, out, _ = tocsin("alerts", "--since", "beginning", "--no-follow", "--json")
    assert [json.loads(line)["kind"] for line in out.splitlines()] == ["sentiment"]
    options = ("--since", "beginning", "--no-follow", "--json", "--kind", "canary")
    code, out, _ = tocsin("alerts", *options)
    assert {json.loads(line)["alert_id"] for line in out.splitlines()} == set(ids)


@embedded_alone
def test_without_a_worker_no_alert_comes_back_and_the_check_says_so(
    place: Place, tocsin: Callable[..., tuple[Any, str, str]]
) -> None:
    code, _, err = tocsin("canary", "--once")
    assert code == 2
    assert f"no topic {place.names.canary}" in err
    place.create_topics()
    code, out, err = tocsin("canary", "--once", "--json", "--timeout", "1")
    assert code == 3
    # The log is on standard output too, as long as nobody has set it up.
    told = json.loads(out.splitlines()[-1])
    assert (told["outcome"], told["alert_id"]) == ("no_alert", None)
    assert "no alert came back within 1 s" in err
