"""Ten feeds of different formats, from an OPML list to alerts, over a SIGKILL while sending."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from streams.demo.broker import Broker
from streams.kafka.connection import Connection
from streams.kafka.topic_differences import apply
from streams.kafka.topics import TopicNames, plan
from streams.service.settings import Settings
from tests.waiting import wait_until

WAIT_SECONDS = 90.0
ENTRIES = 800
LEADERS = {
    *("Emmanuel Macron", "Friedrich Merz", "Giorgia Meloni", "Keir Starmer", "Narendra Modi"),
    *("Pedro Sánchez", "Recep Tayyip Erdoğan"),
}


class Place:
    """A broker with topics of the test's own, and the programs that run on it."""

    def __init__(self, broker: Broker, prefix: str, folder: Path) -> None:
        self.settings = Settings(topic_prefix=prefix, application_id=f"{prefix}app")
        self.names = TopicNames.of(self.settings)
        self.client = Connection.plaintext(broker.bootstrap_servers).kafka_python()
        self.folder = folder
        self.running: list[subprocess.Popen[bytes]] = []
        proxies = ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")
        self.variables = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("TOCSIN_") and name not in proxies
        } | {
            "TOCSIN_BROKER": broker.bootstrap_servers,
            "TOCSIN_TOPIC_PREFIX": prefix,
            "TOCSIN_APPLICATION_ID": self.settings.application_id,
            "TOCSIN_HTTP_PORT": "0",
            # A second one would load its data for each worker that a test starts.
            "TOCSIN_ANALYSIS_PROCESSES": "1",
            "TOCSIN_CONFIRM": "off",
            "TOCSIN_INGEST_MAX_ENTRIES": "2000",
        }

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        with (self.folder / "log").open("ab") as log:
            started = subprocess.Popen(
                [sys.executable, "-m", "streams", *arguments],
                env=self.variables,
                cwd=self.folder,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        self.running.append(started)
        return started

    def keys(self, topic: str) -> list[str]:
        """Give the keys of all records that are in a topic now."""
        with closing(KafkaConsumer(**self.client, enable_auto_commit=False)) as consumer:
            found = consumer.partitions_for_topic(topic) or ()
            partitions = [TopicPartition(topic, one) for one in found]
            consumer.assign(partitions)
            consumer.seek_to_beginning(*partitions)
            ends = consumer.end_offsets(partitions)
            keys: list[str] = []
            while any(consumer.position(one) < ends[one] for one in partitions):
                for batch in consumer.poll(500).values():
                    keys += [record.key.decode() for record in batch]
            return keys

    def alerts(self) -> list[dict[str, Any]]:
        done = self.start("alerts", "--json", "--since", "beginning", "--no-follow")
        out, _ = done.communicate(timeout=WAIT_SECONDS)
        return [json.loads(line) for line in out.splitlines()]

    def wait(self, for_what: Callable[[], bool]) -> None:
        log = self.folder / "log"
        wait_until(for_what, seconds=WAIT_SECONDS, details=lambda: log.read_text()[-3_000:])


@pytest.fixture
def place(broker: Broker, topic_prefix: str, tmp_path: Path) -> Iterator[Place]:
    made = Place(broker, topic_prefix, tmp_path)
    with closing(KafkaAdminClient(**made.client)) as admin:
        apply(admin, plan(made.settings))
    yield made
    for process in made.running:
        if process.poll() is None:
            process.kill()
            process.communicate()


def large_feed() -> bytes:
    items = "".join(
        f"<item><guid>urn:large:{number}</guid><title>Tides of day {number}</title></item>"
        for number in range(ENTRIES)
    )
    return f"<rss version='2.0'><channel><title>Tides</title>{items}</channel></rss>".encode()


def test_ten_feeds_ring_and_a_kill_while_sending_loses_nothing(
    place: Place, feed_site: Any
) -> None:
    feed_site.changed["/large"] = large_feed()
    (place.folder / "feeds.opml").write_text(feed_site.opml(), encoding="utf-8")
    (place.folder / "first.csv").write_text(f"url,name\n{feed_site.url}/large,Tides\n")
    command = (
        *("ingest", "--opml", "feeds.opml", "--feeds", "first.csv"),
        *("--poll", "1", "--state", "feeds.db", "--json"),
    )
    worker = place.start("worker")
    killed = place.start(*command)
    place.wait(lambda: bool(place.keys(place.names.articles)))
    killed.kill()
    killed.communicate()
    before = set(place.keys(place.names.articles))

    again = place.start(*command)
    place.wait(lambda: sum(path == "/loire/rss.xml" for path, _ in feed_site.asked) > 1)
    again.send_signal(signal.SIGTERM)
    out, _ = again.communicate(timeout=WAIT_SECONDS)
    assert again.returncode == 0, (place.folder / "log").read_text()
    counted = Counter(place.keys(place.names.articles))
    large = {f"urn:large:{number}" for number in range(ENTRIES)}
    assert len(counted.keys() - large) == 14
    assert large <= counted.keys()
    # What was under way may come again, once, under the same id; all else comes once.
    assert max(counted.values()) <= 2
    assert {key for key, times in counted.items() if times > 1} <= before
    summary = json.loads(out)
    assert [feed["failed"] for feed in summary["feeds"]] == [""] * 11
    assert {feed["feed"]: feed["format"] for feed in summary["feeds"]}["Loire Daily"] == "RSS 2.0"

    third = place.start(*command[:5], "--state", "feeds.db", "--json")
    out, _ = third.communicate(timeout=WAIT_SECONDS)
    assert (third.returncode, json.loads(out)["sent"]) == (0, 0)

    topic = place.names.alerts["sentiment"]
    place.wait(lambda: len(set(place.keys(topic))) >= len(LEADERS))
    worker.send_signal(signal.SIGTERM)
    worker.communicate(timeout=WAIT_SECONDS)
    rang = {one["leader_name"] for alert in place.alerts() for one in alert["leaders"]}
    assert rang == LEADERS
