"""Two stages: strong scores are read again, and nothing else is."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.contracts import Evidence, Field, Label, Sentiment, Span
from processors.sentiment.confirmation import (
    FROM_RELEVANCE,
    FROM_SCORED_WORDS,
    MOST_READ,
    Confirmation,
)
from processors.sentiment.minilm.inputs import CLOSE, OPEN
from processors.sentiment.minilm.model import Model, load_model

REAL = load_model()
LOGITS = {"negative": [6.0, 0.0, 0.0], "neutral": [0.0, 6.0, 0.0], "positive": [0.0, 0.0, 6.0]}


class Answering:
    """A runtime that always gives one answer, and remembers what it was asked."""

    def __init__(self, label: Label) -> None:
        self.label = label
        self.asked: list[str] = []

    def run(self, outputs: None, inputs: dict[str, Any]) -> Any:
        del outputs
        names = list(REAL.pieces.ids)
        self.asked.append(" ".join(names[piece] for piece in inputs["ids"][0]))
        return [[LOGITS[self.label]]]


def confirmation(runtime: Answering) -> Confirmation:
    return Confirmation(Model(runtime, REAL.pieces, "1+test"))


def strong(polarity: float = -0.7, words: int = 4) -> Sentiment:
    return Sentiment(
        polarity=polarity,
        subjectivity=0.5,
        label="negative" if polarity < 0 else "positive",
        scored_words=words,
        coverage=0.2,
    )


def sentence(text: str, at: int = 0, field: Field = "text", weight: float = -0.6) -> Evidence:
    return Evidence(
        field=field, start=at, end=at + len(text), sentence=text, words=[("attack", weight)]
    )


def name(at: int, text: str = "Xi", field: Field = "text") -> Span:
    return Span(field=field, start=at, end=at + len(text), text=text, kind="name")


@pytest.mark.parametrize(
    ("sentiment", "relevance"),
    [
        (strong(-0.39), 100),
        (strong(0.39), 100),
        (strong(), FROM_RELEVANCE - 1),
        (strong(words=FROM_SCORED_WORDS - 1), 100),
    ],
)
def test_what_is_not_strong_costs_nothing(sentiment: Sentiment, relevance: int) -> None:
    runtime = Answering("positive")
    evidence = [sentence("Xi condemned the attack.")]
    found = confirmation(runtime).confirmed(sentiment, evidence, [name(0)], relevance)
    assert found == (sentiment, evidence)
    assert runtime.asked == []


@pytest.mark.parametrize(
    ("label", "least", "most"),
    [("negative", -0.7, -0.7), ("neutral", 0.0, 0.0), ("positive", 0.7, 0.7)],
    ids=["kept", "weakened", "turned"],
)
def test_a_strong_score_is_kept_weakened_or_turned_and_never_grows(
    label: Label, least: float, most: float
) -> None:
    before = strong(-0.7)
    evidence = [sentence("Xi condemned the attack.")]
    sentiment, (shown,) = confirmation(Answering(label)).confirmed(before, evidence, [name(0)], 80)
    assert sentiment.label == label
    assert least <= sentiment.polarity <= most
    assert (sentiment.scored_words, sentiment.subjectivity) == (4, 0.5)
    assert shown.label == label
    assert shown.probability is not None
    assert shown.probability > 0.9
    assert shown.words == evidence[0].words


def test_the_model_reads_the_heaviest_first_until_it_agrees() -> None:
    agreeing, differing = Answering("negative"), Answering("neutral")
    evidence = [
        sentence("Xi sees an attack", field="headline"),
        sentence("The war goes on and Xi, it says, Xi is to blame.", at=100),
        sentence("Xi is a brutal tyrant.", at=200, weight=-0.9),
        sentence("Xi went home.", at=300),
    ]
    spans = [name(133), name(120), name(200), name(0, field="headline"), name(300), name(500)]
    _, shown = confirmation(agreeing).confirmed(strong(), evidence, spans, 80)
    assert agreeing.asked == [f"[CLS] {OPEN} he {CLOSE} sees an attack [SEP]"]
    assert [one.label for one in shown] == ["negative", None, None, None]
    _, shown = confirmation(differing).confirmed(strong(), evidence, spans, 80)
    assert differing.asked[2] == (
        f"[CLS] the war goes on and {OPEN} he {CLOSE} , it says , he is to blame . [SEP]"
    )
    assert len(differing.asked) == MOST_READ
    assert [one.label for one in shown] == ["neutral", "neutral", "neutral", None]


def test_evidence_in_which_the_name_is_not_whole_is_left_as_it_is() -> None:
    runtime = Answering("positive")
    evidence = [sentence("i condemned the attack.", at=1)]
    found = confirmation(runtime).confirmed(strong(), evidence, [name(0)], 80)
    assert found == (strong(), evidence)
    assert runtime.asked == []


def test_its_version_names_the_model() -> None:
    assert Confirmation(REAL).version == f"minilm/{REAL.version}"


@settings(max_examples=50)
@given(st.text(min_size=1), st.integers(0, 30), st.integers(1, 10))
def test_any_evidence_is_read_and_always_the_same(text: str, at: int, size: int) -> None:
    evidence = [sentence(text)]
    spans = [Span(field="text", start=at, end=at + size, text="", kind="name")]
    confirming = Confirmation(REAL)
    first = confirming.confirmed(strong(), evidence, spans, 80)
    assert abs(first[0].polarity) <= abs(strong().polarity)
    assert confirming.confirmed(strong(), evidence, spans, 80) == first
