"""The schedule of feeds: once or polled, pauses after failures, one bad feed among good ones."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from streams.ingest.feeds import TRIES, Tools, follow_all, pause_seconds
from streams.ingest.fetch import FeedError, Fetched, Validators

Answer = Fetched | FeedError | None


def fetched(etag: str = "") -> Fetched:
    return Fetched(b"<rss/>", "https://a.example", "", Validators(etag=etag))


class World:
    """Answers of feeds by address, in their order; time passes at once."""

    def __init__(self, answers: dict[str, Sequence[Answer]]) -> None:
        self._answers = {url: list(given) for url, given in answers.items()}
        self.stop = asyncio.Event()
        self.asked: list[tuple[str, Validators]] = []
        self.delivered: list[str] = []
        self.slept: list[float] = []
        self.failures: list[tuple[str, float | None]] = []
        self.succeeded: list[str] = []
        self.on_deliver: Callable[[str], None] = self.delivered.append

    async def fetch(self, url: str, validators: Validators) -> Fetched | None:
        self.asked.append((url, validators))
        answer = self._answers[url].pop(0)
        if not any(self._answers.values()):
            self.stop.set()
        if isinstance(answer, FeedError):
            raise answer
        return answer

    async def deliver(self, url: str, given: Fetched) -> None:
        assert given.body
        self.on_deliver(url)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if self.stop.is_set():
            await asyncio.Event().wait()  # until it is cancelled

    def run(self, poll_seconds: float | None = None) -> None:
        tools = Tools(
            fetch=self.fetch,
            deliver=self.deliver,
            sleep=self.sleep,
            failed=lambda url, _, pause: self.failures.append((url, pause)),
            succeeded=self.succeeded.append,
        )
        stop = self.stop if poll_seconds is not None else asyncio.Event()
        asyncio.run(follow_all(list(self._answers), tools, poll_seconds, stop))


def test_once_means_one_look_at_each() -> None:
    world = World({"a": [fetched()], "b": [None]})
    world.run()
    assert world.delivered == ["a"]
    assert world.succeeded == ["a", "b"]
    assert world.slept == []


def test_a_poll_asks_with_the_validators_of_the_last_answer_that_was_read() -> None:
    world = World({"a": [fetched("1"), None, fetched("2"), None]})
    world.run(poll_seconds=60)
    assert [validators.etag for _, validators in world.asked] == ["", "1", "1", "2"]
    assert world.slept[:3] == [60, 60, 60]


def test_validators_of_a_feed_that_could_not_be_read_are_not_kept() -> None:
    world = World({"a": [fetched("1"), fetched("2")]})

    def refuse(_: str) -> None:
        raise FeedError("neither RSS nor Atom", lasting=True)

    world.on_deliver = refuse
    world.run(poll_seconds=60)
    assert [validators.etag for _, validators in world.asked] == ["", ""]


def test_a_bad_feed_does_not_stop_the_others() -> None:
    world = World({"bad": [FeedError("gone", lasting=True)], "good": [fetched()]})
    world.run()
    assert world.delivered == ["good"]
    assert world.failures == [("bad", None)]


def test_a_feed_that_comes_back_is_read_after_pauses_that_grow() -> None:
    world = World({"a": [FeedError("away"), FeedError("away"), fetched()]})
    world.run()
    assert world.slept == [2, 4]
    assert world.delivered == ["a"]


def test_once_gives_up_after_a_few_tries() -> None:
    world = World({"a": [FeedError("away")] * TRIES})
    world.run()
    assert len(world.asked) == TRIES
    assert world.failures[-1] == ("a", None)


def test_a_fault_in_delivering_ends_the_whole() -> None:
    world = World({"a": [fetched()], "b": [FeedError("x")] * TRIES})

    def fail(_: str) -> None:
        raise ConnectionError("no broker")

    world.on_deliver = fail
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
    ],
)
def test_pauses_grow_to_a_bound_and_obey_the_server_within_reason(
    error: FeedError, failures: int, poll: float | None, expected: float | None
) -> None:
    assert pause_seconds(error, failures, poll) == expected
