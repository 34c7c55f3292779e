"""The topic of dead letters: its newest, one by place, a choice of them, and the sending back."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from kafka import TopicPartition
from kafka.errors import KafkaTimeoutError

from processors.errors import MisconfigurationError
from streams.kafka.envelope import TRUNCATED_HEADER
from streams.reading.dead_letter_log import DeadLetterLog, put_back
from streams.reading.dead_letters import Place, wanted_by

Make = Callable[..., Any]
TOPIC = "news.dead-letters"
READ = {"news.articles": 4}
ANY = wanted_by(None, None)


def headers(reason: str = "empty", topic: str = "news.articles", **more: str) -> Any:
    said = {"tocsin.error.reason": reason, "tocsin.error.topic": topic, **more}
    return [(name, value.encode()) for name, value in said.items()]


@pytest.fixture
def letters(log: Make, record: Make) -> Make:
    """`letters(30, 3)`: so many in so many partitions, a second apart, "empty" and "too_deep"."""

    def make(count: int, partitions: int, **options: Any) -> DeadLetterLog:
        records = [
            record(TOPIC, n % partitions, n // partitions, 1_000 * n, None, b"%d" % n,
                   headers("empty" if n % 5 else "too_deep"))
            for n in range(count)
        ]  # fmt: skip
        return DeadLetterLog(log(records, {TOPIC: partitions}, **options), TOPIC)

    return make


def test_the_newest_come_first_from_all_partitions(letters: Make) -> None:
    found = letters(30, 3).newest(ANY, None, 4)
    assert [letter.timestamp_ms for letter in found] == [29_000, 28_000, 27_000, 26_000]


def test_the_newest_with_a_reason_are_found_far_back(letters: Make) -> None:
    found = letters(1_500, 1, most_a_poll=400).newest(wanted_by("too_deep", None), None, 250)
    assert [one.timestamp_ms for one in found] == [5_000 * n for n in reversed(range(50, 300))]


def test_only_what_is_wanted_since_a_time_is_found(letters: Make) -> None:
    since = datetime.fromtimestamp(27, tz=UTC)
    found = letters(30, 3).newest(wanted_by(None, since), since, 10)
    assert [letter.timestamp_ms for letter in found] == [29_000, 28_000, 27_000]


def test_a_place_gives_its_record(letters: Make) -> None:
    assert letters(30, 3).at(Place(2, 4)).value == b"14"


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (Place(3, 0), "has the partitions 0 to 2"),
        (Place(0, 10), "holds the offsets 2 to 9"),
        (Place(0, 1), "holds the offsets 2 to 9"),
    ],
)
def test_a_place_without_a_record_is_an_error_that_says_what_is_there(
    letters: Make, place: Place, said: str
) -> None:
    with pytest.raises(MisconfigurationError, match=said):
        letters(30, 3, starts={TopicPartition(TOPIC, 0): 2}).at(place)


def test_an_empty_partition_is_said_to_be_empty(letters: Make) -> None:
    with pytest.raises(MisconfigurationError, match="is empty"):
        letters(1, 2).at(Place(1, 0))


def test_all_that_can_be_put_back_are_chosen_and_the_others_counted_by_cause(
    log: Make, record: Make
) -> None:
    records = [
        record(TOPIC, 0, 0, 1, b"a", b"1", headers()),
        record(TOPIC, 0, 1, 2, b"b", b"2", headers(topic="payments")),
        record(TOPIC, 0, 2, 3, b"c", b"3", headers(**{TRUNCATED_HEADER: "9"})),
        record(TOPIC, 0, 3, 4, b"d", b"4", [("x", b"")]),
        record(TOPIC, 0, 4, 5, b"e", b"5", headers("too_deep")),
    ]
    dead = DeadLetterLog(log(records, {TOPIC: 1}), TOPIC)
    chosen = dead.select(ANY, None, READ)
    assert chosen.places == [Place(0, 0), Place(0, 4)]
    assert list(chosen.refused.values()) == [1, 1, 1]
    assert dead.select(wanted_by("too_deep", None), None, READ).places == [Place(0, 4)]


def test_a_record_that_failed_twice_is_chosen_once_with_its_newest_count(
    log: Make, record: Make
) -> None:
    again = headers(**{"tocsin.requeued": "1"})
    records = [
        record(TOPIC, 0, 0, 1, b"a", b"1", headers()),
        record(TOPIC, 0, 1, 1, b"a", b"1", again),
        record(TOPIC, 0, 2, 2, b"a", b"1", headers()),
    ]
    chosen = DeadLetterLog(log(records, {TOPIC: 1}), TOPIC).select(ANY, None, READ)
    assert chosen.places == [Place(0, 1), Place(0, 2)]
    assert chosen.repeated == 1


def test_records_are_read_by_their_places_alone(letters: Make) -> None:
    places = [Place(2, 1), Place(0, 3), Place(0, 0), Place(0, 99)]
    assert [r.value for r in letters(12, 3).records(places)] == [b"0", b"9", b"5"]


class Producer:
    """Keeps what is sent; it is its own future, and answers with `outcome`."""

    def __init__(self, outcome: Exception | None = None) -> None:
        self.sent: list[tuple[str, bytes | None, dict[str, Any]]] = []
        self.flushed = 0
        self._outcome = outcome

    def send(self, topic: str, value: bytes | None, **options: Any) -> "Producer":
        self.sent.append((topic, value, options))
        return self

    def get(self, timeout: float) -> None:
        assert timeout > 0
        if self._outcome is not None:
            raise self._outcome

    def flush(self, timeout: float) -> None:
        assert timeout > 0
        self.flushed += 1


def test_what_is_put_back_is_acknowledged_before_it_counts(letters: Make) -> None:
    dead = letters(450, 1)
    producer = Producer()
    places = [Place(0, n) for n in range(450)]
    assert put_back(producer, dead.records(places), READ) == 450
    assert [value for _, value, _ in producer.sent] == [b"%d" % n for n in range(450)]
    assert producer.sent[7][0] == "news.articles"
    assert producer.sent[7][2]["timestamp_ms"] == 7_000
    assert producer.flushed >= 3


def test_large_values_are_not_gathered_in_memory(log: Make, record: Make) -> None:
    records = [record(TOPIC, 0, n, n, None, bytes(11_000_000), headers()) for n in range(6)]
    producer = Producer()
    dead = DeadLetterLog(log(records, {TOPIC: 1}), TOPIC)
    assert put_back(producer, dead.records(Place(0, n) for n in range(6)), READ) == 6
    assert producer.flushed == 3


def test_one_that_cannot_be_put_back_is_named(log: Make, record: Make) -> None:
    dead = DeadLetterLog(log([record(TOPIC, 0, 0, 1)], {TOPIC: 1}), TOPIC)
    with pytest.raises(MisconfigurationError, match="the dead letter 0:0 cannot be put back"):
        put_back(Producer(), dead.records([Place(0, 0)]), READ)


def test_what_the_broker_does_not_take_is_an_error(letters: Make) -> None:
    producer = Producer(KafkaTimeoutError("away"))
    with pytest.raises(KafkaTimeoutError):
        put_back(producer, letters(1, 1).records([Place(0, 0)]), READ)


def test_the_partitions_of_other_topics_are_counted(log: Make) -> None:
    dead = DeadLetterLog(log([], {TOPIC: 1, "a": 4, "b": 2}), TOPIC)
    assert dead.partition_counts(["a", "b"]) == {"a": 4, "b": 2}
