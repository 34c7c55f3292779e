"""NewsML-G2: items with inline text, packages of references, and messages of both."""

from collections.abc import Callable

import pytest

from streams.ingest.formats.entry import Reading

Articles = Callable[[bytes | str], list[dict[str, str]]]


def item(content: str, meta: str = "", guid: str = "urn:n:1") -> str:
    return (
        f'<newsItem guid="{guid}" version="2"><itemMeta>{meta}</itemMeta><contentMeta>'
        f"<headline>Head</headline></contentMeta><contentSet>{content}</contentSet></newsItem>"
    )


def inline(content: str) -> str:
    return f"<inlineXML>{content}</inlineXML>"


def test_a_message_gives_its_text_items_and_counts_the_pictures(
    articles: Articles,
    reading: Callable[[bytes | str], Reading],
    sample: Callable[[str], bytes],
) -> None:
    assert articles(sample("newsml.xml")) == [
        {
            "id": "urn:newsml:agency.example:20260501:n1",
            "title": "Deputies condemn Pedro Sánchez over disgraceful budget",
            "text": "MADRID – Deputies condemned Pedro Sánchez for a disgraceful, shameful "
            "budget.\n\nThe vote is next week.",
            "published": "2026-05-01T07:45:00Z",
            "source": "Meridian Agency",
            "language": "en",
            "version": "3",
        }
    ]
    found = reading(sample("newsml.xml"))
    assert len(list(found.entries)) == 1
    assert found.skipped == {"not_an_article": 1}


@pytest.mark.parametrize(
    "content",
    [
        '<inlineData contenttype="text/plain">Plain &lt; text.</inlineData>',
        inline("<nitf><body><body.content><p>Plain &lt; text.</p></body.content></body></nitf>"),
        inline("<html><body><p>Plain &lt; text.</p></body></html>"),
        inline("<x:html><x:body><x:p>Plain &lt; text.</x:p></x:body></x:html>"),
    ],
)
def test_text_is_read_from_xhtml_nitf_and_plain_data(articles: Articles, content: str) -> None:
    assert articles(item(content))[0]["text"] == "Plain < text."


def test_a_withdrawn_item_says_so(articles: Articles) -> None:
    (article,) = articles(item("", '<pubStatus qcode="stat:canceled"/>'))
    assert article["status"] == "canceled"


def test_a_package_gives_its_references_but_not_those_that_are_there_in_full(
    articles: Articles,
) -> None:
    references = (
        '<itemRef residref="urn:n:1"><headline>Head</headline></itemRef>'
        '<itemRef residref="urn:n:2" href="https://a.example/2"><headline>Other</headline>'
        "<description>Short.</description></itemRef>"
        '<itemRef residref="urn:n:3"><itemClass qcode="ninat:picture"/><headline>P</headline>'
        "</itemRef>"
    )
    package = f"<packageItem><groupSet><group>{references}</group></groupSet></packageItem>"
    message = f"<newsMessage><itemSet>{item('')}{package}</itemSet></newsMessage>"
    assert [(one["id"], one["title"]) for one in articles(message)] == [
        ("urn:n:1", "Head"),
        ("urn:n:2", "Other"),
    ]
