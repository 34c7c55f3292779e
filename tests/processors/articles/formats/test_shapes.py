"""The operator's own shapes of articles."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from processors.articles.decode import DecodeLimits, decode
from processors.articles.formats.shapes import load_shapes, read_shapes
from processors.errors import BadShapesError, MisconfigurationError

ACME = """
[[shape]]
name = "acme"
about = "Acme's content system"
recognise = ["acmeId", "story.head"]
id = ["acmeId"]
url = ["story.links.web"]
title = ["story.head"]
text = ["story.parts.words", "story.teaser"]
html = ["story.markup"]
source = ["desk.name"]
published = ["story.times.live", "story.times.made"]
language = ["story.tongue"]
country = ["desk.land"]
version = ["story.edition"]
status = ["story.state"]
"""
STORY = {
    "acmeId": 17,
    "title": "Not this",
    "desk": {"name": "Hull desk", "land": "Kenya"},
    "story": {
        "head": "Lula opens &amp; closes bakery",
        "links": [{"app": "x"}, {"web": "https://hull.example/17"}],
        "parts": [{"words": "Lula opened a bakery."}, {"words": "He closed it at noon."}],
        "teaser": "A bakery.",
        "times": {"live": "soon", "made": "3 mai 2026 12:15 CEST"},
        "tongue": "French",
        "edition": "4",
        "state": "live",
    },
}


def test_an_own_shape_is_read_before_all_others() -> None:
    shapes = read_shapes(ACME, "acme.toml")
    article = decode(json.dumps(STORY).encode(), [], None, DecodeLimits(), shapes=shapes)
    assert (article.article_id, article.revision, article.status) == ("17", 4, "usable")
    assert article.title == "Lula opens & closes bakery"
    assert article.text == "Lula opened a bakery.\n\nHe closed it at noon."
    assert (article.source, article.country, article.language) == ("Hull desk", "KE", "fr")
    assert article.url == "https://hull.example/17"
    assert article.published == datetime(2026, 5, 3, 10, 15, tzinfo=UTC)
    assert article.flags == ()


def test_what_it_does_not_fit_is_read_as_ever() -> None:
    shapes = read_shapes(ACME, "acme.toml")
    flat = json.dumps({"id": "1", "title": "T", "acmeId": 4}).encode()
    assert decode(flat, [], None, DecodeLimits(), shapes=shapes).article_id == "1"


def test_every_problem_is_named_with_its_place() -> None:
    text = (
        '[[shape]]\nname = "Acme Wire"\nrecognise = ["a"]\ntitle = ["t"]\n\n'
        '[[shape]]\nname = "b"\nrecognise = []\ntitel = ["t"]\ntext = ["a..b", "c d"]\n\n'
        '[[shape]]\nname = "c"\nid = ["x"]\n\n'
        '[[shape]]\nname = "b"\nrecognise = "x"\nhtml = ["h"]\n\n[shapes]\nx = 1\n'
    )
    with pytest.raises(BadShapesError) as caught:
        read_shapes(text, "own.toml")
    found = [(one.line, one.message) for one in caught.value.problems]
    assert [line for line, _ in found] == [2, 8, 9, 10, 12, 13, 17, 18, 21]
    messages = "\n".join(message for _, message in found)
    for part in (
        "name is 'Acme Wire'; it takes text that matches",
        "recognise is empty: name at least one path that only this shape has",
        "[shape] has no key titel. Did you mean title?",
        "text is ['a..b', 'c d']",
        "[shape] has no recognise",
        "c has no title, text or html: an article needs one of them",
        "the shape of line 6 is b too",
        "recognise is 'x'",
        "the file has no key shapes. Did you mean shape?",
    ):
        assert part in messages
    assert str(caught.value).startswith("The article shapes are wrong:\n  - own.toml:2:1: ")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("", 1, "the file has no [[shape]]"),
        ("[[shape]\n", 1, "Expected"),
        ('[[shape]]\nname = "a\n', 2, "Illegal character"),
    ],
)
def test_a_file_without_a_shape_is_refused(text: str, line: int, message: str) -> None:
    with pytest.raises(BadShapesError) as caught:
        read_shapes(text, "own.toml")
    assert caught.value.problems[0].line == line
    assert message in caught.value.problems[0].message


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    assert load_shapes(None) == ()
    with pytest.raises(MisconfigurationError, match=r"none\.toml cannot be read"):
        load_shapes(tmp_path / "none.toml")
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'[[shape]]\nname = "caf\xe9"\n')
    with pytest.raises(MisconfigurationError, match="are not UTF-8"):
        load_shapes(latin)
    own = tmp_path / "own.toml"
    own.write_text("\ufeff" + ACME, encoding="utf-8")
    assert [shape.name for shape in load_shapes(own)] == ["acme"]
