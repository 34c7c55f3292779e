"""What a page says around an article is told from what the article says."""

import pytest

from processors.contracts import Span
from processors.sentiment.news.boilerplate import is_boilerplate
from processors.sentiment.news.lexicon import load_news
from processors.sentiment.news.scorer import NewsScorer

SCORER = NewsScorer(load_news())
BOILERPLATE = [
    "Sign up for our free newsletter.",
    "SIGN UP NOW for the best stories!",
    "Subscribe today to enjoy great journalism.",
    "Advertisement",
    "Read more: the terrible war of the cats",
    "Click here to win.",
    "Follow us on social media for brilliant pictures.",
    "Get the best of the day in your inbox.",
    "Download our award-winning app.",
    "Photo by Jane Roe.",
    "© 2026 Example Wire.",
    "Copyright 2026 Example Wire. ",
    "All rights reserved.",
    "This article was originally published in the Example Wire.",
    "Thank you for reading.",
    "Support our journalism.",
]
REPORTS = [
    "Sign language was praised by the minister.",
    "Signs of war grew.",
    "Readers were furious.",
    "Read the lesson, said the bishop, and be glad.",
    "Followers of the party cheered.",
    "Get out, the crowd told the corrupt minister.",
    "Sharing power failed.",
    "Photographers were beaten.",
    "Support for the war collapsed.",
    "This story of fraud began in May.",
    "Joining the union was a great success.",
]


@pytest.mark.parametrize("sentence", BOILERPLATE)
def test_boilerplate_is_told_and_not_scored(sentence: str) -> None:
    assert is_boilerplate(sentence, 0, len(sentence))
    assert SCORER.read("", sentence, []).sentiment.label == "unknown"


@pytest.mark.parametrize("sentence", REPORTS)
def test_reports_are_no_boilerplate(sentence: str) -> None:
    assert not is_boilerplate(sentence, 0, len(sentence))


def test_a_leader_in_boilerplate_is_not_spoken_of() -> None:
    text = "Follow us for the best news of Xi and his brilliant success."
    span = Span(
        field="text", start=text.index("Xi"), end=text.index("Xi") + 2, text="Xi", kind="name"
    )
    assert SCORER.read("", text, [span]).towards([span])[0].label == "unknown"


@pytest.mark.parametrize(
    ("remnants", "clean"),
    [
        ("<p>The plan was a <b>disaster</b>.</p>", "The plan was a disaster."),
        ("The plan was a&nbsp;disaster.", "The plan was a disaster."),
        ("<br/>The plan was a disaster.<br>", "The plan was a disaster."),
        ("The plan was a disaster.&quot;", "The plan was a disaster."),
    ],
)
def test_remnants_of_html_hide_no_words_and_add_none(remnants: str, clean: str) -> None:
    (expected,) = SCORER.read("", clean, []).sentences
    found = [word for one in SCORER.read("", remnants, []).sentences for word in one.scored]
    assert [word.text for word in found] == [word.text for word in expected.scored] != []
