"""The schedule of feeds: once or polled, pauses after failures, one bad feed among good ones."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from streams.http_client.fetch import FeedError
from streams.ingest.feeds import Tools, follow_all, pause_seconds
from streams.ingest.lists import Feed
from streams.ingest.polite import TRIES

Answer = FeedError | None


class World:
    """Answers of feeds by name, in their order; time passes at once."""

    def __init__(self, answers: dict[str, Sequence[Answer]]) -> None:
        self._answers = {name: list(given) for name, given in answers.items()}
        self.stop = asyncio.Event()
        self.looked: list[str] = []
        self.slept: list[float] = []
        self.planned: list[tuple[str, float]] = []
        self.failures: list[tuple[str, float | None]] = []
        self.succeeded: list[str] = []
        self.first_wait = 0.0
        self.intervals: dict[str, float] = {}
        self.on_look: Callable[[Feed], None] = lambda _: None

    async def look(self, feed: Feed) -> None:
        self.looked.append(feed.name)
        answer = self._answers[feed.name].pop(0)
        if not any(self._answers.values()):
            self.stop.set()
        self.on_look(feed)
        if answer is not None:
            raise answer

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if self.stop.is_set():
            await asyncio.Event().wait()  # until it is cancelled

    def run(self, poll_seconds: float | None = None) -> None:
        tools = Tools(
            look=self.look,
            sleep=self.sleep,
            first_wait=lambda _: self.first_wait,
            planned=lambda feed, pause: self.planned.append((feed.name, pause)),
            failed=lambda feed, _, pause: self.failures.append((feed.name, pause)),
            succeeded=lambda feed: self.succeeded.append(feed.name),
        )
        stop = self.stop if poll_seconds is not None else asyncio.Event()
        feeds = [
            Feed(
                url=f"https://{name}.example", name=name, interval_seconds=self.intervals.get(name)
            )
            for name in self._answers
        ]
        asyncio.run(follow_all(feeds, tools, poll_seconds, stop))


def test_once_means_one_look_at_each() -> None:
    world = World({"a": [None], "b": [None]})
    world.first_wait = 100
    world.run()
    assert world.succeeded == ["a", "b"]
    assert world.slept == []


def test_a_poll_looks_again_after_the_pause_and_says_when() -> None:
    world = World({"a": [None, None, None]})
    world.run(poll_seconds=60)
    assert world.looked == ["a", "a", "a"]
    assert world.slept[:2] == [60, 60]
    assert world.planned[0] == ("a", 60)


def test_a_feed_may_have_a_pause_of_its_own_and_wait_before_the_first_look() -> None:
    world = World({"a": [None, None]})
    world.intervals["a"] = 900
    world.first_wait = 7
    world.run(poll_seconds=60)
    assert world.slept[:2] == [7, 900]


def test_a_bad_feed_does_not_stop_the_others() -> None:
    world = World({"bad": [FeedError("gone", lasting=True)], "good": [None]})
    world.run()
    assert world.succeeded == ["good"]
    assert world.failures == [("bad", None)]


def test_a_feed_that_comes_back_is_read_after_pauses_that_grow() -> None:
    world = World({"a": [FeedError("away"), FeedError("away"), None]})
    world.run()
    assert world.slept == [2, 4]
    assert world.succeeded == ["a"]


def test_once_gives_up_after_a_few_tries() -> None:
    world = World({"a": [FeedError("away")] * TRIES})
    world.run()
    assert len(world.looked) == TRIES
    assert world.failures[-1] == ("a", None)


def test_a_feed_that_is_gone_for_good_is_not_asked_again_and_the_others_go_on() -> None:
    gone = FeedError("the server answers 410", lasting=True, reason="status", status=410)
    world = World({"gone": [gone], "good": [None, None, None]})
    world.run(poll_seconds=60)
    assert world.looked.count("gone") == 1
    assert world.failures == [("gone", None)]
    assert world.looked.count("good") == 3


def test_a_fault_in_delivering_ends_the_whole() -> None:
    world = World({"a": [None], "b": [FeedError("x")] * TRIES})

    def fail(_: Feed) -> None:
        raise ConnectionError("no broker")

    world.on_look = fail
    with pytest.raises(ConnectionError, match="no broker"):
        world.run()


PASSING = FeedError("503")
LASTING = FeedError("404", lasting=True)


def busy(seconds: float) -> FeedError:
    return FeedError("429", retry_after_seconds=seconds)


@pytest.mark.parametrize(
    ("error", "failures", "poll", "expected"),
    [
        (PASSING, 1, None, 2),
        (PASSING, TRIES, None, None),
        (LASTING, 1, None, None),
        (busy(30), 1, None, 30),
        (busy(61), 1, None, None),
        (PASSING, 1, 300, 2),
        (PASSING, 5, 300, 32),
        (PASSING, 500, 300, 900),
        (PASSING, 500, 3_000, 3_000),
        (LASTING, 1, 300, 300),
        (LASTING, 500, 300, 900),
        (busy(100), 1, 5, 100),
        (busy(1e9), 1, 5, 3_600),
        (FeedError("410", lasting=True, status=410), 1, 300, None),
    ],
)
def test_pauses_grow_to_a_bound_and_obey_the_server_within_reason(
    error: FeedError, failures: int, poll: float | None, expected: float | None
) -> None:
    assert pause_seconds(error, failures, poll) == expected
