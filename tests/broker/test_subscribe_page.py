"""Test the program that docs/guides/subscribe.md shows, against a broker."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

import msgspec
import pytest
from kafka import KafkaAdminClient, KafkaProducer

from processors.contracts import Alert
from streams.contracts import published
from streams.demo.embedded_broker import EmbeddedBroker
from streams.kafka.connection import Connection
from streams.kafka.envelope import alert_record
from streams.kafka.topic_differences import apply
from streams.kafka.topics import TopicNames, plan
from streams.service.settings import PREFIX, Settings

PAGE = Path(__file__).parents[2] / "docs/guides/subscribe.md"
CONSUMER_SECONDS = 60.0


def _no_settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}


def python_consumer(folder: Path) -> list[str]:
    (program,) = re.findall(
        r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    (folder / "alerts.py").write_text(program, encoding="utf-8")
    return [sys.executable, str(folder / "alerts.py")]


@pytest.mark.broker
def test_the_consumer_takes_each_alert_once(tmp_path: Path) -> None:
    example = json.loads(published("alert.schema.json"))["examples"][0]
    first = msgspec.convert(example, Alert)
    after = msgspec.structs.replace(first, alert_id="f" * 32, reason="Another reason.")
    command = python_consumer(tmp_path)
    with EmbeddedBroker() as broker:
        address = broker.bootstrap_servers
        _publish(address, [first, first, after])
        _point_at(Path(command[-1]), address)
        lines = _lines(command, 2)
    assert first.reason in lines[0]
    assert after.reason in lines[1]


def _publish(address: str, alerts: Sequence[Alert]) -> None:
    settings = Settings(broker=address)
    topic = TopicNames.of(settings).alerts[alerts[0].kind]
    admin = KafkaAdminClient(**Connection.plaintext(address).kafka_python())
    apply(admin, plan(settings))
    admin.close()
    producer = KafkaProducer(bootstrap_servers=address)
    for alert in alerts:
        record = alert_record(topic, alert)
        producer.send(topic, key=record.key, value=record.value, headers=list(record.headers))
    producer.flush()
    producer.close()


def _point_at(source: Path, address: str) -> None:
    text = source.read_text(encoding="utf-8")
    assert text.count("localhost:9092") == 1
    source.write_text(text.replace("localhost:9092", address), encoding="utf-8")


def _lines(command: Sequence[str], count: int) -> list[str]:
    """Read so many lines of a program that does not end, and fail rather than wait indefinitely."""
    queue: Queue[str] = Queue()
    found: list[str] = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, encoding="utf-8", env=_no_settings()
    ) as child:
        reader = Thread(target=lambda: [queue.put(line) for line in child.stdout or ()])
        reader.start()
        deadline = time.monotonic() + CONSUMER_SECONDS
        try:
            while len(found) < count:
                found.append(queue.get(timeout=max(0.0, deadline - time.monotonic())))
        except Empty:
            pytest.fail(f"the consumer printed {found} in {CONSUMER_SECONDS:g} s, and no more")
        finally:
            child.kill()
            reader.join()
    return found
