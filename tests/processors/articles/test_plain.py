"""Plain text of what publishers send as text."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.articles.clean import clean_line, clean_text
from processors.articles.plain import best_text, to_plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Lula &quot;glad&quot; of &lt;i&gt;Sheinbaum&lt;/i&gt;", 'Lula "glad" of Sheinbaum'),
        ("Lula &amp;quot;sad&amp;quot; &amp;lt;b&amp;gt;now&amp;lt;/b&amp;gt;", 'Lula "sad" now'),
        ("Lula&amp;amp;#8217;s visit", "Lula\u2019s visit"),
        ("<b>Lula</b> &amp; <i>Sheinbaum</i>", "Lula & Sheinbaum"),
        ("One.<br/>Two.<br />Three.", "One.\nTwo.\nThree."),
        ("<p>One.</p><p>Two.</p>", "One.\n\nTwo."),
        ('<a href="/x" title="Narendra Modi">Rain</a> falls.', "Rain falls."),
        ("Rain <img alt='Narendra Modi, 2019' src=x.jpg> falls.", "Rain falls."),
        ("Rain [photo alt=\"Narendra Modi\" src='x'] falls.", "Rain falls."),
        ('Rain [caption id="a"]<img src="x"/> Modi in 2019[/caption] falls.', "Rain falls."),
        ('<b>Rain</b> <gallery data-caption="Narendra Modi"> falls.', "Rain falls."),
        ("<p>Rain.</p><p class='wp-block-post-author__name'>Narendra Modi</p>", "Rain."),
        ("<p>Rain.</p><div class='author-bio'>Narendra Modi</div>", "Rain."),
        ("<nitf><body><body.content><p>Rain.</p></body.content></body></nitf>", "Rain."),
        ("Rain ![Narendra Modi](https://x.example/m.jpg) falls.", "Rain falls."),
        ("<p>Rain.</p><figure><img><figcaption>Modi in rain</figcaption></figure>", "Rain."),
        ("&lt;p&gt;Rain.&lt;/p&gt;&lt;figcaption&gt;Modi&lt;/figcaption&gt;", "Rain."),
    ],
)
def test_markup_and_escapes_are_undone(text: str, expected: str) -> None:
    assert clean_text(to_plain(text)).replace("  ", " ") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5 < 6", "5 < 6"),
        ("5 &lt; 6 &amp;&amp; 7 &gt; 6", "5 < 6 && 7 > 6"),
        ("a <b and c> d", "a <b and c> d"),
        ("a List<String> of <T>", "a List<String> of <T>"),
        ("the <br> and the <p> element", "the <br> and the <p> element"),
        ("see https://x.example/?a=1&copy=2", "see https://x.example/?a=1&copy=2"),
        ("AT&T, R&D; and more", "AT&T, R&D; and more"),
        ("x <- y; 1 <2> 3", "x <- y; 1 <2> 3"),
        ("he [sic] paid [a=b] and [x y]", "he [sic] paid [a=b] and [x y]"),
        ("a List<String> in <b>bold</b>", "a List<String> in bold"),
    ],
)
def test_signs_that_are_no_markup_stay(text: str, expected: str) -> None:
    assert to_plain(text) == expected


def test_tags_that_html_shows_as_text_stay() -> None:
    assert to_plain("<p>Type &lt;b&gt; for bold.</p>", is_html=True).strip() == "Type <b> for bold."


@pytest.mark.parametrize(
    ("candidates", "expected"),
    [
        (["Continue reading...", "Rain fell on Leeds all night."], "Rain fell on Leeds all night."),
        (["Read more", "Rain fell."], "Rain fell."),
        (["[…]", "Rain fell."], "Rain fell."),
        (["Rain in Leeds", "Rain."], "Rain."),
        (["Rain in Leeds…", ""], ""),
        (["Rain fell on the city and then… [+1234 chars]"], "Rain fell on the city and then…"),
        (["Rain fell on the city... [87 chars]", "Rain fell."], "Rain fell on the city..."),
        (["Rain fell. Read more", "Rain"], "Rain fell."),
        (["Rain fell on the city Continue reading →"], "Rain fell on the city"),
        (["La pluie est tombée. Lire la suite"], "La pluie est tombée."),
        (["Rain fell.\n\nThe post Rain in Leeds appeared first on Leeds Wire."], "Rain fell."),
        (["They went home to read more", ""], "They went home to read more"),
        (["He told them to read on.", ""], "He told them to read on."),
        (["same length", "other words"], "same length"),
        ([], ""),
    ],
)
def test_the_longest_real_text_is_taken(candidates: list[str], expected: str) -> None:
    assert best_text(candidates, "Rain in Leeds") == expected


@given(st.text("<>/!-&#;[]() abp=\"'\nltgquoam", max_size=200))
def test_any_text_is_read(text: str) -> None:
    plain = to_plain(text)
    assert len(clean_line(plain)) <= 2 * len(text)


@pytest.mark.parametrize(
    "part",
    ["&amp;", "&", "<", "<a ", "<!--", "<p>", "<br", "<aside>", "<p class=caption>", "</p>", "!["],
)
def test_time_is_linear(part: str) -> None:
    page = part * (400_000 // len(part))
    start = time.process_time()
    to_plain(page)
    to_plain(page, is_html=True)
    best_text([page])
    assert time.process_time() - start < 3
