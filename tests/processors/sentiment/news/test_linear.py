"""The linear model: its sums are its features' sums, and its shares are its words'."""

import math
import tracemalloc
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.errors import BadLexiconError
from processors.sentiment.news import linear
from processors.sentiment.news.lexicon import load_news, single_words
from processors.sentiment.news.linear import (
    LeaderModel,
    Moved,
    load_leader_model,
    parse_leader_model,
)
from processors.sentiment.news.places import SILENT, negated, places
from processors.sentiment.news.relief import relief
from processors.sentiment.news.roles import roles

LEXICON = {"war": -0.8, "good": 0.5}
WEIGHTS: dict[str, Moved] = {
    "bias": (-0.5, -0.25),
    "any:war": (0.5, 0.0),
    "before:war": (0.25, 0.0),
    "3:war": (0.125, -0.5),
    "after:the war": (1.0, 0.0),
    "5:the war": (0.5, 0.0),
    "after:war zone": (0.25, 0.0),
    "any:-": (0.5, 0.0),
    "4:-": (0.25, 0.25),
    "any:+": (0.0, 1.0),
    "subject:war": (0.0, 0.75),
    "object:-": (0.5, 0.0),
    "relieved:war": (0.0, 0.25),
}
VECTORS = {"zone": "100,0,0,0,0,50", "war": "0,100,0,0,0,0"}
AXES = [
    [(0.1 * place, 0.2), (0.0, 0.1), *[(0.0, 0.0)] * 3, (0.2, 0.0)]
    for place in range(len(linear.SLOTS))
]
MODEL = LeaderModel(WEIGHTS, VECTORS, AXES, LEXICON, "v")


def word_value(word: str, slot: int, *, denied: bool = False) -> Moved:
    """Add up the features of a word in a place or role, by their definitions."""
    if word in SILENT:
        return 0.0, 0.0
    features = [(feature, 1.0) for feature in linear.word_features(word, slot)]
    weight = linear.lexicon_weight(LEXICON.get(word, 0.0), negation=denied)
    if weight:
        features += [(f, abs(weight)) for f in linear.lexicon_features(weight, slot)]
    scores = [
        sum(value * WEIGHTS.get(feature, (0.0, 0.0))[side] for feature, value in features)
        for side in (0, 1)
    ]
    if word in VECTORS and slot != linear.REPORTED:
        for step, axis in zip(VECTORS[word].split(","), AXES[slot], strict=True):
            scores[0] += float(step) / 100 * axis[0]
            scores[1] += float(step) / 100 * axis[1]
    return scores[0], scores[1]


def summed(words: Sequence[str]) -> Moved:
    """Add up a sentence by the definitions, without any memo."""
    denied = negated(words)
    at = places(words, relief(words)[0])
    leaders = [index for index, word in enumerate(words) if word == "@"]
    added = [WEIGHTS["bias"]]
    added += [
        word_value(words[index], linear.FIRST_ROLE + role)
        for index, role in roles(words, leaders)
        if at[index] != linear.REPORTED
    ]
    for index, (word, place) in enumerate(zip(words, at, strict=True)):
        if place < 0:
            continue
        added.append(word_value(word, place, denied=denied[index]))
        if index + 1 < len(words) and at[index + 1] >= 0:
            pair = linear.pair_features(word, words[index + 1], place)
            added += [WEIGHTS.get(feature, (0.0, 0.0)) for feature in pair]
    return sum(below for below, _ in added), sum(above for _, above in added)


_sentences = st.lists(
    st.sampled_from(["war", "good", "zone", "the", "not", "said", ",", '"', "^", "but", "@"])
)


@given(_sentences)
def test_a_decision_is_the_sum_of_its_features(words: list[str]) -> None:
    decision = MODEL.decide(words)
    negative, positive = summed(words) if "@" in words else WEIGHTS["bias"]
    total = math.exp(negative) + 1.0 + math.exp(positive)
    assert decision.negative == pytest.approx(math.exp(negative) / total)
    assert decision.neutral == pytest.approx(1.0 / total)
    assert decision.positive == pytest.approx(math.exp(positive) / total)


@given(_sentences)
def test_what_the_words_moved_adds_up_to_the_score(words: list[str]) -> None:
    decision = MODEL.decide(words)
    moved = sum(decision.moved)
    bias = WEIGHTS["bias"][1] - WEIGHTS["bias"][0]
    assert math.log(decision.positive / decision.negative) == pytest.approx(bias + moved)
    for word, push in zip(words, decision.moved, strict=True):
        assert not (word in SILENT and push)


def test_the_packaged_model_reads_blame_and_praise() -> None:
    model = load_leader_model(single_words(load_news()))
    blamed = model.decide(["critics", "condemned", "@", "for", "a", "disastrous", "failure", "."])
    praised = model.decide(["allies", "praised", "@", "as", "a", "great", "hero", "."])
    assert blamed.negative > 0.75
    assert praised.positive > 0.75


@pytest.mark.parametrize(
    ("model", "vectors", "message"),
    [
        ("word,negative,positive\n", "", "leader_model.csv, line 1: make the header"),
        ("feature,negative,positive\nany:war,1\n", "", "line 2: 1 numbers, 2 finite ones"),
        ("feature,negative,positive\nany:war,1,x\n", "", "line 2: could not convert"),
        ("feature,negative,positive\nany:war,1,nan\n", "", "line 2: 2 numbers, 2 finite"),
    ],
)
def test_a_bad_model_is_refused(model: str, vectors: str, message: str) -> None:
    with pytest.raises(BadLexiconError, match=message):
        parse_leader_model(model, vectors, {})


def test_the_version_follows_the_content() -> None:
    head = "feature,negative,positive\n"
    one = parse_leader_model(head + "any:war,1,0\n", "war,1,2,3,4,5,6\n", {})
    other = parse_leader_model(head + "any:war,1,0\n", "war,1,2,3,4,5,7\n", {})
    assert one.version != other.version
    assert len(one.version) == 8


def test_memos_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear, "_MOST_MEMO_WORDS", 3)
    model = LeaderModel(WEIGHTS, VECTORS, AXES, LEXICON, "v")
    words = ["@", *(f"word{n}" for n in range(100)), "war"]
    assert model.decide(words) == MODEL.decide(words)
    assert all(len(known) <= 3 for known in model._known)  # noqa: SLF001 - the bound is tested


def test_long_words_leave_nothing_behind() -> None:
    model = load_leader_model(single_words(load_news()))
    model.decide(["@", "warm", "up"])
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    for number in range(200):
        model.decide(["@", *(f"{number:03}{place:02}" * 400 for place in range(40))])
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 1_000_000  # of 16 MB
