"""Past articles: their order, their event time, and what is left out."""

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from processors.articles.decode import DecodeLimits
from streams.errors import TopicMismatchError
from streams.ingest.records import SourceError
from streams.reading.past_articles import PastArticles

Make = Callable[..., Any]
DAY_MS = 86_400_000
# Event time begins with February 1970.
FIRST_DAY = 31


def article(article_id: str, **fields: str) -> bytes:
    return json.dumps({"id": article_id, "title": "T", **fields}).encode()


def test_a_topics_articles_come_in_the_order_of_their_records_with_the_records_time(
    log: Make, record: Make
) -> None:
    consumer = log(
        [
            record("news", 0, 0, (FIRST_DAY + 1) * DAY_MS, value=article("old")),
            record(
                "news",
                0,
                1,
                (FIRST_DAY + 3) * DAY_MS,
                value=article("b", published="1999-01-01T00:00:00Z"),
            ),
            record("news", 1, 0, (FIRST_DAY + 2) * DAY_MS, value=article("a")),
            record("news", 1, 1, (FIRST_DAY + 4) * DAY_MS, value=b"{nonsense"),
            record("news", 1, 2, (FIRST_DAY + 5) * DAY_MS, value=None),
            record("news", 1, 3, 10**15, value=article("microseconds")),
        ],
        {"news": 2},
    )
    reader = PastArticles(DecodeLimits())
    since = datetime.fromtimestamp((FIRST_DAY + 2) * 86_400, tz=UTC)
    came = list(reader.of_topic(consumer, "news", since))
    assert [(one.article.article_id, one.event_time.day) for one in came] == [("a", 3), ("b", 4)]
    assert reader.left_out == {"invalid_json": 1, "null_value": 1, "invalid_timestamp": 1}


def test_a_topic_that_is_not_there_is_named(log: Make) -> None:
    with pytest.raises(TopicMismatchError, match="no topic news"):
        list(PastArticles(DecodeLimits()).of_topic(log([], {}), "news", datetime.now(UTC)))


def test_a_files_articles_come_by_their_date_and_those_without_one_are_left_out(
    tmp_path: Path,
) -> None:
    path = tmp_path / "past.jsonl.gz"
    lines = [
        article("b", published="2026-05-20T09:00:00Z"),
        article("undated"),
        article("a", published="2026-05-19T09:00:00Z"),
        b"{}",
        b"x" * 5_000,
    ]
    path.write_bytes(gzip.compress(b"\n".join(lines)))
    reader = PastArticles(DecodeLimits(value_bytes=4_000))
    assert [one.article.article_id for one in reader.of_file(path)] == ["a", "b"]
    assert reader.left_out == {"published_missing": 1, "no_text": 1, "too_large": 1}


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        PastArticles(DecodeLimits()).of_file(tmp_path / "none.jsonl")
