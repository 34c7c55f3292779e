"""The programs in docs/guides/subscribers, each as a process of its own, against Apache Kafka.

What they need is built once and kept. A language that is not on the machine is skipped with the
reason; in CI, which has them all, it is a failure.
"""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from kafka import KafkaAdminClient, KafkaProducer

from processors.contracts import Alert
from streams.contracts import ALERT_SCHEMA, published
from streams.demo.broker import Broker
from streams.kafka.connection import Connection
from streams.kafka.envelope import Outgoing, alert_record
from streams.kafka.lag import LagMeter
from streams.kafka.topic_differences import apply
from streams.kafka.topics import TopicNames, plan
from streams.service.settings import Settings
from tests.waiting import wait_until
from tools.contracts.examples import alerts

FOLDER = Path(__file__).parents[2] / "docs" / "guides" / "subscribers"
WAIT_SECONDS = 60.0
# A JVM that is asked to end says so with 128 + SIGTERM.
ENDED_WELL = {0, 128 + signal.SIGTERM}
PROGRAMS = {"python": (), "typescript": ("node", "npm"), "java": ("java", "javac", "mvn")}
BUILDS: dict[str, Sequence[Sequence[str]]] = {
    "typescript": [["npm", "ci"], ["npm", "run", "build"]],
    "java": [["mvn", "--batch-mode", "--quiet", "compile", "dependency:copy-dependencies"]],
}


@pytest.fixture(params=PROGRAMS)
def command(
    request: pytest.FixtureRequest,
    require_programs: Callable[..., None],
    built: Callable[[Path, Sequence[Sequence[str]]], Path],
) -> list[str]:
    language = request.param
    require_programs(f"the {language} subscriber", *PROGRAMS[language])
    folder = built(FOLDER / language, BUILDS[language]) if language in BUILDS else FOLDER / language
    commands = {
        "python": [sys.executable, f"{folder}/alerts.py"],
        "typescript": ["node", f"{folder}/build/alerts.js"],
        "java": ["java", "-cp", f"{folder}/target/classes:{folder}/target/dependency/*", "Alerts"],
    }
    return commands[language]


@dataclass
class System:
    """A broker with topics of the test's own, and one subscriber after the other."""

    broker: Broker
    prefix: str
    folder: Path
    command: Sequence[str]
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def connection(self) -> Connection:
        return Connection.plaintext(self.broker.bootstrap_servers)

    @property
    def settings(self) -> Settings:
        return Settings(topic_prefix=self.prefix, partitions=2)

    @property
    def topics(self) -> list[str]:
        return list(TopicNames.of(self.settings).alerts.values())

    def publish(self, *of: Alert | bytes) -> None:
        names = TopicNames.of(self.settings)
        with closing(KafkaProducer(**self.connection.kafka_python())) as producer:
            for one in of:
                record = (
                    Outgoing(names.alerts["surge"], b"k", one)
                    if isinstance(one, bytes)
                    else alert_record(names.alerts[one.kind], one)
                )
                producer.send(
                    record.topic, record.value, key=record.key, headers=list(record.headers)
                ).get(20)

    def start(self, group: str) -> None:
        environment = os.environ | {
            "ALERTS_BROKER": self.broker.bootstrap_servers,
            "ALERTS_GROUP": self.prefix + group,
            "ALERTS_TOPICS": rf"^{re.escape(self.prefix)}news\.alerts\..+$",
            "ALERTS_SEEN_FILE": str(self.folder / "seen.txt"),
            "LC_ALL": "C.UTF-8",
        }
        with (self.folder / "out").open("wb") as out, (self.folder / "err").open("wb") as err:
            self.running.append(
                subprocess.Popen(self.command, env=environment, stdout=out, stderr=err)
            )

    def text(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def lines(self, count: int) -> list[str]:
        """Wait for so many lines of the newest program, and return all that it has written."""
        wait_until(
            lambda: self.text("out").count("\n") >= count,
            f"{count} lines",
            seconds=WAIT_SECONDS,
            details=lambda: f"{self.text('out')}\n{self.text('err')}",
            running=self.running[-1],
        )
        return self.text("out").splitlines()

    def stop(self) -> int:
        self.running[-1].send_signal(signal.SIGTERM)
        # Popen has the signal as a negative number where the program did not catch it.
        return self.running[-1].wait(WAIT_SECONDS)

    def caught_up(self, group: str) -> None:
        """Wait until the group has committed everything that is there."""
        with closing(LagMeter(self.connection, self.prefix + group, self.topics)) as lag:
            wait_until(
                lambda: not any(one.records for one in lag.measure().values()),
                "the end of the lag",
                seconds=WAIT_SECONDS,
                details=lambda: self.text("err"),
            )


@pytest.fixture
def system(
    broker: Broker, topic_prefix: str, tmp_path: Path, command: list[str]
) -> Iterator[System]:
    made = System(broker, topic_prefix, tmp_path, command)
    with closing(KafkaAdminClient(**made.connection.kafka_python())) as admin:
        apply(admin, plan(made.settings))
    yield made
    for child in made.running:
        if child.poll() is None:
            child.kill()
        child.wait()


def line(alert: Alert) -> str:
    first = [*alert.references, alert.alert_id][0]
    return f"{alert.msg_type}\t{alert.severity}\t{first}\t{alert.reason}"


def valid() -> Callable[..., Alert]:
    """Give alerts that keep to the published schema, and differ as is said."""
    schema = Draft202012Validator(json.loads(published(ALERT_SCHEMA)))

    def make(kind: Any, alert_id: str, **changes: Any) -> Alert:
        made = msgspec.structs.replace(alerts()[kind], alert_id=alert_id, **changes)
        schema.validate(json.loads(msgspec.json.encode(made)))
        return made

    return make


@pytest.mark.parametrize("broker", ["apache"], indirect=True)
def test_a_subscriber_handles_each_alert_once_and_knows_updates_and_cancellations(
    system: System,
) -> None:
    make = valid()
    rings = make("sentiment", "a" * 32)
    update = make(
        "sentiment",
        "b" * 32,
        msg_type="update",
        references=["a" * 32],
        revision=2,
        severity="high",
        reason="It has grown: “λ”.",
    )
    cancel = make(
        "sentiment",
        "c" * 32,
        msg_type="cancel",
        references=["a" * 32, "b" * 32],
        revision=3,
        reason="Its article is withdrawn.",
        story=None,
    )
    other, late = make("encounter", "d" * 32), make("surge", "e" * 32)
    system.publish(rings, rings, b"{broken", b"[]", update, rings, update, other, cancel)

    system.start("first")
    found = system.lines(4)
    assert [one for one in found if one != line(other)] == [line(rings), line(update), line(cancel)]
    system.caught_up("first")
    assert system.stop() in ENDED_WELL
    assert system.text("out").splitlines() == found
    assert sorted(found) == sorted(map(line, (rings, update, cancel, other)))
    assert system.text("err").count("is no alert; left out") == 2

    # A group that has committed nothing gets everything again, as after a crash.
    system.publish(late)
    system.start("second")
    assert system.lines(1) == [line(late)]
    system.caught_up("second")
    assert system.stop() in ENDED_WELL
    assert system.text("out").splitlines() == [line(late)]
