"""What every sink promises, tried on a real receiver of each kind."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from aiohttp import web

from processors.contracts import Alert
from streams.forward.alert_forwarder import AlertForwarder, Job
from streams.forward.delivery import Delivery, Timing
from streams.forward.events import Event, event_of
from streams.forward.sinks.file import FileSink
from streams.forward.sinks.http_target import target_of
from streams.forward.sinks.sink import SINK_NAMES, Sink, Verdict
from streams.forward.sinks.webhook import WebhookSink
from streams.kafka.envelope import Record, alert_record
from streams.reading.alerts import AlertFilter
from streams.service.metrics import ForwardMetrics
from tools.contracts.examples import alerts

ALERTS = list(alerts().values())
SECRET = "hush-hush"  # noqa: S105 - of this test alone
KEY = b"k" * 24


@dataclass
class Receiver:
    """A sink with a view of what has arrived, and a switch that makes it fail."""

    sink: Sink
    received: Callable[[], list[Alert]]
    fail: Callable[[], None]
    recover: Callable[[], None]


@asynccontextmanager
async def webhook(folder: Path) -> AsyncIterator[Receiver]:
    del folder
    arrived: list[bytes] = []
    failing: list[int] = []

    async def handler(request: web.Request) -> web.Response:
        body = await request.read()
        if failing:
            return web.Response(status=503)
        arrived.append(body)
        return web.Response()

    app = web.Application()
    app.router.add_post("/", handler)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/?token={SECRET}"
    target = target_of(url, allow_http=True, allow_private=True)
    try:
        yield Receiver(
            WebhookSink(target, [KEY], "binary", 5.0),
            lambda: [decoded(json.loads(body)) for body in arrived],
            lambda: failing.append(1),
            failing.clear,
        )
    finally:
        await runner.cleanup()


@asynccontextmanager
async def file(folder: Path) -> AsyncIterator[Receiver]:
    path = folder / "alerts.jsonl"
    aside = folder / "aside"

    def received() -> list[Alert]:
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        return [decoded(json.loads(line)["data"]) for line in lines]

    def fail() -> None:
        if path.exists():
            path.rename(aside)
        path.mkdir()

    def recover() -> None:
        path.rmdir()
        if aside.exists():
            aside.rename(path)

    yield Receiver(FileSink(path, 5.0), received, fail, recover)


def decoded(document: object) -> Alert:
    return msgspec.convert(document, Alert)


Make = Callable[[Path], AbstractAsyncContextManager[Receiver]]
every_sink = pytest.mark.parametrize("make", [webhook, file], ids=SINK_NAMES)


def record(alert: Alert) -> Record:
    out = alert_record(f"news.alerts.{alert.kind}", alert)
    return Record(out.topic, 0, 0, 1_000_000, out.key, out.value, out.headers)


def event(sink: Sink, alert: Alert) -> Event:
    return event_of(record(alert), alert, sink.mode)


@every_sink
def test_an_alert_is_delivered_whole(make: Make, tmp_path: Path) -> None:
    async def work() -> None:
        async with make(tmp_path) as receiver, receiver.sink.open(4) as send:
            receiver.sink.check()
            for alert in ALERTS:
                answer = await send(event(receiver.sink, alert))
                assert answer.verdict == "delivered"
            assert receiver.received() == ALERTS

    asyncio.run(work())


@every_sink
def test_a_fault_of_the_receiver_is_an_answer_and_passes(make: Make, tmp_path: Path) -> None:
    async def work() -> None:
        async with make(tmp_path) as receiver, receiver.sink.open(4) as send:
            first, second, *_ = ALERTS
            await send(event(receiver.sink, first))
            receiver.fail()
            answer = await send(event(receiver.sink, second))
            assert answer.verdict == "passing"
            assert answer.said
            receiver.recover()
            assert (await send(event(receiver.sink, second))).verdict == "delivered"
            assert receiver.received() == [first, second]

    asyncio.run(work())


@every_sink
def test_what_is_shown_is_bounded_and_holds_no_secret(make: Make, tmp_path: Path) -> None:
    async def work() -> None:
        async with make(tmp_path) as receiver, receiver.sink.open(4) as send:
            sink = receiver.sink
            assert sink.name in SINK_NAMES
            assert 1 <= sink.max_requests(8) <= 8
            assert sink.max_requests(1) == 1
            good = await send(event(sink, ALERTS[0]))
            receiver.fail()
            bad = await send(event(sink, ALERTS[0]))
            for answer in (good, bad):
                assert answer.verdict in get_args(Verdict)
                assert answer.status in {"2xx", "5xx", "none", "written", "not_written"}
                assert SECRET not in f"{sink.address} {answer.said}"

    asyncio.run(work())


@every_sink
def test_retries_order_and_counts_are_the_same_for_all(make: Make, tmp_path: Path) -> None:
    async def work() -> None:
        async with make(tmp_path) as receiver, receiver.sink.open(4) as send:
            answers: list[str] = []

            async def sleep(_: float) -> None:
                receiver.recover()

            requests = receiver.sink.max_requests(4)
            delivery = Delivery(
                send,
                60.0,
                requests,
                lambda one, _: answers.append(one.verdict),
                Timing(sleep=sleep),
            )
            metrics = ForwardMetrics()
            job = Job(receiver.sink, "g", (), AlertFilter("low"), None)
            forwarder = AlertForwarder(job, delivery, None, "news.dead-letters", metrics)  # type: ignore[arg-type]
            receiver.fail()
            for alert in ALERTS:
                await forwarder.forward(record(alert))
            assert answers == ["passing", *["delivered"] * len(ALERTS)]
            assert receiver.received() == ALERTS
            value = metrics.registry.get_sample_value
            counted = value("tocsin_forward_alerts_total", {"outcome": "delivered"})
            assert counted == len(ALERTS)

    asyncio.run(work())
