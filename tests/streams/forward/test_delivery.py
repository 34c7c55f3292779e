"""Tries and pauses, on a clock of the test's own."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from streams.errors import UndeliverableError
from streams.forward.delivery import (
    LONGEST_PAUSE_SECONDS,
    LONGEST_RETRY_AFTER_SECONDS,
    Delivery,
    StoppedError,
    Timing,
    pause_seconds,
)
from streams.forward.events import Event
from streams.forward.signing import signatures
from streams.forward.target import Answer

EVENT = Event("a-1", {"content-type": "application/json"}, b"{}")
KEYS = [b"n" * 24, b"o" * 24]


@dataclass
class House:
    """A receiver with its answers in a row (the last for ever), and a clock that sleeping moves."""

    answers: Sequence[Answer | int | None]
    now: float = 100.0
    chance: float = 1.0
    posted: list[tuple[float, dict[str, str], bytes]] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    seen: list[tuple[int | None, float]] = field(default_factory=list)

    async def post(self, headers: Mapping[str, str], body: bytes) -> Answer:
        answer = self.answers[min(len(self.posted), len(self.answers) - 1)]
        self.posted.append((self.now, dict(headers), body))
        self.now += 0.5
        await asyncio.sleep(0)
        return answer if isinstance(answer, Answer) else Answer(answer, f"said {answer}")

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def delivery(self, give_up_seconds: float = 600.0, requests: int = 8) -> Delivery:
        return Delivery(
            self.post,
            KEYS,
            give_up_seconds,
            requests,
            lambda answer, seconds: self.seen.append((answer.status, seconds)),
            Timing(lambda: self.now, lambda: 1e9 + self.now, self.sleep, lambda: self.chance),
        )

    def deliver(self, give_up_seconds: float = 600.0) -> None:
        asyncio.run(self.delivery(give_up_seconds).deliver(EVENT))


def test_an_alert_that_is_taken_is_sent_once_signed_with_every_key() -> None:
    house = House([204])
    house.deliver()
    [(_, headers, body)] = house.posted
    assert body == b"{}"
    assert headers == {
        "content-type": "application/json",
        "webhook-id": "a-1",
        "webhook-timestamp": "1000000100",
        "webhook-signature": signatures(KEYS, "a-1", 1_000_000_100, b"{}"),
    }
    assert house.slept == []
    assert house.seen == [(204, 0.5)]


@pytest.mark.parametrize("status", [None, 408, 425, 429, 500, 502, 503, 504, 599])
def test_what_may_pass_is_tried_again_with_the_same_id_and_a_new_time(status: int | None) -> None:
    house = House([status, status, 200])
    house.deliver()
    ids, times = zip(
        *((h["webhook-id"], h["webhook-timestamp"]) for _, h, _ in house.posted), strict=True
    )
    assert set(ids) == {"a-1"}
    assert len(set(times)) == 3
    assert house.slept == [1.0, 2.0]


@pytest.mark.parametrize("status", [300, 301, 302, 304, 307, 308, 400, 401, 403, 404, 410, 422])
def test_what_holds_is_refused_at_once(status: int) -> None:
    house = House([status])
    with pytest.raises(UndeliverableError, match=f"^said {status}$") as refused:
        house.deliver()
    assert refused.value.reason == "delivery_refused"
    assert len(house.posted) == 1


def test_pauses_double_up_to_the_longest_and_are_drawn() -> None:
    whole = [pause_seconds(attempt, 1.0) for attempt in range(12)]
    assert whole[:7] == [1, 2, 4, 8, 16, 32, 60]
    assert set(whole[6:]) == {LONGEST_PAUSE_SECONDS}
    assert pause_seconds(10_000, 1.0) == LONGEST_PAUSE_SECONDS
    assert pause_seconds(3, 0.0) == 4.0


def test_an_alert_is_given_up_by_a_last_try_after_the_time_for_it() -> None:
    house = House([503])
    with pytest.raises(UndeliverableError, match=r"given up after 11 tries in \d+ s: said 503"):
        house.deliver(give_up_seconds=300.0)
    moments = [moment for moment, _, _ in house.posted]
    assert moments[-2] - moments[0] < 300 <= moments[-1] + 0.5 - moments[0]
    assert all(later > earlier for earlier, later in pairwise(moments))


@pytest.mark.parametrize(
    ("asked_seconds", "waited_seconds"),
    [(30.0, 30.0), (0.2, 1.0), (1e9, LONGEST_RETRY_AFTER_SECONDS)],
)
def test_what_the_receiver_asks_for_is_waited_at_least(
    asked_seconds: float, waited_seconds: float
) -> None:
    house = House([Answer(429, "slow down", asked_seconds), 200])
    house.deliver()
    first, second = (moment for moment, _, _ in house.posted)
    assert second - first - 0.5 == pytest.approx(waited_seconds)


def test_it_is_waited_for_all_alerts() -> None:
    house = House([Answer(503, "busy", 30.0), 200])

    async def both() -> None:
        delivery = house.delivery(requests=1)
        await asyncio.gather(delivery.deliver(EVENT), delivery.deliver(EVENT))

    asyncio.run(both())
    first, *others = (moment for moment, _, _ in house.posted)
    assert len(others) == 2
    assert all(moment - first >= 30 for moment in others)


def test_no_more_requests_run_at_a_time_than_are_allowed() -> None:
    running, most = 0, 0

    async def post(_headers: Mapping[str, str], _body: bytes) -> Answer:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.001)
        running -= 1
        return Answer(200, "")

    async def many() -> None:
        delivery = Delivery(post, KEYS, 60.0, 3)
        await asyncio.gather(*(delivery.deliver(EVENT) for _ in range(12)))

    asyncio.run(many())
    assert most == 3


def test_a_stop_ends_a_pause_at_once_and_lets_a_request_end() -> None:
    async def stopped() -> list[int | None]:
        answered: list[int | None] = []
        gate = asyncio.Event()

        async def post(_headers: Mapping[str, str], body: bytes) -> Answer:
            if body == b"slow":
                await gate.wait()
                return Answer(200, "")
            return Answer(503, "")

        delivery = Delivery(
            post, KEYS, 3600.0, 8, lambda answer, _seconds: answered.append(answer.status)
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

    assert asyncio.run(stopped()) == [503, 200]
