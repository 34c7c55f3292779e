"""Turns of hosts: one request at a time to each, and pauses after failures."""

import asyncio
from collections.abc import Sequence

from streams.http_client.fetch import FeedError, Fetched, Validators
from streams.ingest.polite import TRIES, PoliteFetch

AWAY = FeedError("away")
BUSY = FeedError("busy", reason="status", status=429, retry_after_seconds=120)
MISSING = FeedError("missing", reason="status", status=404, lasting=True)


class World:
    """Servers that take a turn of the event loop for each answer; time is what was slept."""

    def __init__(self, *, is_polling: bool = True, max_requests: int = 8) -> None:
        self.now = 1_000.0
        self.slept: list[float] = []
        self.answers: dict[str, list[FeedError | None]] = {}
        self.asked: list[str] = []
        self.under_way: list[str] = []
        self.most_under_way = 0
        self.most_of_a_host = 0
        self.fetch = PoliteFetch(
            self._fetch, lambda: self.now, self._sleep, max_requests, is_polling=is_polling
        )

    async def _fetch(self, url: str, validators: Validators, named_by: str = "") -> Fetched | None:
        assert (validators, named_by) == (Validators(), "")
        host = url.split("/")[2]
        self.asked.append(url)
        self.under_way.append(host)
        self.most_under_way = max(self.most_under_way, len(self.under_way))
        self.most_of_a_host = max(self.most_of_a_host, self.under_way.count(host))
        for _ in range(3):
            await asyncio.sleep(0)
        self.under_way.remove(host)
        answers = self.answers.get(url, [])
        answer = answers.pop(0) if answers else None
        if answer is not None:
            raise answer
        return None

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def ask(self, *urls: str) -> Sequence[BaseException | Fetched | None]:
        async def all_of_them() -> Sequence[BaseException | Fetched | None]:
            waiting = (self.fetch(url, Validators()) for url in urls)
            return await asyncio.gather(*waiting, return_exceptions=True)

        return asyncio.run(all_of_them())


def test_a_host_is_asked_once_at_a_time_and_all_together_a_few_times() -> None:
    world = World(max_requests=3)
    world.ask(*(f"https://{host}.example/{n}" for host in "abcde" for n in range(3)))
    assert len(world.asked) == 15
    assert world.most_of_a_host == 1
    assert world.most_under_way == 3


def test_other_feeds_of_a_host_wait_as_long_as_it_asks() -> None:
    world = World()
    world.answers["https://a.example/1"] = [BUSY]
    world.ask("https://a.example/1", "https://a.example/2", "https://b.example/1")
    assert world.slept == [120]
    assert world.asked[-1] == "https://a.example/2"


def test_pauses_grow_while_a_host_is_away_and_end_when_it_is_back() -> None:
    world = World()
    world.answers["https://a.example/1"] = [AWAY, AWAY, AWAY]
    for _ in range(5):
        world.ask("https://a.example/1")
    assert world.slept == [2, 4, 8]


def test_a_feed_that_is_missing_is_no_reason_to_leave_its_host_alone() -> None:
    world = World()
    world.answers["https://a.example/1"] = [MISSING]
    world.ask("https://a.example/1", "https://a.example/2")
    assert world.slept == []


def test_looking_once_does_not_try_each_feed_of_a_host_that_is_away() -> None:
    world = World(is_polling=False)
    urls = [f"https://a.example/{n}" for n in range(50)]
    for url in urls:
        world.answers[url] = [AWAY]
    results = world.ask(*urls)
    assert len(world.asked) == TRIES
    assert str(results[-1]) == f"a.example did not answer {TRIES} times in a row"


def test_looking_once_waits_no_longer_than_a_minute() -> None:
    world = World(is_polling=False)
    world.answers["https://a.example/1"] = [BUSY]
    _, second = world.ask("https://a.example/1", "https://a.example/2")
    assert "asks to be left alone for 120 s" in str(second)
    assert world.slept == []
