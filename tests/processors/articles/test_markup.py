"""HTML bodies as plain text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.articles.clean import clean_text
from processors.articles.markup import html_to_text

NITF = (
    "<?xml version='1.0'?><nitf><head><title>t</title></head><body><body.head><hedline>"
    "<hl1>h</hl1></hedline><byline>By B</byline></body.head><body.content><p>a</p><media>"
    "<media-caption>c</media-caption></media><p>d</p></body.content><body.end>e</body.end>"
    "</body></nitf>"
)


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("plain", "plain"),
        ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
        ("<p>One.\n  still one.</p>\n<P>Two.</P>", "One. still one.\n\nTwo."),
        ("One<br>two<br/>three", "One\ntwo\nthree"),
        ("<ul><li>a<li>b</ul>", "a\nb"),
        ("<tr><td>a</td><td>b</td></tr>", "a b"),
        ("<b>Xi</b> and <i>Pu</i>tin", "Xi and Putin"),
        ("AT&amp;T &lt;b&gt; &#8220;x&rdquo; caf&eacute;&nbsp;au", "AT&T <b> “x” café au"),
        ("&#x92;s &#0; &#xD800;", "’s \ufffd \ufffd"),
        ("&#99999999999999999999; &#" + "9" * 5_000 + ";", "\ufffd \ufffd"),
        ("a<script>if (a < b) { '<p>' }</script>b", "ab"),
        ("a<script>'<style>'</script>b<style>c{}</style>d", "abd"),
        ("a<SCRIPT type='x'>b</script >c", "ac"),
        ("a<script>never closed", "a"),
        ("a<script/>b</script>c", "ac"),
        ("a<!-- <p>b</p> -->c<!-->d", "acd"),
        ("a<!-- open", "a"),
        ("<?xml version='1.0'?><!DOCTYPE html>a", "a"),
        ("<![CDATA[a > b]]> c", "a > b c"),
        ("<![CDATA[a", "a"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("<a title=\"a>b\" href='c>d'>e</a>", "e"),
        ("<p class='it>one</p><p>two</p>", "one\n\ntwo"),
        ("a<p", "a"),
        ("a</>b</ p>c", "abc"),
        ("<", "<"),
        ("<p>a</p><figure><img alt='b'><figcaption>c</figcaption></figure><p>d</p>", "a\n\nd"),
        ("<figure><figcaption>c</figure>d", "d"),
        ("a<aside><p>b<aside>c</aside></p></aside>d", "a\n\nd"),
        ("<aside>never closed, a", "never closed, a"),
        ("<div class='story'>a<div class=\"related-posts\"><div>b</div>c</div>d</div>", "a\n\nd"),
        ("<p class='wp-caption-text'>c<p>a", "a"),
        ("<ul class=read_more><li>b<li>c</ul>a", "a"),
        ("<span class='photo-credit'>b/Agency</span>a", "a"),
        ("<p class='tagline'>a</p><p class='important'>b</p>", "a\n\nb"),
        ("a <b class='related'/>b", "a b"),
        (NITF, "a\n\nd"),
    ],
)
def test_a_page_becomes_text(page: str, expected: str) -> None:
    assert clean_text(html_to_text(page)) == expected


@given(st.text("<>/!-?&#;[]CDATAscriptylex'\"= \n", max_size=200))
def test_any_markup_is_read(page: str) -> None:
    assert len(html_to_text(page)) <= 2 * len(page)


@given(st.text(st.characters(codec="utf-8", exclude_characters="<&")))
def test_text_without_markup_is_kept_but_for_blanks(text: str) -> None:
    assert html_to_text(text).split() == text.split()
