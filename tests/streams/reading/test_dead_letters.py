"""Dead letters read back, and the records that are made of them again."""

from datetime import UTC, datetime

import msgspec
import pytest

from processors.errors import BadArticleError, DeadLetterReason
from streams.kafka.envelope import TRUNCATED_HEADER, Outgoing, Record, dead_letter_record
from streams.reading.dead_letters import (
    NotRequeueableError,
    Place,
    dead_letter,
    is_restamped,
    original,
    place_of,
    wanted_by,
)

MOMENT = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
READ = {"news.articles": 4, "news.mentions": 4}
FAILED = Record(
    topic="news.articles",
    partition=3,
    offset=1207,
    timestamp_ms=int(MOMENT.timestamp() * 1000),
    key=b"\xffkey",
    value=b"\x00{",
    headers=[("content-type", b"application/json"), ("twice", b"1"), ("twice", b"\xff2")],
)


def stored(out: Outgoing, partition: int = 1, offset: int = 5) -> Record:
    assert out.timestamp_ms is not None
    return Record(out.topic, partition, offset, out.timestamp_ms, out.key, out.value, out.headers)


def letter_of(record: Record, reason: str = "invalid_json") -> Record:
    error = BadArticleError(DeadLetterReason(reason), "not JSON at character 1")
    return stored(dead_letter_record("news.dead-letters", record, "decode", error))


def with_headers(record: Record, **headers: bytes) -> Record:
    more = [(name.replace("_", "-"), value) for name, value in headers.items()]
    kept = [pair for pair in record.headers if pair[0] not in {name for name, _ in more}]
    return Record(
        record.topic, record.partition, record.offset, record.timestamp_ms, record.key,
        record.value, [*kept, *more],
    )  # fmt: skip


def test_a_dead_letter_says_what_the_worker_wrote() -> None:
    letter = dead_letter(letter_of(FAILED))
    assert letter.place == Place(1, 5)
    assert letter.entered == MOMENT
    assert (letter.reason, letter.stage) == ("invalid_json", "decode")
    assert letter.message == "not JSON at character 1"
    assert letter.origin == "news.articles 3:1207"
    assert (letter.key, letter.value_bytes, letter.whole_bytes) == (b"\xffkey", 2, None)
    assert letter.requeued == 0


def test_a_record_that_no_worker_wrote_is_read_all_the_same() -> None:
    letter = dead_letter(Record("t", 0, 0, -1, None, None, [("tocsin.error.reason", b"\xff")]))
    assert (letter.reason, letter.origin, letter.value_bytes) == ("\ufffd", "", None)


@pytest.mark.parametrize("timestamp_ms", [2**63 - 1, -(2**63), 10**17])
def test_a_timestamp_that_is_no_date_is_none(timestamp_ms: int) -> None:
    assert dead_letter(Record("t", 0, 0, timestamp_ms, None, b"", [])).entered is None


@pytest.mark.parametrize("count", [b"x", b"-1", b"9" * 5000, b"", b"\xff", "٣".encode()])
def test_a_count_that_is_none_counts_as_never(count: bytes) -> None:
    record = with_headers(FAILED, **{"tocsin.requeued": count})
    assert dead_letter(letter_of(record)).requeued == 0


def test_a_record_put_back_is_the_record_as_it_was_and_a_count() -> None:
    out = original(letter_of(FAILED), READ)
    assert (out.topic, out.partition) == ("news.articles", 3)
    assert (out.key, out.value, out.timestamp_ms) == (FAILED.key, FAILED.value, FAILED.timestamp_ms)
    assert out.headers == [*FAILED.headers, ("tocsin.requeued", b"1")]


def test_a_null_value_stays_null_and_an_empty_one_empty() -> None:
    for value in (None, b""):
        record = Record("news.articles", 0, 0, FAILED.timestamp_ms, None, value, [])
        out = original(letter_of(record), READ)
        assert (out.key, out.value) == (None, value)


def test_each_time_that_it_comes_back_it_is_counted_up() -> None:
    record = FAILED
    for count in (1, 2, 3):
        out = original(letter_of(record), READ)
        assert [v for k, v in out.headers if k == "tocsin.requeued"] == [str(count).encode()]
        record = stored(out)


@pytest.mark.parametrize(
    ("timestamp_ms", "reason"),
    [(1_796_074_496, "invalid_timestamp"), (4_102_444_800_000, "future_timestamp")],
)
def test_a_record_with_a_timestamp_that_cannot_be_is_stamped_again(
    timestamp_ms: int, reason: str
) -> None:
    # Its own would bring it back to the dead letters each time.
    record = msgspec.structs.replace(FAILED, timestamp_ms=timestamp_ms)
    error = BadArticleError(DeadLetterReason(reason), "x")
    out = dead_letter_record("news.dead-letters", record, "decode", error)
    letters = [
        Record(out.topic, 0, offset, FAILED.timestamp_ms + offset, out.key, out.value, out.headers)
        for offset in range(2)
    ]
    put_back = original(letters[0], READ)
    assert (put_back.timestamp_ms, put_back.partition) == (None, 3)
    first, again = map(dead_letter, letters)
    assert is_restamped(first)
    assert first.fingerprint == again.fingerprint
    assert not is_restamped(dead_letter(letter_of(FAILED)))


def test_a_partition_that_is_no_more_is_left_to_the_producer() -> None:
    assert original(letter_of(FAILED), {"news.articles": 3}).partition is None
    record = with_headers(letter_of(FAILED), **{"tocsin.error.partition": b"x"})
    assert original(record, READ).partition is None


def test_a_letter_from_a_topic_that_is_not_ours_is_refused() -> None:
    for topic in (b"payments", b"news.dead-letters", b"news.alerts.sentiment"):
        record = with_headers(letter_of(FAILED), **{"tocsin.error.topic": topic})
        with pytest.raises(NotRequeueableError, match="which Tocsin does not read"):
            original(record, READ)


def test_a_letter_that_does_not_say_where_it_came_from_is_refused() -> None:
    with pytest.raises(NotRequeueableError, match=r"no header tocsin\.error\.topic"):
        original(Record("news.dead-letters", 0, 0, 1, None, b"", []), READ)


def test_a_letter_of_a_batch_of_which_nothing_could_be_read_is_refused() -> None:
    nothing = msgspec.structs.replace(FAILED, key=None, value=None)
    with pytest.raises(NotRequeueableError, match="producer has to send it again"):
        original(letter_of(nothing, "unreadable_record"), READ)
    # One whose header name was odd is there with all its bytes.
    assert original(letter_of(FAILED, "unreadable_record"), READ).value == FAILED.value


def test_a_letter_that_was_cut_short_is_refused() -> None:
    letter = letter_of(FAILED)
    cut = with_headers(letter, **{TRUNCATED_HEADER.replace("-", "_"): b"900"})
    assert dead_letter(cut).whole_bytes == 900
    with pytest.raises(NotRequeueableError, match=r"cut short when it was stored \(2 of 900 bytes"):
        original(cut, READ)


def test_the_same_record_has_the_same_fingerprint_however_often_it_failed() -> None:
    again = letter_of(stored(original(letter_of(FAILED), READ)), "too_deep")
    assert dead_letter(again).fingerprint == dead_letter(letter_of(FAILED)).fingerprint


@pytest.mark.parametrize(
    ("key", "value", "timestamp_ms"),
    [(None, b"\x00{", 5), (b"", b"\x00{", 5), (b"k", None, 5), (b"k", b"", 5), (b"k", b"v", 6),
     (b"kv", b"", 5), (b"", b"kv", 5)],
)  # fmt: skip
def test_records_that_differ_have_other_fingerprints(
    key: bytes | None, value: bytes | None, timestamp_ms: int
) -> None:
    one = Record("news.articles", 0, 0, timestamp_ms, key, value, [])
    other = Record("news.articles", 0, 0, 5, b"k", b"v", [])
    assert dead_letter(letter_of(one)).fingerprint != dead_letter(letter_of(other)).fingerprint


def test_a_filter_takes_what_has_the_reason_and_entered_since() -> None:
    letter = dead_letter(letter_of(FAILED))
    later = datetime(2026, 11, 23, 12, 0, 1, tzinfo=UTC)
    assert wanted_by(None, None)(letter)
    assert wanted_by("invalid_json", MOMENT)(letter)
    assert not wanted_by("empty", None)(letter)
    assert not wanted_by(None, later)(letter)


@pytest.mark.parametrize(("text", "place"), [("0:17", Place(0, 17)), (" 12:0 ", Place(12, 0))])
def test_a_place_is_partition_and_offset(text: str, place: Place) -> None:
    assert place_of(text) == place
    assert place_of(str(place)) == place


@pytest.mark.parametrize(
    "text", ["", "1", "1:", ":1", "-1:0", "1:2:3", "a:b", "1: 2", "1:" + "9" * 20]
)
def test_anything_else_is_no_place(text: str) -> None:
    with pytest.raises(ValueError, match="PARTITION:OFFSET"):
        place_of(text)
