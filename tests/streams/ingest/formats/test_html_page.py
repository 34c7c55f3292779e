"""Web pages that name their feed: which one, and what is said where there are several."""

from collections.abc import Callable

import pytest

from streams.ingest.formats.entry import NotAFeedError, Reading

Reads = Callable[[bytes | str], Reading]
RSS = '<link rel="alternate" type="application/rss+xml" title="{title}" href="{href}">'


def page(*links: str) -> str:
    return f"<html><head><title>A page</title>{''.join(links)}</head></html>"


def test_the_feed_is_found_once_whatever_its_formats_without_comments(
    reading: Reads, sample: Callable[[str], bytes]
) -> None:
    found = reading(sample("page.html"))
    assert [link.url for link in found.links] == ["https://x.example/loire/rss.xml"]
    assert not found.is_index


def test_several_feeds_are_named(reading: Reads) -> None:
    links = [RSS.format(title=title, href=f"/{title}.xml") for title in ("World", "Sport")]
    with pytest.raises(NotAFeedError, match=r'"A page".*several.*/World\.xml \(World\); .*Sport'):
        reading(page(*links))


@pytest.mark.parametrize(
    "link",
    [
        "",
        RSS.format(title="x", href="javascript:alert(1)"),
        RSS.format(title="x", href="http://[::1"),
        '<link rel="stylesheet" type="application/rss+xml" href="/x">',
        '<link rel="alternate" type="text/html" href="/x">',
    ],
)
def test_a_page_without_a_feed_is_named_by_its_title(reading: Reads, link: str) -> None:
    with pytest.raises(NotAFeedError, match=r'a web page \("A page"\) that names no feed'):
        reading(page(link))
