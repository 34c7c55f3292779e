"""Which article a record speaks of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.articles.identity import article_id, canonical_url, clean_url
from processors.errors import BadArticleError, DeadLetterReason


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTP://News.EXAMPLE:80/A/?#top", "http://news.example/A"),
        ("https://news.example:443", "https://news.example"),
        ("https://news.example/", "https://news.example"),
        ("https://news.example:8443/a", "https://news.example:8443/a"),
        ("https://user:secret@news.example/a", "https://news.example/a"),
        ("https://news.example./a", "https://news.example/a"),
        ("https://n.example/a?utm_source=x&id=2&UTM_MEDIUM=y", "https://n.example/a?id=2"),
        ("https://n.example/a?b=2&a=1&fbclid=z&gclid=z", "https://n.example/a?b=2&a=1"),
        ("https://n.example/a?utmost=1", "https://n.example/a?utmost=1"),
        ("https://bücher.example/ä?ö=1", "https://xn--bcher-kva.example/%C3%A4?%C3%B6=1"),
        ("https://xn--bcher-kva.example/%C3%A4", "https://xn--bcher-kva.example/%C3%A4"),
        (" https://n.example/a\n", "https://n.example/a"),
        ("http://[2001:DB8::1]:80/a", "http://[2001:db8::1]/a"),
    ],
)
def test_an_address_has_one_canonical_form(url: str, expected: str) -> None:
    assert canonical_url(url) == expected
    assert canonical_url(expected) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "news.example/a",
        "//news.example/a",
        "javascript:alert(1)",
        "ftp://news.example/a",
        "https://",
        "https://[::1/a",
        "https://news.example:99999/",
        "https://a..ü/",
        "https://" + "a" * 300 + ".example/",
        "https://news.example/" + "a" * 5_000,
    ],
)
def test_what_is_no_web_address_has_none(url: str) -> None:
    assert canonical_url(url) == ""
    assert clean_url(url) == ""


def test_the_link_for_people_stays_as_it_was_sent() -> None:
    assert (
        clean_url(" https://n.example/a/?utm_source=x#b ") == "https://n.example/a/?utm_source=x#b"
    )


def test_the_id_comes_first_then_the_address_then_the_key() -> None:
    url = "https://n.example/a/"
    assert article_id(" urn:a ", url, b"key") == "urn:a"
    assert article_id("", url, b"key") == "https://n.example/a"
    assert article_id("", "nonsense", "clé".encode()) == "clé"


@pytest.mark.parametrize("key", [None, b"", b"  ", b"\xff\xfe"])
def test_without_id_address_and_readable_key_there_is_no_identity(key: bytes | None) -> None:
    with pytest.raises(BadArticleError) as refusal:
        article_id("", "", key)
    assert refusal.value.reason is DeadLetterReason.NO_IDENTITY


def test_ids_beyond_512_characters_are_replaced_by_their_hash() -> None:
    assert article_id("a" * 512, "", None) == "a" * 512
    long = article_id("a" * 513, "", None)
    assert long.startswith("sha256:")
    assert len(long) == 71
    assert long == article_id("a" * 513, "", None)
    assert long != article_id("a" * 514, "", None)
    assert article_id("\ud800" * 600, "", None).startswith("sha256:")


@given(st.text(st.characters(exclude_categories=[])))
def test_any_text_has_a_canonical_form_that_is_stable(url: str) -> None:
    for address in (url, f"https://{url}", f"https://n.example/{url}"):
        canonical = canonical_url(address)
        assert canonical.isascii()
        assert canonical_url(canonical) == canonical
