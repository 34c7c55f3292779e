"""The check before sending, the key, the counts and the memory of feeds."""

import json
from collections.abc import Iterator

import pytest

from processors.articles.decode import DecodeLimits
from processors.contracts import Article
from processors.errors import DeadLetterReason
from streams.ingest.intake import Intake
from streams.ingest.records import Found, Unread
from streams.ingest.tally import EXAMPLES, Tally
from streams.kafka.envelope import Outgoing


class Desk:
    """An intake and what it sent."""

    def __init__(self, *, dry: bool = False) -> None:
        self.tally = Tally()
        self.sent: list[Outgoing] = []
        self.intake = Intake(
            "news.articles",
            DecodeLimits(),
            self.tally,
            None if dry else self._send,
        )

    def _send(self, record: Outgoing, where: str) -> None:
        assert where
        self.sent.append(record)
        self.tally.sent += 1


@pytest.fixture
def desk() -> Iterator[Desk]:
    return Desk()


def test_an_article_is_sent_byte_for_byte_under_its_id(desk: Desk) -> None:
    value = '{"title":  "Été", "url": "HTTPS://News.example/a/?utm_source=x"}'.encode()
    desk.intake.take(Found("f:1", value))
    (record,) = desk.sent
    assert record.value == value
    assert record.key == b"https://news.example/a"
    assert record.topic == "news.articles"
    assert record.timestamp_ms is None


def test_what_is_refused_is_counted_by_reason_with_three_examples_and_not_sent(desk: Desk) -> None:
    for number in range(5):
        desk.intake.take(Found(f"f:{number}", b'{"id": "x"}'))
    desk.intake.take(Found("f:9", b'{"id": "\xff"}'))
    desk.intake.take(Unread("f:10", DeadLetterReason.TOO_LARGE, "too long"))
    summary = desk.tally.summary(dry_run=False, interrupted=False)
    assert desk.sent == []
    assert {reason: found.count for reason, found in summary.refused.items()} == {
        "no_text": 5,
        "invalid_utf8": 1,
        "too_large": 1,
    }
    assert next(iter(summary.refused)) == "no_text"
    examples = summary.refused["no_text"].examples
    assert [example.where for example in examples] == [f"f:{n}" for n in range(EXAMPLES)]
    assert summary.read == 7 == summary.refused_count


def test_a_check_alone_counts_what_is_good_and_sends_nothing() -> None:
    desk = Desk(dry=True)
    desk.intake.take(Found("f:1", b'{"id": "1", "title": "t"}'))
    assert (desk.tally.valid, desk.tally.sent) == (1, 0)


def test_a_feeds_entry_that_is_known_is_counted_as_unchanged(desk: Desk) -> None:
    class Known:
        def is_known(self, article: Article) -> bool:
            return article.article_id == "1"

    taken = [
        desk.intake.take(
            Found("f[0]", json.dumps({"id": identity, "title": "t"}).encode()), Known()
        )
        for identity in ("1", "2", "")
    ]
    assert [(one.outcome, one.reason) for one in taken] == [
        ("unchanged", ""),
        ("good", ""),
        ("refused", "no_identity"),
    ]
    assert [record.key for record in desk.sent] == [b"2"]
    assert desk.tally.unchanged == 1


def test_a_file_may_say_the_same_twice(desk: Desk) -> None:
    for _ in range(2):
        desk.intake.take(Found("f:1", b'{"id": "1", "title": "t"}'))
    assert len(desk.sent) == 2


def test_an_archive_is_stamped_with_the_time_of_publication(desk: Desk) -> None:
    intake = Intake("archive", DecodeLimits(), desk.tally, desk._send, archive=True)  # noqa: SLF001
    old = b'{"id": "a", "title": "Old", "published": "1987-10-19T14:30:00+01:00"}'
    intake.take(Found("f:1", old))
    intake.take(Found("f:2", b'{"id": "b", "title": "Undated"}'))
    (record,) = desk.sent
    assert (record.topic, record.key, record.value) == ("archive", b"a", old)
    assert record.timestamp_ms == 561_648_600_000
    assert desk.tally.valid == 1
    summary = desk.tally.summary(dry_run=False, interrupted=False)
    assert summary.refused["invalid_date"].count == 1


@pytest.mark.parametrize(
    ("published", "says"),
    [
        ("2091-05-05T00:00:00Z", "in the future: 2091-05-05"),
        ("1969-12-31T23:59:59Z", "begins with February 1970"),
        ("1970-01-21T02:54:34Z", "begins with February 1970"),
    ],
)
def test_an_archive_refuses_a_time_that_its_broker_or_a_worker_would(
    desk: Desk, published: str, says: str
) -> None:
    intake = Intake("archive", DecodeLimits(), desk.tally, desk._send, archive=True)  # noqa: SLF001
    for number, moment in enumerate(["2026-01-05T00:00:00Z", published, "2026-01-06T00:00:00Z"]):
        value = {"id": f"a{number}", "title": "T", "published": moment}
        intake.take(Found(f"f:{number}", json.dumps(value).encode()))
    assert [record.key for record in desk.sent] == [b"a0", b"a2"]
    refused = desk.tally.summary(dry_run=False, interrupted=False).refused["invalid_date"]
    assert (refused.count, refused.examples[0].where) == (1, "f:1")
    assert says in refused.examples[0].message
