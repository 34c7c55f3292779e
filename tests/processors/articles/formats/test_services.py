"""Articles as services send them: every known shape, with texts of our own."""

import contextlib
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from processors.articles.decode import DecodeLimits, decode
from processors.articles.formats.shapes import COMMON, packaged_shapes
from processors.articles.formats.table import read_shape
from processors.contracts import Article
from processors.errors import BadArticleError

TITLE = "Lula opens bakery in Hull"
TEXT = "HULL - President Lula opened a bakery in Hull on Sunday and praised its rolls."
URL = "https://hull.example/2026/05/03/bakery"
MOMENT = datetime(2026, 5, 3, 10, 15, tzinfo=UTC)
ISO = "2026-05-03T10:15:00Z"

SERVICES: dict[str, dict[str, Any]] = {
    "newsapi": {
        "source": {"id": None, "name": "Hull Wire"},
        "author": "A. Writer",
        "title": TITLE,
        "description": "President Lula opened a bakery.",
        "url": URL,
        "urlToImage": "https://hull.example/a.jpg",
        "publishedAt": ISO,
        "content": f"{TEXT}… [+1234 chars]",
    },
    "gnews": {
        "id": "9f3c",
        "title": TITLE,
        "description": "President Lula opened a bakery.",
        "content": f"{TEXT}... [987 chars]",
        "url": URL,
        "image": "https://hull.example/a.jpg",
        "publishedAt": ISO,
        "lang": "en",
        "source": {"id": "7a", "name": "Hull Wire", "url": "https://hull.example", "country": "gb"},
    },
    "mediastack": {
        "author": "A. Writer",
        "title": TITLE,
        "description": TEXT,
        "url": URL,
        "source": "Hull Wire",
        "image": None,
        "category": "general",
        "language": "en",
        "country": "gb",
        "published_at": "2026-05-03T10:15:00+00:00",
    },
    "event-registry": {
        "uri": "8112233",
        "lang": "eng",
        "isDuplicate": False,
        "date": "2026-05-03",
        "time": "10:15:00",
        "dateTime": ISO,
        "dateTimePub": ISO,
        "dataType": "news",
        "sim": 0,
        "url": URL,
        "title": TITLE,
        "body": TEXT,
        "source": {"uri": "hull.example", "dataType": "news", "title": "Hull Wire"},
        "authors": [],
        "image": None,
    },
    "gdelt-doc": {
        "url": URL,
        "url_mobile": "",
        "title": TITLE,
        "seendate": "20260503T101500Z",
        "socialimage": "https://hull.example/a.jpg",
        "domain": "hull.example",
        "language": "English",
        "sourcecountry": "United Kingdom",
    },
    "guardian": {
        "id": "world/2026/may/03/bakery",
        "type": "article",
        "sectionId": "world",
        "webPublicationDate": ISO,
        "webTitle": TITLE,
        "webUrl": URL,
        "apiUrl": "https://content.hull.example/x",
        "fields": {
            "headline": TITLE,
            "trailText": "Lula <strong>opens</strong> a bakery",
            "bodyText": TEXT,
            "lang": "en",
            "publication": "Hull Wire",
        },
    },
    "nyt": {
        "_id": "nyt://article/11",
        "uri": "nyt://article/11",
        "web_url": URL,
        "abstract": "A bakery opens.",
        "snippet": "A bakery opens.",
        "lead_paragraph": TEXT,
        "source": "Hull Wire",
        "headline": {"main": TITLE, "kicker": None, "print_headline": "Bakery"},
        "keywords": [{"name": "persons", "value": "Modi, Narendra", "rank": 1}],
        "pub_date": "2026-05-03T10:15:00+0000",
        "document_type": "article",
    },
    "nyt-top": {
        "section": "world",
        "title": TITLE,
        "abstract": TEXT,
        "url": URL,
        "uri": "nyt://article/11",
        "published_date": "2026-05-03T06:15:00-04:00",
        "per_facet": ["Modi, Narendra"],
    },
    "news-please": {
        "authors": ["A. Writer"],
        "date_download": "2026-05-03 11:00:00",
        "date_modify": None,
        "date_publish": "2026-05-03 10:15:00",
        "description": "A bakery opens.",
        "filename": "x.json",
        "image_url": None,
        "language": "en",
        "maintext": TEXT,
        "source_domain": "hull.example",
        "title": TITLE,
        "url": URL,
    },
    "miniflux": {
        "id": 888,
        "user_id": 123,
        "feed_id": 42,
        "title": TITLE,
        "url": URL,
        "comments_url": "",
        "author": "A. Writer",
        "content": f"<p>{TEXT}</p><figure><img alt='Modi'><figcaption>Modi</figcaption></figure>",
        "hash": "29f9",
        "published_at": "2026-05-03T12:15:00+02:00",
        "created_at": "2026-05-03T12:20:00+02:00",
        "status": "unread",
        "feed": {"id": 42, "title": "Hull Wire", "site_url": "https://hull.example"},
    },
    "google-reader": {
        "id": "tag:google.com,2005:reader/item/00",
        "title": TITLE,
        "published": 1777803300,
        "canonical": [{"href": URL}],
        "summary": {"content": f"<p>{TEXT}</p>", "direction": "ltr"},
        "origin": {"streamId": "feed/1", "title": "Hull Wire", "htmlUrl": "https://hull.example"},
    },
    "tt-rss": {
        "id": 5,
        "unread": True,
        "updated": 1777803300,
        "title": TITLE,
        "link": URL,
        "feed_title": "Hull Wire",
        "content": f"<p>{TEXT}</p>",
        "lang": "en",
    },
    "wordpress": {
        "id": 77,
        "date": "2026-05-03T11:15:00",
        "date_gmt": "2026-05-03T10:15:00",
        "guid": {"rendered": "https://hull.example/?p=77"},
        "status": "publish",
        "type": "post",
        "link": URL,
        "title": {"rendered": "Lula opens bakery in&nbsp;Hull"},
        "content": {"rendered": f"<p>{TEXT}</p>\n", "protected": False},
        "excerpt": {"rendered": "<p>A bakery […]</p>", "protected": False},
    },
    "json-feed": {
        "id": "https://hull.example/77",
        "url": URL,
        "title": TITLE,
        "content_html": f"<p>{TEXT}</p>",
        "date_published": "2026-05-03T11:15:00+01:00",
    },
    "newsdata": {
        "article_id": "ab12",
        "title": TITLE,
        "link": URL,
        "keywords": ["modi"],
        "description": TEXT,
        "content": "ONLY AVAILABLE IN PAID PLANS",
        "pubDate": "2026-05-03 10:15:00",
        "pubDateTZ": "UTC",
        "source_id": "hullwire",
        "source_name": "Hull Wire",
        "language": "english",
        "country": ["united kingdom"],
    },
    "newscatcher": {
        "title": TITLE,
        "author": "A. Writer",
        "published_date": "2026-05-03 10:15:00",
        "published_date_precision": "full",
        "link": URL,
        "clean_url": "hull.example",
        "name_source": "Hull Wire",
        "excerpt": "A bakery opens.",
        "summary": TEXT,
        "language": "en",
        "country": "GB",
        "id": "cc1",
    },
    "webz": {
        "thread": {"uuid": "t1", "url": URL, "site_full": "Hull Wire", "site": "hull.example",
                   "country": "GB", "published": "2026-05-03T13:15:00.000+03:00"},
        "uuid": "t1",
        "url": URL,
        "title": TITLE,
        "text": TEXT,
        "language": "english",
        "published": "2026-05-03T13:15:00.000+03:00",
        "entities": {"persons": [{"name": "Narendra Modi"}]},
    },
    "aylien": {
        "id": 991,
        "title": TITLE,
        "body": TEXT,
        "language": "en",
        "published_at": ISO,
        "links": {"permalink": URL},
        "source": {"id": 1, "name": "Hull Wire", "domain": "hull.example",
                   "locations": [{"country": "GB"}]},
    },
    "bing-news": {
        "name": TITLE,
        "url": URL,
        "description": TEXT,
        "provider": [{"_type": "Organization", "name": "Hull Wire"}],
        "datePublished": "2026-05-03T10:15:00.0000000Z",
    },
    "alpha-vantage": {
        "title": TITLE,
        "url": URL,
        "time_published": "20260503T101500",
        "summary": TEXT,
        "source": "Hull Wire",
        "source_domain": "hull.example",
    },
    "newspaper": {
        "url": URL,
        "source_url": "https://www.hull.example",
        "title": TITLE,
        "text": TEXT,
        "publish_date": "2026-05-03T10:15:00+00:00",
        "meta_lang": "en",
        "meta_description": "A bakery opens.",
    },
    "trafilatura": {
        "title": TITLE,
        "author": "A. Writer",
        "hostname": "hull.example",
        "date": "2026-05-03",
        "fingerprint": "aa",
        "id": None,
        "language": "en",
        "source": URL,
        "source-hostname": "Hull Wire",
        "sitename": "Hull Wire",
        "excerpt": "A bakery opens.",
        "text": TEXT,
        "raw_text": TEXT,
    },
    "activity-streams": {
        "type": "Article",
        "id": "https://hull.example/o/7",
        "url": URL,
        "name": TITLE,
        "content": f"<p>{TEXT}</p>",
        "attributedTo": {"type": "Organization", "name": "Hull Wire"},
        "published": ISO,
    },
    "schema.org": {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": TITLE,
        "articleBody": TEXT,
        "description": "A bakery opens.",
        "url": URL,
        "datePublished": "2026-05-03T11:15:00+01:00",
        "dateModified": "2026-05-04T11:15:00+01:00",
        "inLanguage": "en-GB",
        "image": {"@type": "ImageObject", "caption": "Narendra Modi in 2019"},
        "publisher": {"@type": "NewsMediaOrganization", "name": "Hull Wire"},
    },
}  # fmt: skip

# Services without a table of their own: the names that most share are enough.
OTHERS: dict[str, dict[str, Any]] = {
    "currents": {
        "id": "e1", "title": TITLE, "description": TEXT, "url": URL, "author": "x",
        "language": "en", "category": ["world"], "published": "2026-05-03 10:15:00 +0000",
    },
    "the news api": {
        "uuid": "u1", "title": TITLE, "description": TEXT, "snippet": "A bakery…", "url": URL,
        "language": "en", "published_at": "2026-05-03T10:15:00.000000Z", "source": "Hull Wire",
    },
    "perigon": {
        "articleId": "p1", "url": URL, "title": TITLE, "description": "A bakery.", "content": TEXT,
        "pubDate": "2026-05-03T10:15:00+00:00", "source": {"domain": "hull.example"},
        "language": "en", "country": "gb",
    },
    "finnhub": {
        "category": "general", "datetime": 1777803300, "headline": TITLE, "id": 7, "image": "",
        "related": "", "source": "Hull Wire", "summary": TEXT, "url": URL,
    },
    "polygon": {
        "id": "q1", "publisher": {"name": "Hull Wire"}, "title": TITLE, "article_url": URL,
        "published_utc": ISO, "description": TEXT,
    },
    "mongo export": {
        "_id": {"$oid": "66f0"}, "title": TITLE, "body": TEXT, "link": URL,
        "pubDate": {"$date": {"$numberLong": "1777803300000"}}, "lang": "eng",
    },
    "feed item": {
        "guid": "g-1", "title": TITLE, "link": URL, "description": f"<p>{TEXT}</p>",
        "pubDate": "Sun, 03 May 2026 12:15:00 CEST", "source_name": "Hull Wire",
    },
    "paragraphs": {
        "uri": "u", "headline": TITLE, "paragraphs": [TEXT], "firstPublished": 1777803300000,
    },
    "capitals": {
        "Id": 4, "Title": TITLE, "Body": TEXT, "Published": "2026-05-03T10:15:00Z", "Link": URL,
    },
    "all capitals": {"ID": "4", "TITLE": TITLE, "TEXT": TEXT, "DATE": "2026-05-03 10:15"},
    "arc": {
        "_id": "A1", "headline": {"basic": TITLE}, "description": {"basic": TEXT},
        "display_date": "2026-05-03T10:15:00Z", "canonical_url": URL,
    },
    "content system": {
        "documentId": "d", "doc_id": "d", "headline": TITLE, "standfirst": "A bakery.",
        "body": {"value": TEXT}, "createdAt": "2026-05-03T10:15:00.000Z", "status": "live",
    },
}  # fmt: skip


def read(document: Any) -> Article:
    return decode(json.dumps(document).encode(), [], b"key", DecodeLimits())


@pytest.mark.parametrize("name", SERVICES)
def test_a_services_article_is_read_whole(name: str) -> None:
    article = read(SERVICES[name])
    assert article.title == TITLE
    # Services cut their contents, and the mark of it may stay; GDELT has no text.
    assert article.text.rstrip("….") == ("" if name == "gdelt-doc" else TEXT.rstrip("."))
    expected = MOMENT.replace(hour=0, minute=0) if name == "trafilatura" else MOMENT
    assert article.published == expected
    assert article.url == URL
    assert article.source in ("Hull Wire", "hull.example", "")
    assert article.source or name in ("json-feed", "wordpress", "nyt-top")
    assert article.language in ("en", "")
    assert article.country in ("GB", "")
    assert article.flags == ()


@pytest.mark.parametrize("name", OTHERS)
def test_shared_names_are_enough(name: str) -> None:
    article = read(OTHERS[name])
    assert (article.title, article.text, article.published) == (TITLE, TEXT, MOMENT)
    assert article.flags == ()


@pytest.mark.parametrize("name", [name for name in packaged_shapes() if name != COMMON])
def test_every_packaged_shape_has_an_article_that_it_fits_first(name: str) -> None:
    document = SERVICES[name]
    shapes = [shape for shape in packaged_shapes().values() if shape.name != COMMON]
    fitting = next(shape for shape in shapes if shape.fits(document))
    assert fitting.name == name
    assert read_shape(document, fitting).title


@pytest.mark.parametrize(
    "wrap",
    [
        lambda inner: {"article": inner},
        lambda inner: {"event": "created", "data": inner},
        lambda inner: {"schema": {"type": "struct"}, "payload": inner},
        lambda inner: {"payload": {"before": None, "after": inner, "op": "c"}},
        lambda inner: {"_index": "news", "_id": "1", "_source": inner},
        lambda inner: {"data": {"type": "article", "id": "7", "attributes": inner}},
        lambda inner: {"type": "Create", "actor": "x", "object": inner},
    ],
)
def test_an_article_is_taken_out_of_the_objects_around_it(wrap: Any) -> None:
    plain = SERVICES["mediastack"]
    article = read(wrap(plain))
    assert (article.title, article.text, article.published) == (TITLE, TEXT, MOMENT)


def test_what_the_object_around_says_is_inherited() -> None:
    article = read({"source": "Hull Wire", "lang": "de", "article": {"id": "1", "title": "T"}})
    assert (article.source, article.language) == ("Hull Wire", "de")


def test_an_article_with_a_text_of_its_own_is_no_wrapping() -> None:
    article = read({"id": "1", "title": "T", "data": {"title": "Inner", "text": "x"}})
    assert article.title == "T"


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ({"title": "T", "text": "Continue reading...", "description": TEXT}, TEXT),
        ({"title": "T", "content": "Read more", "summary": TEXT}, TEXT),
        ({"title": TITLE, "description": TITLE, "excerpt": TEXT}, TEXT),
        ({"title": "T", "text": TEXT, "summary": "A bakery opens."}, TEXT),
    ],
)
def test_the_longest_real_text_is_taken(document: dict[str, Any], text: str) -> None:
    assert read(document).text == text


@pytest.mark.parametrize("name", SERVICES)
def test_any_part_may_be_missing_or_of_another_type(name: str) -> None:
    for key in SERVICES[name]:
        for value in (None, 7, "", [], {}, [{}], True):
            document = {**SERVICES[name], key: value}
            if key in ("title", "headline", "name", "webTitle"):
                continue
            with contextlib.suppress(BadArticleError):  # a reason is an answer
                assert read(document).title
