"""What one article says, with the real registry, lexicon and scorer."""

import sys
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from processors.analyse import (
    CLOCK_SKEW,
    MAX_EVIDENCE_WORDS,
    MAX_SPANS,
    MAX_TITLE_CHARACTERS,
    Analysed,
    Analyser,
    load_analyser,
    mention_id,
    version_digest,
)
from processors.contracts import MAX_COMPANIONS, MAX_LEADERS, Analysis, Article, Mention
from processors.errors import MisconfigurationError, MissingExtraError
from processors.leaders import load_registry
from processors.sentiment.minilm.model import load_model
from processors.sentiment.scorer import DEFAULT_SCORER
from processors.stories import signature

EVENT_TIME = datetime(2026, 5, 20, 9, 15, tzinfo=UTC)
SUMMIT = Article(
    article_id="urn:summit",
    title="Xi Jinping and Vladimir Putin meet in Beijing",
    text=(
        "President Xi Jinping received Vladimir Putin at the Great Hall of the People on Tuesday. "
        "Xi praised a wonderful friendship. Analysts called the deal a disaster for Europe."
    ),
    url="https://news.example/summit",
    source="Example News",
    language="en",
    published=datetime(2026, 5, 20, 9, tzinfo=UTC),
)


@pytest.fixture(scope="session")
def analyser() -> Analyser:
    return load_analyser("0.0.0", DEFAULT_SCORER, "off")


def changed(**changes: Any) -> Article:
    return msgspec.structs.replace(SUMMIT, **changes)


def leaders(analysed: Analysed) -> list[str]:
    return [one.leader_id for one in analysed.mentions]


def by_id(analysed: Analysed, leader_id: str) -> Mention:
    return next(one for one in analysed.mentions if one.leader_id == leader_id)


def test_both_leaders_of_the_summit_are_found_with_office_and_country(analyser: Analyser) -> None:
    analysed = analyser.analyse(SUMMIT, EVENT_TIME)
    assert sorted(leaders(analysed)) == ["Q15031", "Q7747"]
    xi = by_id(analysed, "Q15031")
    assert (xi.leader_name, xi.country, xi.status) == ("Xi Jinping", "CN", "in_office")


def test_spans_and_evidence_slice_back_out_of_the_article(analyser: Analyser) -> None:
    fields = {"headline": SUMMIT.title, "text": SUMMIT.text}
    mentions = analyser.analyse(SUMMIT, EVENT_TIME).mentions
    for mention in mentions:
        assert mention.spans
        for span in mention.spans:
            assert fields[span.field][span.start : span.end] == span.text
        for said in mention.evidence:
            assert fields[said.field][said.start : said.end] == said.sentence
            assert said.words
    assert any(mention.evidence for mention in mentions)


def test_mentions_travel_with_their_context_and_stay_in_the_analysis_without(
    analyser: Analyser,
) -> None:
    analysed = analyser.analyse(SUMMIT, EVENT_TIME)
    assert all(one.context is None for one in analysed.analysis.mentions)
    bare = [msgspec.structs.replace(one, context=None) for one in analysed.mentions]
    assert bare == analysed.analysis.mentions
    context = by_id(analysed, "Q15031").context
    assert context is not None
    assert [one.leader_id for one in context.companions] == ["Q7747"]
    assert context.in_lead
    assert context.event_time == EVENT_TIME
    assert context.published == SUMMIT.published
    assert context.article.url == SUMMIT.url
    assert context.article.family == "Example News"
    assert context.versions == analyser.versions


def test_a_leader_named_only_far_below_stands_with_nobody(analyser: Analyser) -> None:
    filler = "The talks went on for some hours without a result on the day. " * 30
    text = f"Xi Jinping spoke in Beijing.\n\n{filler}\n\nVladimir Putin was not there."
    analysed = analyser.analyse(changed(title="Xi Jinping speaks", text=text), EVENT_TIME)
    assert sorted(leaders(analysed)) == ["Q15031", "Q7747"]
    for mention in analysed.mentions:
        assert mention.context is not None
        assert mention.context.companions == []
        assert mention.context.in_lead == (mention.leader_id == "Q15031")


def test_an_article_that_is_taken_back_is_a_withdrawal_and_one_withheld_is_none(
    analyser: Analyser,
) -> None:
    taken = Article(article_id="a", revision=2, source="S", url="u", status="canceled")
    withdrawal = analyser.analyse(taken, EVENT_TIME).withdrawal
    assert withdrawal is not None
    assert (withdrawal.withdrawn.article_id, withdrawal.revision) == ("a", 2)
    assert withdrawal.event_time == EVENT_TIME
    held = Article(article_id="a", title="T", status="withheld")
    assert analyser.analyse(held, EVENT_TIME).withdrawal is None


def test_a_mention_carries_the_family_and_the_signature_of_its_article(analyser: Analyser) -> None:
    text = "LONDON (Reuters) - Xi Jinping opened a bridge at Quillport."
    one = Article(article_id="a", title="Xi Jinping opens a bridge", text=text, source="Gazette")
    (mention,) = analyser.analyse(one, EVENT_TIME).mentions
    assert mention.context is not None
    assert mention.context.article.source == "Gazette"
    assert mention.context.article.family == "reuters"
    assert mention.context.signature == signature(one.title, one.text)


@pytest.mark.parametrize("status", ["canceled", "withheld"])
def test_what_is_not_published_has_an_analysis_and_no_mentions(
    analyser: Analyser, status: str
) -> None:
    analysed = analyser.analyse(changed(status=status), EVENT_TIME)
    assert analysed.mentions == ()
    assert analysed.analysis.mentions == []
    assert analysed.analysis.status == status
    assert analysed.analysis.sentiment.label == "unknown"


@pytest.mark.parametrize("language", ["de", "zh"])
def test_another_language_names_leaders_and_scores_nothing(
    analyser: Analyser, language: str
) -> None:
    analysed = analyser.analyse(changed(language=language), EVENT_TIME)
    assert analysed.analysis.flags == ["language_not_scored"]
    assert sorted(leaders(analysed)) == ["Q15031", "Q7747"]
    for sentiment in (analysed.analysis.sentiment, *(m.sentiment for m in analysed.mentions)):
        assert (sentiment.label, sentiment.scored_words) == ("unknown", 0)
    assert all(not mention.evidence for mention in analysed.mentions)


@pytest.mark.parametrize("language", ["", "en"])
def test_a_text_that_is_not_english_is_not_scored_whatever_its_tag_says(
    analyser: Analyser, language: str
) -> None:
    text = "Der Kanzler hat am Montag mit Vladimir Putin gesprochen; das war ein Desaster, hieß es."
    analysed = analyser.analyse(changed(language=language, title="", text=text), EVENT_TIME)
    assert analysed.analysis.flags == ["language_not_scored"]
    assert analysed.analysis.sentiment.label == "unknown"
    assert [mention.sentiment.label for mention in analysed.mentions] == ["unknown"]


@pytest.mark.parametrize(
    ("changes", "flags"),
    [
        ({}, []),
        ({"language": ""}, []),
        ({"published": None}, ["published_missing"]),
        ({"published": EVENT_TIME + CLOCK_SKEW}, []),
        ({"published": EVENT_TIME + CLOCK_SKEW + timedelta(seconds=1)}, ["published_in_future"]),
        ({"published": None, "language": "fr"}, ["published_missing", "language_not_scored"]),
        ({"published": None, "status": "withheld"}, ["published_missing"]),
    ],
)
def test_flags_say_what_to_be_careful_about(
    analyser: Analyser, changes: dict[str, Any], flags: list[str]
) -> None:
    analysed = analyser.analyse(changed(**changes), EVENT_TIME)
    assert analysed.analysis.flags == flags
    for mention in analysed.mentions:
        assert mention.context is not None
        assert mention.context.flags == flags


@pytest.mark.parametrize(
    ("published", "event_time", "status"),
    [
        (datetime(2022, 3, 1, tzinfo=UTC), EVENT_TIME, "in_office"),
        (datetime(2023, 3, 1, tzinfo=UTC), EVENT_TIME, "former"),
        (None, datetime(2022, 3, 1, tzinfo=UTC), "in_office"),
        (None, EVENT_TIME, "former"),
    ],
)
def test_the_published_date_decides_the_office_and_event_time_only_stands_in(
    analyser: Analyser, published: datetime | None, event_time: datetime, status: str
) -> None:
    article = changed(
        title="Boris Johnson speaks", text="Boris Johnson spoke in London.", published=published
    )
    analysed = analyser.analyse(article, event_time)
    assert leaders(analysed) == ["Q180589"]
    assert analysed.mentions[0].status == status


def test_the_same_article_gives_the_same_bytes(analyser: Analyser) -> None:
    encode = msgspec.json.encode
    first = analyser.analyse(SUMMIT, EVENT_TIME)
    analyser.analyse(changed(title="Another", text="Emmanuel Macron was wonderful."), EVENT_TIME)
    again = analyser.analyse(SUMMIT, EVENT_TIME)
    assert encode(again.analysis) == encode(first.analysis)
    assert [encode(one) for one in again.mentions] == [encode(one) for one in first.mentions]


def test_analysis_and_mentions_survive_json(analyser: Analyser) -> None:
    analysed = analyser.analyse(SUMMIT, EVENT_TIME)
    encode, decode = msgspec.json.encode, msgspec.json.decode
    assert decode(encode(analysed.analysis), type=Analysis) == analysed.analysis
    for mention in analysed.mentions:
        assert decode(encode(mention), type=Mention) == mention


def test_a_long_title_is_cut_where_it_is_repeated(analyser: Analyser) -> None:
    title = "Xi Jinping speaks " + "on " * MAX_TITLE_CHARACTERS
    analysed = analyser.analyse(changed(title=title), EVENT_TIME)
    assert analysed.analysis.title == title[:MAX_TITLE_CHARACTERS]
    for mention in analysed.mentions:
        assert mention.context is not None
        assert mention.context.article.title == title[:MAX_TITLE_CHARACTERS]


@pytest.mark.parametrize(
    "text", ["Vladimir Putin. " * 12_000, "Vladimir Putin saw " + "bad wonderful " * 12_000]
)
def test_a_name_or_word_repeated_without_end_does_not_make_a_record_without_end(
    analyser: Analyser, text: str
) -> None:
    # A record beyond the topic's limit would be refused by the broker for ever.
    analysed = analyser.analyse(changed(title="", text=text), EVENT_TIME)
    mention = by_id(analysed, "Q7747")
    assert len(mention.spans) <= MAX_SPANS
    assert all(len(said.words) <= MAX_EVIDENCE_WORDS for said in mention.evidence)
    assert len(msgspec.json.encode(mention)) < 100_000


def test_the_heaviest_words_of_an_endless_sentence_stay_in_their_order(analyser: Analyser) -> None:
    text = "Vladimir Putin saw " + "bad " * 25 + "and then an excellent result and " + "bad " * 200
    said = by_id(analyser.analyse(changed(title="", text=text), EVENT_TIME), "Q7747").evidence[0]
    words = [word for word, _ in said.words]
    assert len(words) == MAX_EVIDENCE_WORDS
    assert words.index("excellent") == 25


def test_a_mention_id_is_one_per_leader_and_per_text() -> None:
    def named(article: Article, leader_id: str) -> str:
        return mention_id(version_digest(article), leader_id)

    ids = {
        named(SUMMIT, "Q7747"),
        named(SUMMIT, "Q15031"),
        named(changed(article_id="b"), "Q7747"),
        named(changed(revision=2), "Q7747"),
        named(changed(title="b"), "Q7747"),
        named(changed(text="b"), "Q7747"),
        named(changed(title=SUMMIT.title + SUMMIT.text, text=""), "Q7747"),
    }
    assert len(ids) == 7
    # What arrives again is the same, whatever else of the record changed.
    assert named(changed(url="", source="Other"), "Q7747") in ids


def test_versions_name_every_part_and_an_unknown_scorer_is_refused(analyser: Analyser) -> None:
    versions = analyser.versions
    assert versions.tocsin == "0.0.0"
    assert versions.scorer.startswith(DEFAULT_SCORER + "/")
    assert versions.registry
    assert versions.lexicon
    with pytest.raises(MisconfigurationError, match="scorer 'nope' is unknown"):
        load_analyser("0.0.0", "nope", "off")


@pytest.fixture(scope="session")
def confirming() -> Analyser:
    return load_analyser("0.0.0", DEFAULT_SCORER, "minilm")


ACCUSED = changed(
    title="Lawmakers condemn Emmanuel Macron over failed reform",
    text="Critics denounced Emmanuel Macron for a disastrous, humiliating failure.",
)
MOURNING = changed(
    title="Emmanuel Macron recalls horrors of genocide",
    text=(
        "Rescuers searched for victims of the terrible disaster while Emmanuel Macron watched the "
        "horrific scenes."
    ),
)
MACRON = "Q3052772"


def test_the_model_confirms_what_is_strong(analyser: Analyser, confirming: Analyser) -> None:
    fast = by_id(analyser.analyse(ACCUSED, EVENT_TIME), MACRON)
    both = by_id(confirming.analyse(ACCUSED, EVENT_TIME), MACRON)
    assert (fast.sentiment.label, both.sentiment.label) == ("negative", "negative")
    assert both.sentiment.polarity < -0.4
    assert both.sentiment.scored_words == fast.sentiment.scored_words
    assert {one.label for one in both.evidence} <= {"negative", None}
    assert both.evidence[0].label == "negative"
    assert {one.label for one in fast.evidence} == {None}


def test_the_model_takes_back_what_only_the_words_say(
    analyser: Analyser, confirming: Analyser
) -> None:
    fast = by_id(analyser.analyse(MOURNING, EVENT_TIME), MACRON)
    both = by_id(confirming.analyse(MOURNING, EVENT_TIME), MACRON)
    assert fast.sentiment.polarity < -0.4
    assert abs(both.sentiment.polarity) < 0.4


def test_what_is_mild_is_the_same_with_the_model_and_without(
    analyser: Analyser, confirming: Analyser
) -> None:
    mild = changed(title="Emmanuel Macron in Athens", text="He met ministers, and it rained.")
    fast, both = (one.analyse(mild, EVENT_TIME).analysis for one in (analyser, confirming))
    assert msgspec.structs.replace(both, versions=fast.versions) == fast


def test_versions_name_what_confirms(confirming: Analyser) -> None:
    model = f"minilm/{load_model().version}"
    fast = confirming.scorer
    assert confirming.versions.scorer == f"{fast.name}/{fast.version}+{model}"
    assert load_analyser("0", DEFAULT_SCORER, "auto").versions.scorer == confirming.versions.scorer
    # The model as the scorer has nothing to confirm.
    assert load_analyser("0", "minilm", "minilm").versions.scorer == model


def test_without_the_extra_auto_does_without_and_minilm_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    assert load_analyser("0", DEFAULT_SCORER, "auto").confirmation is None
    with pytest.raises(MissingExtraError, match=r"tocsin\[minilm\]"):
        load_analyser("0", DEFAULT_SCORER, "minilm")


NAMES = tuple(
    person.name
    for person in sorted(load_registry().people.values(), key=lambda one: one.person_id)
    if " " in person.name
)


def listed(count: int, between: str = ", ") -> str:
    return between.join(NAMES[:count])


def size(analysed: Analysed) -> tuple[int, int]:
    """The size of the largest value that is published of it, and of all of them."""
    encode = msgspec.json.encode
    sizes = [len(encode(one)) for one in (analysed.analysis, *analysed.mentions)]
    return max(sizes), sum(sizes)


def test_of_a_list_of_leaders_the_most_relevant_are_published_and_the_rest_counted(
    analyser: Analyser,
) -> None:
    article = changed(title=listed(800), text="")
    found = analyser.detector.detect(article.title, "", article.published.date())  # type: ignore[union-attr]
    analysed = analyser.analyse(article, EVENT_TIME)
    assert leaders(analysed) == [one.leader_id for one in found[:MAX_LEADERS]]
    assert analysed.leaders_left_out == len(found) - MAX_LEADERS > 100
    assert "leaders_left_out" in analysed.analysis.flags
    assert all(one.context and "leaders_left_out" in one.context.flags for one in analysed.mentions)


def test_as_many_leaders_as_are_published_are_no_list(analyser: Analyser) -> None:
    few = analyser.analyse(changed(title=listed(40)), EVENT_TIME)
    assert 20 < len(few.mentions) <= MAX_LEADERS
    assert few.leaders_left_out == 0
    assert "leaders_left_out" not in few.analysis.flags


def test_companions_are_the_most_relevant_and_as_many_for_everyone(analyser: Analyser) -> None:
    analysed = analyser.analyse(changed(title=listed(60), text=""), EVENT_TIME)
    order = leaders(analysed)
    assert len(order) > MAX_COMPANIONS + 1
    for mention in analysed.mentions:
        assert mention.context is not None
        others = [one.leader_id for one in mention.context.companions]
        assert others == [one for one in order if one != mention.leader_id][:MAX_COMPANIONS]


SENTENCES = " ".join(
    f"{one} was condemned for a horrible, brutal and disastrous attack on {two}."
    for one, two in pairwise(NAMES[:61])
)


WORDS = "a brutal attack of the most horrible and disastrous kind was condemned with anger " * 4
WIDE = " ".join(f"{one} \U0001f600\U0001f600 {WORDS}{chr(0x4E60) * 200}." for one in NAMES[:60])


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (listed(800), ""),
        ("", listed(5_000)[:200_000]),
        ("", (SENTENCES + " ") * 20),
        (listed(60), SENTENCES + ". ".join([listed(60, " and ")] * 80)),
        (chr(0x4E60) * 5_000 + listed(60), f"{WIDE} " * 5 + listed(60) * 60),
    ],
    ids=["headline", "text", "sentences", "spans", "wide"],
)
def test_everything_that_is_published_of_an_article_has_a_bound(
    analyser: Analyser, title: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A list of names is taken for no English; a better attack would be.
    monkeypatch.setattr("processors.analyse.is_english", lambda *_: True)
    analysed = analyser.analyse(changed(title=title, text=text), EVENT_TIME)
    assert len(analysed.mentions) == MAX_LEADERS
    largest, together = size(analysed)
    assert largest <= 1_000_000
    assert together <= 2_500_000
