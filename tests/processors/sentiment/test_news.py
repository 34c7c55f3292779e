"""How the news scorer reads news: traps, each with what a reader would say."""

import pytest

from processors.contracts import Span
from processors.sentiment.lexicon import load_news
from processors.sentiment.news import NewsScorer

SCORER = NewsScorer(load_news())


def spans_of(text: str, *names: str) -> list[Span]:
    return [
        Span(field="text", start=at, end=at + len(name), text=name, kind="name")
        for name in names
        for at in range(len(text))
        if text.startswith(name, at)
    ]


def test_a_bomb_attack_on_a_president_is_clearly_negative() -> None:
    text = "President Macron was assassinated in a bomb attack"
    spans = spans_of(text, "Macron")
    scored = SCORER.read("", text, spans)
    assert scored.sentiment.polarity < -0.7
    towards, (evidence,) = scored.towards(spans)
    assert towards.label == "negative"
    assert evidence.words == [("assassinated", -0.9), ("bomb", -0.8), ("attack", -0.6)]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Xi and Putin met at the Great Hall of the People.", "unknown"),
        ("Great Britain and New York were mentioned.", "unknown"),
        ("The Supreme Court of the United States sat.", "unknown"),
        ("The ships left the Black Sea.", "unknown"),
        ("Results: (1) 20, (2) 30.", "unknown"),
        ("Score: 3 to 2; see :( and 8).", "unknown"),
        ("She has more of her own books than many others.", "unknown"),
        ("Shares rose late on Monday, the first of many more.", "unknown"),
        ("The late president's foreign minister spoke.", "unknown"),
        ("The plan isn't good.", "negative"),
        ("The plan isn’t good.", "negative"),
        ("It would not be a great success.", "negative"),
        ("There was no attack.", "positive"),
        ("They agreed on a ceasefire.", "positive"),
        ("He won by a landslide win.", "positive"),
        ("Hundreds died in the famine.", "negative"),
        ("He was indicted for war crimes.", "negative"),
        ("They criticized it.", "negative"),
        ("His handling of it was noted.", "negative"),
        ("They failed to agree.", "negative"),
        ("They criticised it.", "negative"),
        ("The anti-war march passed.", "unknown"),
        ("A terrible—and costly—affair.", "negative"),
        ("“Terrible”…", "negative"),
        ("DOZENS KILLED IN ATTACK ON MARKET", "negative"),
        ("Embattled Prime Minister Jane Roe spoke.", "negative"),
    ],
)
def test_news_is_read_as_news(text: str, label: str) -> None:
    assert SCORER.read("", text, []).sentiment.label == label


@pytest.mark.parametrize(
    ("headline", "label"),
    [
        ("Xi and Putin Meet at Great Hall of the People", "unknown"),
        ("Dozens Killed in Attack on Kabul Market", "negative"),
        ("Dozens killed in Kabul", "negative"),
    ],
)
def test_capitals_in_a_headline_hide_no_words(headline: str, label: str) -> None:
    assert SCORER.read(headline, "", []).sentiment.label == label


def test_given_names_give_no_sentiment() -> None:
    text = "Best spoke; it was a wise speech."
    assert SCORER.read("", text, []).sentiment.scored_words == 2
    assert SCORER.read("", text, spans_of(text, "Best")).sentiment.scored_words == 1


@pytest.mark.parametrize(
    ("text", "leader", "others", "label"),
    [
        ("Xi condemned the attack.", "Xi", [], "unknown"),
        ("Xi strongly condemned the deadly attack.", "Xi", [], "unknown"),
        ("Xi, the Chinese president, denounced the killing.", "Xi", [], "unknown"),
        ("Critics condemned Xi.", "Xi", [], "negative"),
        ("Xi was condemned by activists.", "Xi", [], "negative"),
        ("Xi has been widely criticised over corruption.", "Xi", [], "negative"),
        ("Xi threatened the island with an invasion.", "Xi", [], "negative"),
        ("“The war is a terrible crime,” Putin said.", "Putin", [], "unknown"),
        ("“The war is a terrible crime,” said Putin.", "Putin", [], "unknown"),
        ("Putin said the attack was terrible.", "Putin", [], "unknown"),
        ("The attack was terrible, Putin said.", "Putin", [], "unknown"),
        ("Putin was assassinated.", "Putin", [], "negative"),
        ("Macron was praised but Putin was condemned.", "Macron", ["Putin"], "positive"),
        ("Macron was praised but Putin was condemned.", "Putin", ["Macron"], "negative"),
        ("Putin was praised but Xi blamed Putin.", "Putin", ["Xi"], "neutral"),
    ],
)
def test_what_is_said_of_a_leader_depends_on_the_role(
    text: str, leader: str, others: list[str], label: str
) -> None:
    spans = spans_of(text, leader)
    scored = SCORER.read("", text, spans + spans_of(text, *others))
    assert scored.towards(spans)[0].label == label


def test_evidence_shows_the_weight_that_counted() -> None:
    text = "Xi threatened them; the plan isn't good."
    spans = spans_of(text, "Xi")
    scored = SCORER.read("", text, spans)
    _, (evidence,) = scored.towards(spans)
    assert evidence.words == [("threatened", -0.3)]
    (whole,) = scored.sentences
    assert [(word.text, round(word.weight, 2)) for word in whole.scored] == [
        ("threatened", -0.6),
        ("n't good", -0.42),
    ]


def test_a_headline_counts_double() -> None:
    negative = SCORER.read("War ends talks", "A great success.", []).sentiment.polarity
    plain = SCORER.read("", "War ends talks. A great success.", []).sentiment.polarity
    assert negative < plain
