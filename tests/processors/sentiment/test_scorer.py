"""What every scorer keeps: the contract suite, run against each of them."""

import sys
from collections.abc import Sequence
from importlib.metadata import EntryPoint

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processors.contracts import Field, Sentiment, Span
from processors.errors import MisconfigurationError, MissingExtraError
from processors.sentiment import scorer as scorer_module
from processors.sentiment.scored import LONGEST_EVIDENCE_CHARACTERS, MOST_EVIDENCE
from processors.sentiment.scorer import (
    DEFAULT_SCORER,
    ENTRY_POINTS,
    SCORERS,
    Scorer,
    load_scorer,
    scorer_names,
)

LOADED = {name: load_scorer(name) for name in SCORERS}
every_scorer = pytest.mark.parametrize("scorer", LOADED.values(), ids=LOADED.keys())

HEADLINE = "Terrible storm hits capital as Xi arrives"
TEXT = (
    "Chinese President Xi Jinping was praised for a very good speech. The weather was horrible.\n"
    "“This is an awful attack,” Vladimir Putin said. It isn't good."
)


def named(text: str, name: str, field: Field = "text") -> list[Span]:
    found = []
    start = text.find(name)
    while start >= 0:
        end = start + len(name)
        found.append(Span(field=field, start=start, end=end, text=name, kind="name"))
        start = text.find(name, end)
    return found


def assert_sound(sentiment: Sentiment) -> None:
    assert -1.0 <= sentiment.polarity <= 1.0
    assert 0.0 <= sentiment.subjectivity <= 1.0
    assert 0.0 <= sentiment.coverage <= 1.0
    assert (sentiment.label == "unknown") == (sentiment.scored_words == 0)
    if sentiment.label == "unknown":
        assert sentiment.polarity == 0.0


def test_the_default_scorer_reads_news() -> None:
    assert DEFAULT_SCORER == "textblob-news"
    assert set(SCORERS) == {"minilm", "textblob", "textblob-news", "vader"}


def test_an_unknown_scorer_is_refused_with_the_known_ones_named() -> None:
    with pytest.raises(
        MisconfigurationError, match=r"'afinn' is unknown.*minilm, textblob, textblob-news, vader"
    ):
        load_scorer("afinn")


def bring(monkeypatch: pytest.MonkeyPatch, *brought: tuple[str, str]) -> None:
    found = [EntryPoint(name, value, ENTRY_POINTS) for name, value in brought]
    monkeypatch.setattr(scorer_module, "entry_points", lambda group: found if group else ())


def test_another_packages_scorer_is_loaded_by_its_entry_point(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bring(monkeypatch, ("own", "processors.sentiment.vader:load_vader"))
    assert "own" in scorer_names()
    assert load_scorer("own").name == "vader"


def test_no_package_takes_a_packaged_name(monkeypatch: pytest.MonkeyPatch) -> None:
    bring(monkeypatch, ("textblob", "processors.sentiment.vader:load_vader"))
    assert load_scorer("textblob").name == "textblob"
    assert scorer_names() == sorted(SCORERS)


@pytest.mark.parametrize("value", ["no_such_package:load", "processors.sentiment.vader:no_such"])
def test_a_broken_entry_point_is_the_operators_to_mend(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    bring(monkeypatch, ("own", value))
    with pytest.raises(MisconfigurationError, match=r"'own' cannot be loaded from .*Mend"):
        load_scorer("own")


def test_vader_without_its_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vader", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'tocsin\[vader\]'"):
        load_scorer("vader")


@every_scorer
def test_a_scorer_says_its_name_and_versions(scorer: Scorer) -> None:
    assert LOADED[scorer.name] is scorer
    assert scorer.version
    assert scorer.lexicon_version


@every_scorer
def test_an_article_and_a_leader_are_scored(scorer: Scorer) -> None:
    spans = named(HEADLINE, "Xi", "headline") + named(TEXT, "Xi Jinping")
    scored = scorer.read(HEADLINE, TEXT, spans)
    assert_sound(scored.sentiment)
    assert scored.sentiment.label != "unknown"
    sentiment, evidence = scored.towards(spans)
    assert_sound(sentiment)
    assert [one.field for one in evidence] == ["headline", "text"]
    assert any("good" in word for word, _ in evidence[1].words)


@every_scorer
def test_no_words_or_no_spans_are_unknown(scorer: Scorer) -> None:
    assert scorer.read("", "", []).sentiment.label == "unknown"
    assert scorer.read("", "The of and it.", []).sentiment.label == "unknown"
    assert scorer.read("", TEXT, []).towards([]) == (
        Sentiment(polarity=0.0, subjectivity=0.0, label="unknown", scored_words=0, coverage=0.0),
        [],
    )


@every_scorer
def test_evidence_is_the_heaviest_five_sentences_in_the_texts_order(scorer: Scorer) -> None:
    texts = ["Xi is good."] * 4 + ["Xi is horrible and terrible and awful."] * 3
    text = " ".join(texts)
    spans = named(text, "Xi")
    _, evidence = scorer.read("", text, spans).towards(spans)
    assert len(evidence) == MOST_EVIDENCE
    assert [one.start for one in evidence] == sorted(one.start for one in evidence)
    assert sum("horrible" in one.sentence for one in evidence) == 3


@every_scorer
def test_long_evidence_is_cut_around_the_name(scorer: Scorer) -> None:
    text = "word " * 400 + "terrible Xi " + "word " * 400
    spans = named(text, "Xi")
    _, (evidence,) = scorer.read("", text, spans).towards(spans)
    assert len(evidence.sentence) == LONGEST_EVIDENCE_CHARACTERS
    assert "Xi" in evidence.sentence
    assert evidence.sentence == text[evidence.start : evidence.end]


@every_scorer
def test_spans_outside_the_text_do_no_harm(scorer: Scorer) -> None:
    spans = [Span(field="text", start=900, end=905, text="Xi", kind="name")]
    spans += [Span(field="headline", start=3, end=1, text="", kind="name")]
    scored = scorer.read("", "A good day.", spans)
    assert scored.towards(spans)[1] == []


_pieces = st.sampled_from(
    [
        "Xi",
        "Putin",
        "condemned",
        "not",
        "very",
        "good",
        "attack",
        "war crimes",
        "said",
        "but",
        ". ",
        "\n",
        ", ",
        "“",
        "”",
        "the",
        "of",
        "Great",
        "isn't",
        ":(",
        "\ue000",
        "\ue001",
        "İ",
    ]
)
_texts = st.one_of(st.text(), st.lists(_pieces).map(" ".join), st.lists(_pieces).map("".join))
_places = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 12)), max_size=6)


def spans_at(field: Field, text: str, places: Sequence[tuple[int, int]]) -> list[Span]:
    return [
        Span(field=field, start=at, end=at + size, text=text[at : at + size], kind="name")
        for at, size in places
    ]


@every_scorer
@settings(max_examples=200)
@given(headline=_texts, text=_texts, in_headline=_places, in_text=_places)
def test_laws_of_scores_and_evidence_hold_for_any_text(
    scorer: Scorer,
    headline: str,
    text: str,
    in_headline: list[tuple[int, int]],
    in_text: list[tuple[int, int]],
) -> None:
    spans = spans_at("headline", headline, in_headline) + spans_at("text", text, in_text)
    scored = scorer.read(headline, text, spans)
    assert_sound(scored.sentiment)
    sentiment, evidence = scored.towards(spans)
    assert_sound(sentiment)
    assert len(evidence) <= MOST_EVIDENCE
    assert bool(evidence) == (sentiment.scored_words > 0)
    for one in evidence:
        field = text if one.field == "text" else headline
        assert one.sentence == field[one.start : one.end]
        assert one.words or one.label
        assert all(-1.0 <= weight <= 1.0 for _, weight in one.words)
    again = scorer.read(headline, text, spans)
    assert again.sentiment == scored.sentiment
    assert again.towards(spans) == (sentiment, evidence)


@every_scorer
@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "text",
    [
        "x" * 1_000_000,
        "Xi " * 200_000,
        "Xi said. " * 10_000,
        "war, " * 200_000,
        "A" * 1_000_000,
        '"Xi ' * 200_000,
        "but Xi " * 100_000,
        "(" * 1_000_000,
    ],
    ids=lambda text: repr(text[:6]),
)
def test_no_megabyte_is_too_much(scorer: Scorer, text: str) -> None:
    spans = named(text, "Xi")
    scored = scorer.read(text[:1000], text, spans)
    assert_sound(scored.sentiment)
    assert_sound(scored.towards(spans)[0])
