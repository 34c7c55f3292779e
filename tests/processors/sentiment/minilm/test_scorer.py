"""The model's opinions of sentences become one score of a leader."""

from typing import Any

import pytest

from processors.contracts import Field, Span
from processors.sentiment.minilm.model import Opinion, load_model
from processors.sentiment.minilm.scorer import MOST_SENTENCES, Judged, MiniLmScorer, together
from processors.sentiment.news.lexicon import load_news
from processors.sentiment.news.scorer import NewsScorer
from processors.sentiment.scored import MOST_EVIDENCE

FAST = NewsScorer(load_news())
MODEL = load_model()
SCORER = MiniLmScorer(FAST, MODEL)

NEGATIVE, NEUTRAL, POSITIVE = (
    Opinion(0.9, 0.08, 0.02),
    Opinion(0.02, 0.96, 0.02),
    Opinion(0.02, 0.08, 0.9),
)


def named(text: str, name: str, field: Field = "text") -> list[Span]:
    found = []
    start = text.find(name)
    while start >= 0:
        end = start + len(name)
        found.append(Span(field=field, start=start, end=end, text=name, kind="name"))
        start = text.find(name, end)
    return found


class CountingModel:
    """Answers as the real model, and counts."""

    pieces = MODEL.pieces
    version = MODEL.version

    def __init__(self) -> None:
        self.sentences = 0

    def read(self, encoded: Any) -> Any:
        self.sentences += len(encoded)
        return MODEL.read(encoded)


def test_one_sentence_is_scored_as_the_model_has_it() -> None:
    assert together([Judged(2.0, NEGATIVE)]) == NEGATIVE


@pytest.mark.parametrize(
    ("judged", "label", "least", "most"),
    [
        ([Judged(1.0, NEGATIVE)] * 2 + [Judged(1.0, NEUTRAL)] * 4, "negative", -0.85, -0.7),
        ([Judged(1.0, NEGATIVE), Judged(1.0, POSITIVE)], "neutral", 0.0, 0.0),
        ([Judged(2.0, NEGATIVE), Judged(1.0, POSITIVE)], "negative", -0.4, -0.2),
        ([Judged(1.0, Opinion(0.0, 1.0, 0.0))] * 3, "neutral", 0.0, 0.0),
    ],
    ids=["neutral sentences hardly count", "opposites", "the headline counts twice", "nothing"],
)
def test_sentences_count_by_how_much_they_say(
    judged: list[Judged], label: str, least: float, most: float
) -> None:
    found = together(judged)
    assert found.label == label
    assert least <= found.polarity <= most


def test_a_leader_is_scored_by_the_model_and_the_article_by_the_fast_scorer() -> None:
    headline, text = "Xi accused of lying", "Ministers praised Merz. It was a horrible day."
    xi, merz = named(headline, "Xi", "headline"), named(text, "Merz")
    scored = SCORER.read(headline, text, xi + merz)
    assert scored.sentiment == FAST.read(headline, text, xi + merz).sentiment
    assert scored.towards(xi)[0].label == "negative"
    assert scored.towards(merz)[0].label == "positive"
    assert scored.towards([])[0].label == "unknown"


def test_evidence_has_the_label_and_the_words_of_the_lexicon() -> None:
    text = "Protesters denounced Xi as a brutal tyrant."
    _, (evidence,) = SCORER.read("", text, named(text, "Xi")).towards(named(text, "Xi"))
    _, (fast,) = FAST.read("", text, named(text, "Xi")).towards(named(text, "Xi"))
    assert evidence.label == "negative"
    assert evidence.probability is not None
    assert evidence.probability > 0.5
    assert evidence.words == fast.words


def test_a_sentence_without_a_word_of_the_lexicon_is_read_all_the_same() -> None:
    text = "Macron is in Lyon."
    spans = named(text, "Macron")
    assert FAST.read("", text, spans).towards(spans)[0].label == "unknown"
    sentiment, (evidence,) = SCORER.read("", text, spans).towards(spans)
    assert sentiment.label != "unknown"
    assert sentiment.scored_words == 4
    assert evidence.words == []


def test_what_one_article_costs_is_bounded() -> None:
    model = CountingModel()
    text = "Xi was denounced. " * 1_000
    spans = named(text, "Xi")
    scored = MiniLmScorer(FAST, model).read("", text, spans)  # type: ignore[arg-type]
    assert model.sentences == 0
    _, evidence = scored.towards(spans)
    assert model.sentences == MOST_SENTENCES
    assert len(evidence) == MOST_EVIDENCE
