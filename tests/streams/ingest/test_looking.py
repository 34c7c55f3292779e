"""One look at a feed: pages that name it, parts of an index, and what is remembered of both."""

import asyncio
from pathlib import Path

import pytest

from streams.http_client.fetch import FeedError, Fetched, Validators
from streams.ingest.feed_messages import FeedTask
from streams.ingest.lists import Feed
from streams.ingest.looking import Found, Looker
from streams.ingest.parsing import ReadFeed, read_apart
from streams.ingest.state import FeedState

FOLDER = Path(__file__).parents[2] / "data" / "feeds"
URL = "https://a.example/start"
PAGE = '<html><link rel="alternate" type="application/rss+xml" href="{href}"></html>'
INDEX = (
    "<sitemapindex><sitemap><loc>{}</loc></sitemap><sitemap><loc>{}</loc></sitemap></sitemapindex>"
)


class Site:
    """Documents by address, each with its version as entity tag."""

    def __init__(self, **documents: str) -> None:
        self.documents = {URL.replace("start", name): text for name, text in documents.items()}
        self.asked: list[str] = []
        self.status = 404

    async def fetch(self, url: str, validators: Validators, named_by: str = "") -> Fetched | None:
        assert named_by == URL
        self.asked.append(url.rpartition("/")[2])
        text = self.documents.get(url)
        if text is None:
            message = f"the server answers {self.status}"
            raise FeedError(message, lasting=True, reason="status", status=self.status)
        etag = str(hash(text))
        if validators.etag == etag:
            return None
        return Fetched(text.encode(), url, "", Validators(etag=etag))

    def look(self, state: FeedState | None = None) -> Found:
        async def read(body: bytes, task: FeedTask) -> ReadFeed:
            return await read_apart(body, task)

        self.asked.clear()
        looker = Looker.at(Feed(url=URL), FeedTask(url=URL, base=URL), self.fetch, read)
        return asyncio.run(looker.look(state or FeedState()))


def rss(*titles: str) -> str:
    items = "".join(
        f"<item><guid>a:{title}</guid><title>{title}</title></item>" for title in titles
    )
    return f"<rss version='2.0'><channel>{items}</channel></rss>"


def news(title: str) -> str:
    return f"<urlset><url><loc>https://a.example/{title}</loc><news><title>{title}</title></news></url></urlset>"


def test_a_feed_that_has_not_changed_brings_nothing() -> None:
    site = Site(start=rss("One"))
    first = site.look()
    assert [document.header.entries for document in first.documents] == [1]
    second = site.look(first.state)
    assert second.documents == []
    assert second.state == first.state


def test_the_feed_that_a_page_names_is_read_and_remembered() -> None:
    site = Site(start=PAGE.format(href="/rss"), rss=rss("One"))
    first = site.look()
    assert site.asked == ["start", "rss"]
    assert first.state.page_feed == "https://a.example/rss"
    assert "put that into your list" in first.notes[0]
    second = site.look(first.state)
    assert site.asked == ["rss"]
    assert second.documents == []
    assert second.notes == ()


def test_a_page_is_asked_again_when_the_feed_that_it_named_is_away_for_good() -> None:
    site = Site(start=PAGE.format(href="/rss"), rss=rss("One"))
    state = site.look().state
    site.documents[URL] = PAGE.format(href="/new")
    site.documents[URL.replace("start", "new")] = site.documents.pop(URL.replace("start", "rss"))
    assert site.look(state).state.page_feed == "https://a.example/new"
    assert site.asked == ["rss", "start", "new"]


def test_a_page_that_names_a_page_is_not_followed_further() -> None:
    site = Site(start=PAGE.format(href="/start"))
    with pytest.raises(FeedError, match=r"names https://a\.example/start as its feed, and that"):
        site.look()
    assert site.asked == ["start", "start"]


def test_the_parts_of_an_index_are_read_and_asked_for_what_is_new() -> None:
    one, two = "https://a.example/news-1", "https://a.example/news-2"
    site = Site(start=INDEX.format(one, two), **{"news-1": news("One"), "news-2": news("Two")})
    first = site.look()
    assert len(first.documents) == 2
    site.documents[two] = news("Three")
    second = site.look(first.state)
    assert site.asked == ["start", "news-1", "news-2"]
    assert len(second.documents) == 1
    assert second.state.parts == (one, two)


def test_a_part_that_fails_is_noted_and_asked_again() -> None:
    site = Site(
        start=INDEX.format("https://a.example/news-1", "https://a.example/news-2"),
        **{"news-1": news("One")},
    )
    found = site.look()
    assert len(found.documents) == 1
    assert list(found.notes) == ["its part https://a.example/news-2: the server answers 404"]
    site.documents["https://a.example/news-2"] = news("Two")
    assert len(site.look(found.state).documents) == 1


@pytest.mark.parametrize(
    ("index", "said"),
    [
        (INDEX.format(URL, URL), "is a sitemap index within an index"),
        ("<sitemapindex/>", "a sitemap index that names no sitemap"),
    ],
)
def test_an_index_that_leads_nowhere_is_an_error(index: str, said: str) -> None:
    with pytest.raises(FeedError, match=said):
        Site(start=index).look()
