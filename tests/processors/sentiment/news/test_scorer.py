"""How the news scorer reads news: traps, each with what a reader would say."""

import pytest

from processors.contracts import Span
from processors.sentiment.news.lexicon import load_news
from processors.sentiment.news.scorer import NewsScorer
from processors.sentiment.weights import LEAST_SHOWN

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
    assert towards.polarity < -0.75
    weights = dict(evidence.words)
    assert all(weights[word] < -0.3 for word in ("assassinated", "bomb", "attack"))


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


def test_evidence_shows_the_words_that_moved_the_score_and_which_way() -> None:
    text = "Xi was widely condemned for a disastrous failure."
    scored = SCORER.read("", text, spans_of(text, "Xi"))
    sentiment, (evidence,) = scored.towards(spans_of(text, "Xi"))
    assert sentiment.polarity < -0.75
    weights = dict(evidence.words)
    assert {"condemned", "disastrous", "failure"} <= weights.keys()
    assert all(abs(weight) >= LEAST_SHOWN for weight in weights.values())
    (whole,) = scored.sentences
    assert [word.text for word in whole.scored] == ["widely condemned", "disastrous", "failure"]


def test_what_a_leader_says_moves_nothing() -> None:
    text = "“The war is a terrible crime,” Putin said."
    _, evidence = SCORER.read("", text, []).towards(spans_of(text, "Putin"))
    assert all(word == "said" for one in evidence for word, _ in one.words)


def test_two_leaders_of_one_sentence_have_scores_of_their_own() -> None:
    text = "Critics condemned Xi, but Macron won praise."
    scored = SCORER.read("", text, spans_of(text, "Xi", "Macron"))
    assert scored.towards(spans_of(text, "Xi"))[0].label == "negative"
    assert scored.towards(spans_of(text, "Macron"))[0].label == "positive"


def test_a_sentence_that_takes_no_side_weighs_little_beside_one_that_does() -> None:
    loud = "Critics condemned Xi for a disastrous failure."
    flat = " The visit of Xi on Tuesday was short."
    alone = SCORER.read("", loud, []).towards(spans_of(loud, "Xi"))[0].polarity
    text = loud + flat
    both = SCORER.read("", text, []).towards(spans_of(text, "Xi"))[0].polarity
    assert alone < both < alone / 2


def test_a_headline_counts_double() -> None:
    negative = SCORER.read("War ends talks", "A great success.", []).sentiment.polarity
    plain = SCORER.read("", "War ends talks. A great success.", []).sentiment.polarity
    assert negative < plain
