"""What a document is taken for, and what is said of one that is no feed."""

import gzip
from collections.abc import Callable

import pytest

from streams.ingest.formats.document import MAX_UNPACKED_BYTES, NOT_JSON, Document
from streams.ingest.formats.entry import NotAFeedError, Reading


@pytest.mark.parametrize(
    ("text", "root"),
    [
        ('<?xml version="1.0"?><!-- <rss> --><rss version="2.0">', "rss"),
        ('<rdf:RDF xmlns:rdf="x">', "rdf"),
        ("<!DOCTYPE html><div><rss>", "html"),
        ("<br />\n<b>Warning</b>: mysql in x.php\n<?xml version='1.0'?><rss version='2.0'>", "rss"),
        ("<HTML lang=en>", "html"),
        ("no tag", ""),
    ],
)
def test_the_first_element_is_found(text: str, root: str) -> None:
    assert Document(text, "").root == root


@pytest.mark.parametrize("text", ["<a>", "{", "[" * 100_000, '{"a": 1} x', ""])
def test_what_is_no_json_is_none(text: str) -> None:
    assert Document(text, "").json is NOT_JSON


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "an empty document"),
        (b"hello \x1b[31m", r'text that begins with "hello \x1b[31m"'),
        (b"<svg xmlns='x'/>", "a picture"),
        (b"<opml version='2.0'><body/></opml>", "give it as --opml"),
        (b"<NewsML Version='1.2'></NewsML>", "NewsML 1"),
        (b'{"code": 1, "message": "No route was found"}', 'message "No route was found"'),
        (b'{"articles": [], "total": 0}', "fields articles, total"),
        (b"[1, 2]", "a JSON list of 2"),
        (b'{"items": [', "broken JSON"),
        (b"<unknown/>", "begins with <unknown>"),
    ],
)
def test_a_document_that_is_no_feed_is_described(
    body: bytes, said: str, reading: Callable[[bytes | str], Reading]
) -> None:
    with pytest.raises(NotAFeedError) as caught:
        reading(body)
    assert said in str(caught.value)
    assert "these are read: JSON Feed, WordPress JSON, Google News sitemap" in str(caught.value)


def test_a_document_that_is_kept_packed_is_unpacked_within_a_bound() -> None:
    assert Document.of(gzip.compress(b"<urlset/>"), "").root == "urlset"
    assert len(Document.of(gzip.compress(b" " * 50_000_000), "").text) == MAX_UNPACKED_BYTES
    assert Document.of(b"\x1f\x8bbroken", "").text == ""
