"""JSON Feed 1.0 and 1.1: which field of an item is which part of an article."""

import json
from collections.abc import Callable

import pytest

from streams.ingest.formats.entry import NotAFeedError, Reading

Articles = Callable[[bytes | str], list[dict[str, str]]]


def test_items_become_articles(articles: Articles, sample: Callable[[str], bytes]) -> None:
    first, second = articles(sample("json_feed.json"))
    assert first == {
        "id": "https://x.example/f#4711",
        "url": "https://tiber.example/notes/4711",
        "title": "Steelworkers condemn Giorgia Meloni over shameful neglect",
        "text": "Steelworkers condemned Giorgia Meloni for a shameful, disastrous neglect.\n\nThe "
        "works stood still.",
        "published": "2026-05-01T08:15:00Z",
        "source": "Tiber Notes",
        "language": "en",
    }
    assert second["text"] == "The ferry leaves at 9 & at 11."
    assert second["published"] == "2026-05-01T08:20:00Z"


def test_the_version_is_named_and_may_be_missing(
    reading: Callable[[bytes | str], Reading],
) -> None:
    item = {"id": "a:1", "title": "t", "content_text": "x"}
    versions = {"https://jsonfeed.org/version/1": "JSON Feed 1", "": "JSON Feed"}
    for version, name in versions.items():
        feed = {"version": version, "items": [item]}
        assert reading(json.dumps(feed)).format == name


def test_fields_of_the_wrong_type_cost_themselves_alone(articles: Articles) -> None:
    items = [
        {"id": True, "url": ["x"], "title": {"a": 1}, "content_html": None, "content_text": 7},
        "no object",
        {"id": "a:1", "title": "Good", "content_text": "Text"},
    ]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": 5, "items": items}
    first, second = articles(json.dumps(feed))
    assert first["text"] == "7"
    assert second["title"] == "Good"


@pytest.mark.parametrize(
    "feed", ['{"items": 1}', '{"items": [], "version": 3}', '{"version": ["', "[]"]
)
def test_json_that_is_no_feed_is_none(feed: str, reading: Callable[[bytes | str], Reading]) -> None:
    with pytest.raises(NotAFeedError, match="JSON"):
        reading(feed)
