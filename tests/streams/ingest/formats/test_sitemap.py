"""Google News sitemaps: entries that are news, and the parts of an index that are read."""

from collections.abc import Callable

import pytest

from streams.ingest.formats.entry import NotAFeedError, Reading
from streams.ingest.formats.sitemap import MAX_PARTS

Articles = Callable[[bytes | str], list[dict[str, str]]]
Reads = Callable[[bytes | str], Reading]
Sample = Callable[[str], bytes]


def test_news_entries_become_articles_and_others_are_counted(
    articles: Articles, reading: Reads, sample: Sample
) -> None:
    assert articles(sample("news_sitemap.xml")) == [
        {
            "id": "https://delta.example/2026/05/strike?x=1&y=2",
            "url": "https://delta.example/2026/05/strike?x=1&y=2",
            "title": "Farmers & fishers condemn Narendra Modi over disastrous, shameful flood plan",
            "published": "2026-05-01T05:30:00Z",
            "source": "Delta Herald",
            "language": "en",
        }
    ]
    assert reading(sample("news_sitemap.xml")).skipped == {"not_an_article": 1}


def test_of_an_index_the_news_parts_are_read_the_newest_first(
    reading: Reads, sample: Sample
) -> None:
    found = reading(sample("sitemap_index.xml"))
    assert found.is_index
    assert [link.url for link in found.links] == [
        "https://delta.example/sitemap-news-2.xml",
        "https://delta.example/sitemap-news-1.xml",
    ]


def test_an_index_of_very_many_parts_is_read_in_part(reading: Reads) -> None:
    parts = "".join(f"<sitemap><loc>https://a.example/{n}.xml</loc></sitemap>" for n in range(9))
    assert len(reading(f"<sitemapindex>{parts}</sitemapindex>").links) == MAX_PARTS


def test_prefixes_that_are_not_declared_or_unusual_are_read(articles: Articles) -> None:
    url = "<n:url><n:loc>https://a.example/1</n:loc><g:news><g:title>T</g:title></g:news></n:url>"
    assert articles(f"<n:urlset>{url}</n:urlset>")[0]["title"] == "T"


def test_a_sitemap_of_addresses_alone_says_where_to_look(reading: Reads) -> None:
    with pytest.raises(NotAFeedError, match=r"without <news:news>.*robots\.txt"):
        reading("<urlset><url><loc>https://a.example/</loc></url></urlset>")
