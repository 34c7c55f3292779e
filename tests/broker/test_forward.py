"""`tocsin forward` as a process of its own, from both brokers to a real server.

The signatures are verified with the lines that docs/guides/webhooks.md gives to receivers.
"""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition

from processors.contracts import Alert, LeaderRef
from streams.demo.broker import Broker
from streams.errors import EXIT_MISCONFIGURED
from streams.kafka.connection import Connection
from streams.kafka.envelope import alert_record
from streams.kafka.lag import LagMeter
from streams.kafka.topic_differences import apply
from streams.kafka.topics import TopicNames, plan
from streams.service.settings import Settings
from tests.waiting import wait_until
from tools.contracts.examples import alerts

DOCS = Path(__file__).parents[2] / "docs" / "guides" / "webhooks.md"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105
OLD_SECRET = "whsec_b2xkLW9sZC1vbGQtb2xkLW9sZC1vbGQtb2xk"  # noqa: S105
TOKEN = "T0KEN"  # noqa: S105
WAIT_SECONDS = 60.0
ALERT = alerts()["sentiment"]


@dataclass
class Receiver:
    """An HTTP server that keeps what it gets, and answers as the test says."""

    answer: Callable[[str, int], int] = lambda _event, _times: 204
    # From the request after so many on, none is answered.
    holds_after: int = 1_000_000
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in list(self.got)]

    async def handle(self, request: web.Request) -> web.Response:
        assert request.query_string == f"token={TOKEN}"
        headers = {name.lower(): value for name, value in request.headers.items()}
        body = await request.read()
        self.got.append((headers, body))
        while len(self.got) > self.holds_after:  # noqa: ASYNC110 - the test's thread changes it
            await asyncio.sleep(0.02)
        event = headers["webhook-id"]
        return web.Response(status=self.answer(event, self.ids.count(event)), text="as you say")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    loop = asyncio.new_event_loop()
    started = threading.Event()

    async def serve() -> web.AppRunner:
        app = web.Application()
        app.router.add_post("/alerts", made.handle)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/alerts?token={TOKEN}"
        return runner

    def run() -> None:
        runner = loop.run_until_complete(serve())
        started.set()
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert started.wait(10)
    yield made
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


@dataclass
class System:
    """A broker with topics of the test's own, and the processes that forward from them."""

    broker: Broker
    prefix: str
    folder: Path
    receiver: Receiver
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        return Settings(
            broker=self.broker.bootstrap_servers,
            topic_prefix=self.prefix,
            application_id=f"{self.prefix}app",
            partitions=2,
        )

    @property
    def names(self) -> TopicNames:
        return TopicNames.of(self.settings)

    @property
    def group(self) -> str:
        return f"{self.settings.application_id}-forward"

    @property
    def connection(self) -> Connection:
        return Connection.plaintext(self.broker.bootstrap_servers)

    @property
    def client(self) -> dict[str, Any]:
        return self.connection.kafka_python()

    @property
    def variables(self) -> dict[str, str]:
        others = {k: v for k, v in os.environ.items() if not k.startswith("TOCSIN_")}
        return others | {
            "TOCSIN_BROKER": self.settings.broker,
            "TOCSIN_TOPIC_PREFIX": self.prefix,
            "TOCSIN_APPLICATION_ID": self.settings.application_id,
            # A process that was killed is followed by one of the same name, at once.
            "TOCSIN_GROUP_INSTANCE_ID": "one",
            "TOCSIN_SESSION_TIMEOUT_SECONDS": "6",
            "TOCSIN_HTTP_PORT": "0",
            "TOCSIN_FORWARD_TO": self.receiver.url,
            "TOCSIN_FORWARD_SECRET": SECRET,
            "TOCSIN_FORWARD_PREVIOUS_SECRET": OLD_SECRET,
        }

    @property
    def log(self) -> str:
        return (self.folder / f"{len(self.running)}.log").read_text(encoding="utf-8")

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start to forward, and return when it does."""
        allowed = ["--allow-http", "--allow-private"]
        with (self.folder / f"{len(self.running) + 1}.log").open("wb") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", "streams", "forward", *allowed, *arguments],
                env=self.variables,
                stdout=log,
                stderr=log,
            )
        self.running.append(child)
        self.wait(lambda: "forward.started" in self.log and "forward.assigned" in self.log)
        return child

    def stop(self) -> int:
        self.running[-1].send_signal(signal.SIGTERM)
        return self.running[-1].wait(WAIT_SECONDS)

    def wait(self, done: Callable[[], bool]) -> None:
        wait_until(
            done,
            seconds=WAIT_SECONDS,
            details=lambda: f"{self.receiver.ids}\n{self.log}",
            running=self.running[-1],
        )

    def tocsin(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "streams", *arguments],
            env=self.variables,
            capture_output=True,
            text=True,
            check=True,
        )

    def publish(self, *of: Alert | bytes) -> None:
        with closing(KafkaProducer(**self.client)) as producer:
            for one in of:
                topic = self.names.alerts["sentiment"]
                if isinstance(one, bytes):
                    producer.send(topic, one, key=b"k").get(20)
                    continue
                record = alert_record(topic, one)
                producer.send(
                    topic, record.value, key=record.key, headers=list(record.headers)
                ).get(20)

    def dead_letters(self) -> list[dict[str, str]]:
        with closing(KafkaConsumer(**self.client)) as consumer:
            partitions = [TopicPartition(self.names.dead_letters, n) for n in range(2)]
            consumer.assign(partitions)
            consumer.seek_to_beginning()
            wanted = sum(consumer.end_offsets(partitions).values())
            found: list[Any] = []
            while len(found) < wanted:
                found += [r for batch in consumer.poll(timeout_ms=200).values() for r in batch]
            return [{name: value.decode() for name, value in r.headers} for r in found]

    def not_committed(self) -> int:
        """Count the records of the alert topics that the group would still read."""
        with closing(
            LagMeter(self.connection, self.group, list(self.names.alerts.values()))
        ) as lag:
            return sum(one.records for one in lag.measure().values())

    def metric(self, name: str, **labels: str) -> float:
        address = re.findall(r'"metrics": "([^"]+)"', self.log)[-1]
        with urllib.request.urlopen(address) as answer:
            text = answer.read().decode()
        shown = ",".join(f'{key}="{value}"' for key, value in labels.items())
        [line] = [x for x in text.splitlines() if x.startswith(f"{name}{{{shown}}} ")]
        return float(line.rpartition(" ")[2])


@pytest.fixture
def system(
    broker: Broker, topic_prefix: str, tmp_path: Path, receiver: Receiver
) -> Iterator[System]:
    made = System(broker, topic_prefix, tmp_path, receiver)
    with closing(KafkaAdminClient(**made.client)) as admin:
        apply(admin, plan(made.settings))
    yield made
    for child in made.running:
        if child.poll() is None:
            child.kill()
        child.wait()


def alert(alert_id: str, leader: str = "Q1", **changes: Any) -> Alert:
    whom = [LeaderRef(leader_id=leader, leader_name=f"Leader {leader}")]
    return msgspec.structs.replace(ALERT, alert_id=alert_id, leaders=whom, **changes)


def verified() -> Callable[..., bool]:
    """Give the function that docs/guides/webhooks.md shows."""
    [code] = re.findall(
        r"^```python\n(.*?)^```$", DOCS.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    shown: dict[str, Any] = {}
    exec(compile(code, str(DOCS), "exec", dont_inherit=True), shown)  # noqa: S102
    found: Callable[..., bool] = shown["verified"]
    return found


def test_alerts_arrive_signed_and_in_order_and_what_is_refused_is_put_aside_and_back(
    system: System, receiver: Receiver
) -> None:
    mended = threading.Event()

    def answer(event: str, times: int) -> int:
        if event == "busy" and times <= 1:
            return 503
        return 422 if event == "refused" and not mended.is_set() else 200

    receiver.answer = answer
    system.publish(alert("before"))
    system.start("--min-severity", "medium")
    system.publish(
        alert("low", severity="low"),
        alert("busy", severity="high"),
        alert("update", severity="high", msg_type="update", references=["busy"], revision=2),
        alert("refused", "Q2", severity="high"),
        b"no alert",
        alert("cancel", severity="medium", msg_type="cancel", references=["busy", "update"]),
    )
    system.wait(lambda: "cancel" in receiver.ids and system.log.count("forward.dead_letter") == 2)
    assert [one for one in receiver.ids if one != "refused"] == ["busy", "busy", "update", "cancel"]

    check = verified()
    for headers, body in receiver.got:
        assert json.loads(body)["alert_id"] == headers["ce-id"] == headers["webhook-id"]
        assert check(SECRET, headers, body)
        assert check(OLD_SECRET, headers, body)
        assert not check(SECRET, headers, body + b" ")
        assert not check("whsec_" + "A" * 32, headers, body)
        assert not check(SECRET, headers, body, tolerance_seconds=-1)
        assert not check(SECRET, {**headers, "webhook-id": "other"}, body)
        assert not check(SECRET, {**headers, "webhook-timestamp": "soon"}, body)
    assert system.metric("tocsin_forward_alerts_total", outcome="delivered") == 3
    assert system.metric("tocsin_forward_alerts_total", outcome="not_wanted") == 1
    assert system.metric("tocsin_forward_attempts_total", sink="webhook", status="5xx") == 1

    letters = {one["tocsin.error.reason"]: one for one in system.dead_letters()}
    assert set(letters) == {"delivery_refused", "not_an_alert"}
    assert letters["delivery_refused"]["ce_id"] == "refused"
    assert letters["delivery_refused"]["tocsin.error.stage"] == "forward"
    assert letters["delivery_refused"]["tocsin.error.message"].endswith("422: as you say")

    mended.set()
    requeued = system.tocsin(
        "dead-letters", "requeue", "--all", "--yes", "--reason", "delivery_refused"
    )
    assert "1 dead letter put back" in requeued.stdout
    system.wait(lambda: receiver.ids.count("refused") == 2)
    assert system.stop() == 0
    assert "forward.stopped" in system.log
    assert not re.search(rf"{TOKEN}|{SECRET}|{OLD_SECRET}", system.log)


def test_after_a_crash_nothing_is_lost_and_what_comes_twice_is_the_same(
    system: System, receiver: Receiver
) -> None:
    receiver.holds_after = 20
    wanted = [f"a-{number}" for number in range(60)]
    system.start()
    system.publish(*(alert(one, f"Q{number % 7}") for number, one in enumerate(wanted)))
    system.wait(lambda: len(receiver.got) > 20)
    system.running[-1].kill()
    system.running[-1].wait()
    assert set(receiver.ids) < set(wanted)
    receiver.holds_after = 1_000_000

    # The group goes on: what a new one would begin with does not count.
    system.start("--since", "beginning")
    system.wait(lambda: set(receiver.ids) == set(wanted))
    bodies: dict[str, set[bytes]] = {}
    for headers, body in receiver.got:
        bodies.setdefault(headers["webhook-id"], set()).add(body)
    assert all(len(same) == 1 for same in bodies.values())
    assert len(receiver.got) > len(wanted)
    for leader in range(7):
        order = [one for one in dict.fromkeys(receiver.ids) if int(one[2:]) % 7 == leader]
        assert order == sorted(order, key=lambda one: int(one[2:]))
    assert system.stop() == 0
    assert system.not_committed() == 0


@pytest.mark.parametrize("broker", ["embedded"], indirect=True)
def test_a_receiver_that_refuses_everything_stops_it_before_more_is_put_aside(
    system: System, receiver: Receiver
) -> None:
    receiver.answer = lambda _event, _times: 401
    child = system.start()
    system.publish(*(alert(f"a-{number}") for number in range(30)))
    assert child.wait(WAIT_SECONDS) == 3
    assert "refused 20 alerts in a row; then: the receiver answers 401" in system.log
    assert [one["ce_id"] for one in system.dead_letters()] == [f"a-{n}" for n in range(20)]

    receiver.answer = lambda _event, _times: 200
    receiver.got.clear()
    system.start()
    system.wait(lambda: len(receiver.got) >= 10)
    assert receiver.ids == [f"a-{number}" for number in range(20, 30)]
    assert system.stop() == 0


@pytest.mark.parametrize("broker", ["apache"], indirect=True)
def test_one_of_two_under_one_name_ends_and_names_the_cause(
    system: System, receiver: Receiver
) -> None:
    both = [system.start(), system.start()]
    wait_until(
        lambda: any(one.poll() is not None for one in both),
        "the end of one",
        seconds=WAIT_SECONDS,
        details=lambda: system.log,
    )
    (ended,) = [n for n, one in enumerate(both) if one.poll() is not None]
    assert both[ended].returncode == EXIT_MISCONFIGURED
    said = (system.folder / f"{ended + 1}.log").read_text("utf-8")
    assert "'one' (TOCSIN_GROUP_INSTANCE_ID)" in said.rpartition("tocsin: ")[2]
    system.publish(alert("a-1"))
    wait_until(
        lambda: receiver.ids == ["a-1"],
        "the alert",
        seconds=WAIT_SECONDS,
        details=lambda: system.log,
    )
