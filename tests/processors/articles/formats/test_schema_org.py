"""schema.org NewsArticle as JSON-LD."""

import json
from datetime import UTC, datetime
from typing import Any

from processors.articles.decode import DecodeLimits, decode
from processors.contracts import Article

NEWS = {
    "@type": ["NewsArticle", "ReportageNewsArticle"],
    "headline": "Lula opens bakery",
    "articleBody": "Lula opened a bakery in Hull.",
    "datePublished": "2026-05-03T10:15:00Z",
    "publisher": {"@id": "#wire"},
    "mainEntityOfPage": {"@id": "https://hull.example/7"},
}


def read(document: Any) -> Article:
    return decode(json.dumps(document).encode(), [], None, DecodeLimits())


def test_an_article_is_found_in_a_graph_with_its_publisher() -> None:
    article = read(
        {
            "@context": "https://schema.org",
            "@graph": [
                {"@type": "WebPage", "@id": "https://hull.example/7", "name": "A page"},
                {"@type": "Organization", "@id": "#wire", "name": "Hull Wire"},
                NEWS,
            ],
        }
    )
    assert (article.title, article.text) == (NEWS["headline"], NEWS["articleBody"])
    assert (article.source, article.article_id) == ("Hull Wire", "https://hull.example/7")
    assert article.published == datetime(2026, 5, 3, 10, 15, tzinfo=UTC)


def test_an_article_may_be_a_pages_main_entity() -> None:
    article = read({"@type": "WebPage", "url": "https://hull.example/8", "mainEntity": NEWS})
    assert article.title == NEWS["headline"]


def test_names_may_have_a_prefix() -> None:
    prefixed = {f"schema:{name}" if name[0] != "@" else name: NEWS[name] for name in NEWS}
    assert read({**prefixed, "@id": "urn:7"}).text == NEWS["articleBody"]


def test_a_live_blogs_text_is_its_entries() -> None:
    article = read(
        {
            "@type": "LiveBlogPosting",
            "@id": "urn:live",
            "headline": "Bakeries: live",
            "description": "Hull's bakeries.",
            "liveBlogUpdate": [
                {"@type": "BlogPosting", "headline": "10.42am BST", "articleBody": "Lula came."},
                {"@type": "BlogPosting", "articleBody": "14:05 Modi left."},
            ],
        }
    )
    assert article.text == "10.42am BST\n\nLula came.\n\n14:05 Modi left."


def test_what_is_no_article_is_read_as_flat_json() -> None:
    article = read({"@type": "Organization", "id": "1", "title": "T", "text": "Lula came."})
    assert article.text == "Lula came."
