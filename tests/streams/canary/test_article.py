"""A canary's article as it is sent: read like any, and never the same one twice."""

from datetime import UTC, datetime, timedelta

import pytest

from processors.articles.decode import DecodeLimits, decode
from processors.canary import CANARY_NAME, is_canary
from streams.canary.article import NAME, canary_article, name_of_host

NOW = datetime(2026, 5, 20, 9, 15, 0, 250_000, tzinfo=UTC)


def test_it_decodes_as_it_was_meant() -> None:
    article_id, record = canary_article("news.articles", "host-1", NOW)
    assert record.topic == "news.articles"
    assert record.key == article_id.encode()
    article = decode(record.value, record.headers, record.key, DecodeLimits())
    assert article.article_id == article_id
    assert is_canary(article.article_id)
    assert CANARY_NAME in article.title
    assert "no news" in article.title
    assert article.published == NOW
    assert article.source == "tocsin-canary"


def test_ids_differ_by_name_and_by_moment_and_by_nothing_else() -> None:
    moments = [NOW, NOW + timedelta(milliseconds=1)]
    ids = [canary_article("t", name, moment)[0] for name in ("a", "b") for moment in moments]
    assert len(set(ids)) == 4
    assert (
        ids[0]
        == canary_article("other", "a", NOW)[0]
        == "urn:tocsin:canary:a:2026-05-20T09:15:00.250Z"
    )


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("tocsin-canary-0", "tocsin-canary-0"),
        ("büro 1", "b-ro-1"),
        ("", "canary"),
        ("x" * 99, "x" * 64),
    ],
)
def test_every_hosts_name_makes_a_name(host: str, name: str) -> None:
    assert name_of_host(host) == name
    assert NAME.fullmatch(name)
