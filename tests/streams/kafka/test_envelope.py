"""Bytes, keys and headers of the records that Tocsin writes."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from processors.contracts import (
    Alert,
    Analysis,
    ArticleRef,
    LeaderRef,
    Mention,
    RuleRef,
    Sentiment,
    Versions,
    Window,
)
from processors.errors import BadArticleError, DeadLetterReason
from streams.kafka.envelope import (
    Record,
    alert_record,
    analysis_record,
    dead_letter_record,
    mention_record,
    read_source,
)

EVENT_TIME = datetime(2026, 5, 20, 9, 15, 0, 250_000, tzinfo=UTC)
VERSIONS = Versions(tocsin="1", registry="r", lexicon="l", scorer="s")
UNKNOWN = Sentiment(polarity=0.0, subjectivity=0.0, label="unknown", scored_words=0, coverage=0.0)
JSON_HEADER = ("content-type", b"application/json")


def alert(**changes: Any) -> Alert:
    fields: dict[str, Any] = {
        "alert_id": "0123456789abcdef0123456789abcdef",
        "revision": 1,
        "msg_type": "alert",
        "references": [],
        "rule": RuleRef(id="encounter", version=1),
        "kind": "encounter",
        "severity": "medium",
        "leaders": [
            LeaderRef(leader_id="Q15031", leader_name="Xi Jinping"),
            LeaderRef(leader_id="Q7747", leader_name="Vladimir Putin"),
        ],
        "event_time": EVENT_TIME,
        "window": Window(start=EVENT_TIME, end=EVENT_TIME),
        "observed": 1.0,
        "expected": None,
        "threshold": 1.0,
        "reason": "Because.",
        "articles": [ArticleRef(article_id="a", title="T", url="", source="S", family="S")],
        "evidence": [],
        "versions": VERSIONS,
        "processed_at": EVENT_TIME,
        **changes,
    }
    return Alert(**fields)


def incoming(**changes: Any) -> Record:
    fields: dict[str, Any] = {
        "topic": "news.articles",
        "partition": 3,
        "offset": 42,
        "timestamp_ms": 1_779_268_500_250,
        "key": b"\xffkey",
        "value": b"\x00\xff not json",
        "headers": [("trace", b"\x01\xfe"), ("trace", b"2")],
        **changes,
    }
    return Record(**fields)


def test_an_alert_is_a_cloud_event_that_can_be_routed_by_headers_alone() -> None:
    record = alert_record("news.alerts.encounter", alert())
    assert record.topic == "news.alerts.encounter"
    assert record.key == b"Q15031"
    assert record.headers == [
        JSON_HEADER,
        ("ce_specversion", b"1.0"),
        ("ce_id", b"0123456789abcdef0123456789abcdef"),
        ("ce_type", b"tocsin.alert.encounter.v1"),
        ("ce_source", b"/tocsin"),
        ("ce_subject", b"Q15031"),
        ("ce_time", b"2026-05-20T09:15:00.250000Z"),
    ]
    assert msgspec.json.decode(record.value or b"", type=Alert) == alert()


def test_a_replayed_alert_is_the_same_event_and_says_whose_replay_it_is() -> None:
    live = dict(alert_record("t", alert()).headers)
    replayed = dict(alert_record("t", alert(replay_id="r7")).headers)
    assert replayed.pop("tocsin.replay-id") == b"r7"
    assert replayed == live


def mention_of(leader_id: str) -> Mention:
    return Mention(
        leader_id=leader_id,
        leader_name="Vladimir Putin",
        country="RU",
        office="President",
        status="in_office",
        relevance=5,
        sentiment=UNKNOWN,
        spans=[],
        evidence=[],
    )


def test_analyses_are_keyed_by_article_and_mentions_by_leader() -> None:
    analysis = Analysis(
        article_id="urn:ä",
        revision=1,
        event_time=EVENT_TIME,
        published=None,
        source="",
        language="",
        sentiment=UNKNOWN,
        mentions=[],
        versions=VERSIONS,
    )
    record = analysis_record("news.analyses", analysis, 4, incoming())
    source = ("tocsin.source", b"news.articles:3:42")
    assert (record.key, record.headers) == ("urn:ä".encode(), [JSON_HEADER, source])
    assert read_source(source[1]) == ("news.articles", 3, 42)
    assert msgspec.json.decode(record.value or b"", type=Analysis) == analysis
    mention = mention_of("Q7747")
    record = mention_record("news.mentions", mention, 4)
    assert (record.key, record.headers) == (b"Q7747", [JSON_HEADER])
    assert msgspec.json.decode(record.value or b"", type=Mention) == mention


def letter_headers(record: Record, message: str = "wrong") -> list[tuple[str, bytes]]:
    error = BadArticleError(DeadLetterReason.INVALID_JSON, message)
    return list(dead_letter_record("dead", record, "decode", error).headers)


@pytest.mark.parametrize("value", [b"\x00\xff not json", b"", None])
@pytest.mark.parametrize("key", [b"\xffkey", None])
def test_a_dead_letter_keeps_the_record_as_it_was(value: bytes | None, key: bytes | None) -> None:
    error = BadArticleError(DeadLetterReason.INVALID_JSON, "wrong")
    record = incoming(value=value, key=key)
    letter = dead_letter_record("dead", record, "decode", error)
    assert (letter.topic, letter.key, letter.value) == ("dead", key, value)
    assert letter.timestamp_ms == record.timestamp_ms
    assert list(letter.headers)[:2] == record.headers


def test_a_dead_letter_says_why_and_from_where() -> None:
    described = dict(letter_headers(incoming(), "no “title” \ud800"))
    assert {k: v for k, v in described.items() if k.startswith("tocsin.error.")} == {
        "tocsin.error.stage": b"decode",
        "tocsin.error.reason": b"invalid_json",
        "tocsin.error.message": "no “title” ?".encode(),
        "tocsin.error.topic": b"news.articles",
        "tocsin.error.partition": b"3",
        "tocsin.error.offset": b"42",
        "tocsin.error.timestamp": b"1779268500250",
    }


def test_a_record_that_dies_again_carries_its_newest_error_alone() -> None:
    first = letter_headers(incoming(), "first")
    again = incoming(topic="news.mentions", offset=7, headers=first)
    second = letter_headers(again, "second")
    assert len(second) == len(first)
    assert dict(second)["tocsin.error.message"] == b"second"
    assert dict(second)["tocsin.error.offset"] == b"7"
    assert second[:2] == [("trace", b"\x01\xfe"), ("trace", b"2")]


@pytest.mark.parametrize(
    ("timestamp_ms", "expected"),
    [
        (2_678_400_000, "1970-02-01T00:00:00+00:00"),
        (541_000_000_000, "1987-02-22T13:46:40+00:00"),
        (1_779_268_500_250, "2026-05-20T09:15:00.250000+00:00"),
        (253_370_764_799_000, "9998-12-31T23:59:59+00:00"),
    ],
)
def test_event_time_is_the_records_timestamp_in_utc(timestamp_ms: int, expected: str) -> None:
    assert incoming(timestamp_ms=timestamp_ms).event_time.isoformat() == expected


@pytest.mark.parametrize(
    "timestamp_ms",
    [-2, -1, 0, 2_678_399_999, 253_370_764_800_000, 1_779_268_500_250_000, 2**63 - 1, -(2**63)],
)
def test_a_timestamp_that_is_no_moment_is_bad_input_and_not_a_bug(timestamp_ms: int) -> None:
    with pytest.raises(BadArticleError) as refused:
        _ = incoming(timestamp_ms=timestamp_ms).event_time
    assert refused.value.reason is DeadLetterReason.INVALID_TIMESTAMP


@pytest.mark.parametrize("reason", ["invalid_timestamp", "future_timestamp"])
def test_a_dead_letter_does_not_carry_the_timestamp_that_it_is_here_for(reason: str) -> None:
    # Its topic would refuse a moment of the future, and remove one of 1970 at once.
    record = incoming(timestamp_ms=4_102_444_800_000)
    error = BadArticleError(DeadLetterReason(reason), "x")
    letter = dead_letter_record("dead", record, "decode", error)
    assert letter.timestamp_ms is None
    assert dict(letter.headers)["tocsin.error.timestamp"] == b"4102444800000"


@pytest.mark.parametrize("value", [None, b"", b"3:42", b"a:3:", b"a:x:1", b"a:-1:1", b"a:1:\xb2"])
def test_what_is_no_place_of_a_record_is_not_read_as_one(value: bytes | None) -> None:
    assert read_source(value) is None


@pytest.mark.parametrize(("characters", "hashed"), [(200, 1), (201, 2)])
def test_only_short_leader_ids_keep_their_partition_in_memory(
    characters: int, hashed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys: list[bytes] = []

    def count(key: bytes) -> int:
        keys.append(key)
        return 5

    monkeypatch.setattr("streams.kafka.envelope.murmur2", count)
    mention = mention_of("L" * characters)
    records = [mention_record("news.mentions", mention, 4) for _ in range(2)]
    assert [record.partition for record in records] == [1, 1]
    assert len(keys) == hashed
