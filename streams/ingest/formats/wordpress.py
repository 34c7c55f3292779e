"""Reads posts of WordPress' REST API (`/wp-json/wp/v2/posts`).

A post's `guid` is its id, as in the site's RSS feed, so that both give the same article.
"""

from collections.abc import Iterator
from typing import Any, Final

from streams.ingest.formats.document import Document
from streams.ingest.formats.entry import Entry, Reading, Words
from streams.ingest.formats.json_values import at, text

NAME: Final = "WordPress JSON"


def recognise(document: Document) -> bool:
    """Return whether a document is a post or a list of posts."""
    posts = _posts(document.json)
    return bool(posts) and any(_is_post(post) for post in posts[:5])


def read(document: Document) -> Reading:
    """Read posts."""
    skipped: dict[str, int] = {}
    return Reading(format=NAME, entries=_entries(_posts(document.json), skipped), skipped=skipped)


def _posts(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [value]
    return value if isinstance(value, list) else []


def _is_post(post: Any) -> bool:
    return isinstance(post, dict) and any(
        isinstance(at(post, name, "rendered"), str) for name in ("title", "content", "excerpt")
    )


def _entries(posts: list[Any], skipped: dict[str, int]) -> Iterator[Entry]:
    for post in posts:
        if not _is_post(post):
            skipped["not_an_article"] = skipped.get("not_an_article", 0) + 1
            continue
        yield Entry(
            id=text(post, "guid", "rendered") or text(post, "link") or text(post, "id"),
            link=text(post, "link"),
            title=Words(text(post, "title", "rendered"), is_html=True),
            bodies=(
                Words(text(post, "content", "rendered"), is_html=True),
                Words(text(post, "excerpt", "rendered"), is_html=True),
            ),
            # `date` is in the site's local time, whose zone is not known here.
            dates=(_utc(text(post, "date_gmt")), _utc(text(post, "modified_gmt"))),
            source=text(post, "_embedded", "site", "name"),
        )


def _utc(date: str) -> str:
    # An unpublished draft has the year 0.
    if not date or date.startswith("0000"):
        return ""
    return date if date.endswith("Z") or "+" in date else f"{date}Z"
