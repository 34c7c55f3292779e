"""What is reported of each feed, and the same as metrics."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from processors.contracts import Article
from streams.ingest.feed_messages import FeedHeader
from streams.ingest.feed_metrics import MeteredFeeds
from streams.ingest.lists import Feed
from streams.ingest.reports import AlertWindow, FeedCounts, FeedReports
from streams.service.metrics import FeedMetrics

NOW = datetime(2026, 5, 1, tzinfo=UTC)
FEED = Feed(url="https://me:secret@a.example/rss", name="A", interval_seconds=900)


def counted() -> FeedCounts:
    counts = FeedCounts()
    header = FeedHeader(format="RSS 2.0", entries=9, skipped={"not_an_article": 2}, flags={"x": 1})
    counts.describe(header, max_entries=4)
    dated = Article(article_id="1", title="t", text="x", published=NOW)
    counts.take(dated, is_new=True, no_alert="old")
    counts.take(Article(article_id="2", title="t"), is_new=True, no_alert=None)
    counts.take(dated, is_new=False, no_alert="old")
    counts.refuse("no_text")
    return counts


def test_every_entry_of_a_document_is_counted_once() -> None:
    reports = FeedReports([FEED])
    reports.read(FEED, counted())
    reports.succeeded(FEED)
    (summary,) = reports.summary()
    assert msgspec.to_builtins(summary) == {
        "feed": "A",
        "url": "https://a.example/rss",
        "format": "RSS 2.0",
        "looks": 1,
        "entries": 9,
        "with_text": 2,
        "with_date": 2,
        "new": 2,
        "unchanged": 1,
        "refused": {"no_text": 1},
        "skipped": {"over_the_limit": 3, "not_an_article": 2},
        "no_alert": {"old": 1},
        "flags": {"x": 1},
        "moved_to": "",
        "gone": False,
        "failed": "",
    }
    assert summary.entries == (
        summary.new
        + summary.unchanged
        + sum(summary.refused.values())
        + sum(summary.skipped.values())
    )


def test_a_failure_is_shown_until_the_feed_is_read_again_and_gone_stays() -> None:
    reports = FeedReports([FEED])
    reports.failed(FEED, "status", "the server answers 410", is_gone=True)
    assert reports.summary()[0].failed == "the server answers 410"
    reports.succeeded(FEED)
    (summary,) = reports.summary()
    assert (summary.failed, summary.gone, summary.looks) == ("", True, 2)


def test_a_new_address_is_told_once() -> None:
    reports = FeedReports([FEED])
    told = [reports.moved(FEED, to) for to in ("", "https://b.example", "https://b.example", "")]
    assert told == [False, True, False, False]


@pytest.mark.parametrize(
    ("hours", "expected"), [(0, None), (-47, None), (-49, "old"), (0.5, None), (2, "future")]
)
def test_the_alert_window_is_that_of_the_rules(hours: float, expected: str | None) -> None:
    window = AlertWindow(stale_seconds=48 * 3_600, future_seconds=3_600)
    assert window.excludes(NOW + timedelta(hours=hours), NOW) == expected
    assert window.excludes(None, NOW) is None


def test_looks_are_metrics_by_the_feeds_name() -> None:
    metrics = FeedMetrics()
    moments = iter((100.0, 200.0))
    watch = MeteredFeeds(metrics, [FEED], 300, lambda: next(moments))

    def value(name: str, **labels: str) -> float | None:
        return metrics.registry.get_sample_value(name, {"feed": "A", **labels})

    assert value("tocsin_feed_last_success_timestamp_seconds") == 100
    assert value("tocsin_feed_interval_seconds") == 900
    assert value("tocsin_feed_entries_total", outcome="new") == 0
    reports = FeedReports([FEED], [watch])
    reports.answered(FEED, 304)
    reports.answered(FEED, 0)
    reports.read(FEED, counted())
    reports.succeeded(FEED)
    reports.failed(FEED, "timeout", "no answer", is_gone=False)
    assert value("tocsin_feed_last_success_timestamp_seconds") == 200
    outcomes = ("new", "unchanged", "refused", "skipped")
    assert [value("tocsin_feed_entries_total", outcome=one) for one in outcomes] == [2, 1, 1, 5]
    assert value("tocsin_feed_undated_entries_total") == 1
    assert value("tocsin_feed_answers_total", status="3xx") == 1
    assert value("tocsin_feed_answers_total", status="none") == 1
    assert value("tocsin_feed_errors_total", reason="timeout") == 1
