"""Feed entries as articles: which part of RSS and Atom becomes which field."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from processors.articles.decode import DecodeLimits, decode
from processors.contracts import Article
from streams.ingest.entries import read_feed
from streams.ingest.feed_messages import FeedTask
from streams.ingest.formats.entry import NotAFeedError

TASK = FeedTask(url="https://feeds.example/world", base="https://feeds.example/world")


def rss(*items: str, channel: str = "<title>Example &amp;amp; Sons</title>") -> bytes:
    joined = "".join(f"<item>{item}</item>" for item in items)
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/">'
        f"<channel>{channel}{joined}</channel></rss>"
    ).encode()


def atom(*entries: str, feed: str = "<title>An Atom</title>", attributes: str = "") -> bytes:
    joined = "".join(f"<entry>{entry}</entry>" for entry in entries)
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom" {attributes}>{feed}{joined}</feed>'
    ).encode()


def only(feed: bytes, task: FeedTask = TASK) -> dict[str, str]:
    (article,) = read_feed(feed, task)
    return article


def taken(article: dict[str, str]) -> Article:
    return decode(json.dumps(article).encode(), (), None, DecodeLimits())


def test_an_rss_item_becomes_a_flat_article() -> None:
    article = only(
        rss(
            "<guid>https://n.example/1</guid><link>https://n.example/1?a=1</link>"
            "<title>Leaders meet</title><description>Short.</description>"
            "<content:encoded><![CDATA[<p>One.</p><p>Two &amp; three.</p><script>x()</script>]]>"
            "</content:encoded><pubDate>Mon, 23 Nov 2026 10:00:00 +0200</pubDate>",
            channel="<title>Example</title><language>en-GB</language>",
        )
    )
    assert article == {
        "id": "https://n.example/1",
        "url": "https://n.example/1?a=1",
        "title": "Leaders meet",
        "text": "One.\n\nTwo & three.",
        "published": "2026-11-23T08:00:00Z",
        "source": "Example",
        "language": "en",
    }


def test_an_atom_entry_becomes_a_flat_article() -> None:
    article = only(
        atom(
            '<id>tag:n.example,2026:1</id><link href="/a/1"/><title>Use of &lt;b> in print</title>'
            '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Body</p></div>'
            "</content><updated>2026-11-23T10:00:00Z</updated>",
            attributes='xml:lang="fr"',
        )
    )
    assert article == {
        "id": "tag:n.example,2026:1",
        "url": "https://feeds.example/a/1",
        "title": "Use of <b> in print",
        "text": "Body",
        "published": "2026-11-23T10:00:00Z",
        "source": "An Atom",
        "language": "fr",
    }


@pytest.mark.parametrize(
    ("raw", "title"),
    [
        ("Putin &amp;amp; Xi", "Putin & Xi"),
        ("&lt;b&gt;Bold&lt;/b&gt; step &amp;amp; more", "Bold step & more"),
        ("<![CDATA[<i>Slanted</i>\n news]]>", "Slanted news"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;News &lt;p&gt;", "News"),
        (
            "Lula &amp;amp;quot;glad&amp;amp;quot; &amp;lt;i&amp;gt;now&amp;lt;/i&amp;gt;",
            'Lula "glad" now',
        ),
        ("Growth &amp;lt; 2 % in R&amp;amp;D", "Growth < 2 % in R&D"),
    ],
)
def test_html_in_titles_is_read_as_text(raw: str, title: str) -> None:
    assert only(rss(f"<guid>a:1</guid><title>{raw}</title>"))["title"] == title


def test_without_content_the_summary_is_the_text() -> None:
    assert only(rss("<guid>a:1</guid><description>Sum &amp;lt; all</description>"))["text"] == (
        "Sum < all"
    )


def test_the_id_is_the_guid_or_else_the_link() -> None:
    assert only(rss("<link>https://n.example/2</link><title>t</title>"))["id"] == (
        "https://n.example/2"
    )


def test_a_bare_guid_stands_for_an_article_only_together_with_its_feed() -> None:
    article = only(rss('<guid isPermaLink="false">4711</guid><title>t</title>'))
    assert article["id"] == "https://feeds.example/world#4711"


@pytest.mark.parametrize(
    "date",
    [
        "",
        "<pubDate>soon</pubDate>",
        "<pubDate>Mon, 01 Jan 0001 00:00:00 GMT</pubDate>",
        "<pubDate>Thu, 01 Jan 1970 00:00:00 GMT</pubDate>",
    ],
)
def test_an_article_without_a_date_that_makes_sense_has_none(date: str) -> None:
    article = taken(only(rss(f"<guid>a:1</guid><title>t</title>{date}")))
    assert article.published is None
    # A date that may be one is sent as it stands, so that the worker says so.
    assert article.flags == (("published_unreadable",) if "0 GMT" not in date and date else ())


RECEIVED = datetime(2026, 7, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "country", "language", "published"),
    [
        ("Mon, 29 Jun 2026 20:57:00 CEST", "", "", "2026-06-29T18:57:00Z"),
        ("Mon, 29 Jun 2026 20:57:00 EEST", "", "", "2026-06-29T17:57:00Z"),
        ("Mon, 29 Jun 2026 20:57:00 IST", "IN", "", "2026-06-29T15:27:00Z"),
        ("Mon, 29 Jun 2026 20:57:00 IST", "IE", "", "2026-06-29T19:57:00Z"),
        ("Mon, 29 Jun 2026 20:57:00 IST", "IL", "", "2026-06-29T18:57:00Z"),
        ("12 Jan 2026 23:00:00 AEDT", "", "", "2026-01-12T12:00:00Z"),
        ("Mon, 29 Jun 2026 20:57:00 JST", "", "", "2026-06-29T11:57:00Z"),
        ("Mon, 29 Jun 2026 20:57:00 GMT+7", "", "", "2026-06-29T13:57:00Z"),
        ("lun., 29 juin 2026 20:57:00 GMT", "", "fr", "2026-06-29T20:57:00Z"),
        ("20260629T205700Z", "", "", "2026-06-29T20:57:00Z"),
        ("2026-06-29T20:57:00+02:00[Europe/Rome]", "", "", "2026-06-29T18:57:00Z"),
        ("Mon, 29 Jun 2026 20:57:00 QQT", "", "", ""),
    ],
)
def test_zones_and_months_by_name_are_read_or_there_is_no_date(
    written: str, country: str, language: str, published: str
) -> None:
    task = FeedTask(
        url=TASK.url, base=TASK.base, country=country, language=language, received=RECEIVED
    )
    article = only(rss(f"<guid>a:1</guid><title>t</title><pubDate>{written}</pubDate>"), task)
    moment = taken(article).published
    assert (moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else "") == published
    assert article.get("country", "") == country


def test_an_atom_feeds_dates_are_read_in_the_same_way() -> None:
    entry = "<id>a:1</id><title>t</title><updated>29 Jun 2026 20:57 CEST</updated>"
    assert only(atom(entry))["published"] == "2026-06-29T18:57:00Z"


@pytest.mark.parametrize(
    ("description", "content", "text"),
    [
        (
            "A long description of what happened.",
            "Continue reading...",
            "A long description of what happened.",
        ),
        (
            "Short.",
            "<p>The whole story.</p><p>With two paragraphs.</p>",
            "The whole story.\n\nWith two paragraphs.",
        ),
        ("t", "", ""),
        ("It rained. <a href='/1'>Read more</a>", "", "It rained."),
        (
            "Rain fell on the coast.",
            "<p>Rain.</p><p>Read more:</p><ul><li>Lula in Lisbon</li><li>Modi in Rome</li></ul>",
            "Rain fell on the coast.",
        ),
        ("", "<p>Rain.</p><figure><img alt='Lula'><figcaption>Lula</figcaption></figure>", "Rain."),
    ],
)
def test_the_longest_real_text_is_the_articles(description: str, content: str, text: str) -> None:
    article = only(
        rss(
            f"<guid>a:1</guid><title>t</title><description><![CDATA[{description}]]></description>"
            f"<content:encoded><![CDATA[{content}]]></content:encoded>"
        )
    )
    assert article.get("text", "") == text


def test_captions_of_pictures_are_neither_text_nor_title() -> None:
    caption = "<media:title>Lula</media:title><media:description>Lula in Lisbon</media:description>"
    picture = f"<media:content url='x'>{caption}</media:content>"
    channel = "<title>c</title>"
    feed = rss(
        f"<guid>a:1</guid><title>Rain</title>{picture}<description>Wet.</description>",
        f"<guid>a:2</guid><title>Snow</title><description>Dry.</description>{picture}",
        f"<guid>a:3</guid>{picture}",
        channel=channel,
    ).replace(b"<rss ", b'<rss xmlns:media="http://search.yahoo.com/mrss/" ')
    read = [(one.get("title"), one.get("text")) for one in read_feed(feed, TASK)]
    assert read == [("Rain", "Wet."), ("Snow", "Dry."), (None, None)]


def test_a_language_that_is_none_gives_way_to_the_default() -> None:
    feed = rss("<title>t</title>", channel="<title>x</title><language>a tongue of ours</language>")
    task = FeedTask(url=TASK.url, base=TASK.base, language="en")
    assert only(feed, task)["language"] == "en"
    assert "language" not in only(feed)


def test_the_source_is_the_given_name_or_the_origin_or_the_feeds_title_or_its_host() -> None:
    item = "<title>t</title>"
    named = FeedTask(url=TASK.url, base=TASK.base, source="Wire")
    origin = f'{item}<source url="https://o.example/rss">Origin</source>'
    assert only(rss(origin), named)["source"] == "Wire"
    assert only(rss(origin))["source"] == "Origin"
    assert only(rss(item))["source"] == "Example & Sons"
    assert only(rss(item, channel=""))["source"] == "feeds.example"
    listed = FeedTask(url=TASK.url, base=TASK.base, name="Our wire")
    assert only(rss(item, channel=""), listed)["source"] == "Our wire"
    assert only(rss(item), listed)["source"] == "Example & Sons"


def test_the_servers_character_set_is_used() -> None:
    feed = '<rss version="2.0"><channel><item><title>Дума</title></item></channel></rss>'
    task = FeedTask(
        url=TASK.url, base=TASK.base, content_type="application/rss+xml; charset=windows-1251"
    )
    assert only(feed.encode("windows-1251"), task)["title"] == "Дума"


def test_what_can_be_read_of_a_broken_feed_is_read() -> None:
    feed = rss("<guid>a:1</guid><title>t</title>", "<title>cut")[:-40]
    assert next(iter(read_feed(feed, TASK)))["title"] == "t"


@pytest.mark.parametrize("body", [b"", b"<html><title>Not found</title></html>", b'{"a": 1}'])
def test_what_is_no_feed_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(NotAFeedError):
        list(read_feed(body, TASK))


def test_a_body_that_is_a_files_name_does_not_open_the_file(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(rss("<title>Secret</title>"))
    with pytest.raises(NotAFeedError):
        list(read_feed(str(path).encode(), TASK))


def test_entities_neither_read_files_nor_multiply(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hidden")
    doubled = "".join(f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 10))
    feed = (
        f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY file SYSTEM "file://{secret}">'
        f'<!ENTITY a0 "laughter">{doubled}]><rss version="2.0"><channel>'
        "<item><title>x &file;</title><description>&a9;</description></item></channel></rss>"
    ).encode()
    written = json.dumps(list(read_feed(feed, TASK)))
    assert "hidden" not in written
    assert len(written) < 10_000


@pytest.mark.parametrize(
    "reference", ["&#xD83D;&#xDE00;", "&#55357;", "&#x110000;", f"&#{'9' * 5_000};"]
)
def test_references_to_what_is_no_character_cost_that_character_alone(reference: str) -> None:
    article = only(rss(f"<guid>a:1</guid><title>a {reference} b &#x20AC;</title>"))
    read = decode(json.dumps(article).encode(), (), None, DecodeLimits())
    assert read.title.startswith("a \ufffd")
    assert read.title.endswith(" b €")
