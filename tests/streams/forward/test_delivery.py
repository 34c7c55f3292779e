"""Tries and pauses, on a clock of the test's own."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from streams.errors import UndeliverableError
from streams.forward.delivery import (
    MAX_PAUSE_SECONDS,
    MAX_RETRY_AFTER_SECONDS,
    Delivery,
    StoppedError,
    Timing,
    pause_seconds,
)
from streams.forward.events import Event
from streams.forward.sinks.http_target import HttpAnswer
from streams.forward.sinks.sink import Answer

EVENT = Event("a-1", {"content-type": "application/json"}, b"{}")


@dataclass
class Receiver:
    """A receiver with its answers in a row (the last for ever), and a clock that sleeping moves."""

    answers: Sequence[HttpAnswer | int | None]
    now: float = 100.0
    chance: float = 1.0
    posted: list[tuple[float, str, bytes]] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    seen: list[tuple[str, float]] = field(default_factory=list)

    async def send(self, event: Event) -> Answer:
        answer = self.answers[min(len(self.posted), len(self.answers) - 1)]
        self.posted.append((self.now, event.event_id, event.body))
        self.now += 0.5
        await asyncio.sleep(0)
        if not isinstance(answer, HttpAnswer):
            answer = HttpAnswer(answer, f"said {answer}")
        return answer.as_answer()

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def delivery(self, give_up_seconds: float = 600.0, requests: int = 8) -> Delivery:
        return Delivery(
            self.send,
            give_up_seconds,
            requests,
            lambda answer, seconds: self.seen.append((answer.status, seconds)),
            Timing(lambda: self.now, self.sleep, lambda: self.chance),
        )

    def deliver(self, give_up_seconds: float = 600.0) -> None:
        asyncio.run(self.delivery(give_up_seconds).deliver(EVENT))


def test_an_alert_that_is_accepted_is_sent_once() -> None:
    receiver = Receiver([204])
    receiver.deliver()
    assert receiver.posted == [(100.0, "a-1", b"{}")]
    assert receiver.slept == []
    assert receiver.seen == [("2xx", 0.5)]


@pytest.mark.parametrize("status", [None, 408, 425, 429, 500, 502, 503, 504, 599])
def test_what_may_pass_is_retried_under_the_same_id(status: int | None) -> None:
    receiver = Receiver([status, status, 200])
    receiver.deliver()
    assert [event_id for _, event_id, _ in receiver.posted] == ["a-1"] * 3
    assert receiver.slept == [1.0, 2.0]


@pytest.mark.parametrize("status", [300, 301, 302, 304, 307, 308, 400, 401, 403, 404, 410, 422])
def test_what_holds_is_refused_at_once(status: int) -> None:
    receiver = Receiver([status])
    with pytest.raises(UndeliverableError, match=f"^said {status}$") as refused:
        receiver.deliver()
    assert refused.value.reason == "delivery_refused"
    assert len(receiver.posted) == 1


def test_pauses_double_up_to_the_longest_and_are_drawn() -> None:
    whole = [pause_seconds(attempt, 1.0) for attempt in range(12)]
    assert whole[:7] == [1, 2, 4, 8, 16, 32, 60]
    assert set(whole[6:]) == {MAX_PAUSE_SECONDS}
    assert pause_seconds(10_000, 1.0) == MAX_PAUSE_SECONDS
    assert pause_seconds(3, 0.0) == 4.0


def test_an_alert_is_given_up_by_a_last_try_after_the_time_for_it() -> None:
    receiver = Receiver([503])
    with pytest.raises(UndeliverableError, match=r"given up after 11 attempts in \d+ s: said 503"):
        receiver.deliver(give_up_seconds=300.0)
    moments = [moment for moment, _, _ in receiver.posted]
    assert moments[-2] - moments[0] < 300 <= moments[-1] + 0.5 - moments[0]
    assert all(later > earlier for earlier, later in pairwise(moments))


@pytest.mark.parametrize(
    ("asked_seconds", "waited_seconds"),
    [(30.0, 30.0), (0.2, 1.0), (1e9, MAX_RETRY_AFTER_SECONDS)],
)
def test_what_the_receiver_asks_for_is_waited_at_least(
    asked_seconds: float, waited_seconds: float
) -> None:
    receiver = Receiver([HttpAnswer(429, "slow down", asked_seconds), 200])
    receiver.deliver()
    first, second = (moment for moment, _, _ in receiver.posted)
    assert second - first - 0.5 == pytest.approx(waited_seconds)


def test_it_is_waited_for_all_alerts() -> None:
    receiver = Receiver([HttpAnswer(503, "busy", 30.0), 200])

    async def both() -> None:
        delivery = receiver.delivery(requests=1)
        await asyncio.gather(delivery.deliver(EVENT), delivery.deliver(EVENT))

    asyncio.run(both())
    first, *others = (moment for moment, _, _ in receiver.posted)
    assert len(others) == 2
    assert all(moment - first >= 30 for moment in others)


def test_no_more_requests_run_at_a_time_than_are_allowed() -> None:
    running, most = 0, 0

    async def send(_event: Event) -> Answer:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.001)
        running -= 1
        return HttpAnswer(200, "").as_answer()

    async def many() -> None:
        delivery = Delivery(send, 60.0, 3)
        await asyncio.gather(*(delivery.deliver(EVENT) for _ in range(12)))

    asyncio.run(many())
    assert most == 3


def test_a_stop_ends_a_pause_at_once_and_lets_a_request_end() -> None:
    async def stopped() -> list[str]:
        answered: list[str] = []
        gate = asyncio.Event()

        async def send(event: Event) -> Answer:
            if event.body == b"slow":
                await gate.wait()
                return HttpAnswer(200, "").as_answer()
            return HttpAnswer(503, "").as_answer()

        delivery = Delivery(
            send, 3600.0, 8, lambda answer, _seconds: answered.append(answer.status)
        )
        failing = asyncio.create_task(delivery.deliver(EVENT))
        slow = asyncio.create_task(delivery.deliver(Event("b", {}, b"slow")))
        await asyncio.sleep(0.01)
        delivery.stop()
        with pytest.raises(StoppedError):
            await asyncio.wait_for(failing, 5)
        with pytest.raises(StoppedError):
            await delivery.deliver(Event("c", {}, b"later"))
        gate.set()
        await asyncio.wait_for(slow, 5)
        return answered

    assert asyncio.run(stopped()) == ["5xx", "2xx"]
