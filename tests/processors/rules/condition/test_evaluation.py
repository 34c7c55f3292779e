"""What conditions mean, and what is said of those that mean nothing."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.contracts import Mention
from processors.errors import BadConditionError
from processors.rules.condition.evaluation import compile_condition
from processors.rules.condition.facts import StoryFacts, describe_facts, facts_of
from processors.rules.condition.syntax import MAX_CHARACTERS, MAX_DEPTH

MENTION = msgspec.convert(
    {
        "leader_id": "Q1",
        "leader_name": "Ada Example",
        "country": "FR",
        "office": "President",
        "status": "in_office",
        "relevance": 60,
        "sentiment": {
            "polarity": -0.5,
            "subjectivity": 0.5,
            "label": "negative",
            "scored_words": 3,
            "coverage": 0.1,
        },
        "spans": [{"field": "headline", "start": 0, "end": 3, "text": "Ada", "kind": "name"}],
        "evidence": [],
        "context": {
            "mention_id": "m",
            "article": {
                "article_id": "a",
                "title": 'Ada\'s "Summit" opens',
                "url": "https://wire.example/a",
                "source": "Example Wire",
                "family": "example",
            },
            "revision": 2,
            "event_time": datetime(2026, 5, 20, 12, tzinfo=UTC),
            "published": datetime(2026, 5, 20, 11, tzinfo=UTC),
            "language": "en",
            "companions": [{"leader_id": "Q2", "leader_name": "Bo Example"}],
            "in_lead": True,
            "flags": ["language_not_scored"],
            "versions": {"tocsin": "1", "registry": "r", "lexicon": "l", "scorer": "s"},
        },
    },
    Mention,
)
STORY = StoryFacts(novelty=75, families=2, copies=3, usual_per_day=0.8, warming_up=True)
FACTS = facts_of(MENTION, STORY)


def holds(condition: str) -> bool:
    return bool(compile_condition(condition).holds(FACTS))


@pytest.mark.parametrize(
    "condition",
    [
        "relevance >= 60",
        "relevance > 59.5 && relevance < 6.1e1",
        "polarity == -0.5",
        "polarity != 0.5",
        'label == "negative"',
        "label == 'negative'",
        'label in ["negative", "positive"]',
        "relevance in [40, 50, 60]",
        '"Q2" in companions',
        '!("Q3" in companions)',
        '"language_not_scored" in flags',
        "in_headline",
        "in_lead && in_headline",
        "!false",
        "true",
        "!!true",
        "warming_up == true",
        "size(companions) == 1 && size(title) > 5",
        'title.contains("Summit")',
        'title.lowerAscii().contains("summit")',
        'source.startsWith("Example") && source.endsWith("Wire")',
        'url.startsWith("https://" )',
        'title.contains("\\"Summit\\"")',
        'title.contains("Ada\'s")',
        "relevance == 0 || polarity < 0",
        "'ÀB'.lowerAscii() == 'Àb'",
        # && binds tighter than ||.
        "true || false && false",
        "!(true && false)",
        "(true || false) && true",
        "novelty == 75 && families == 2 && copies == 3",
        "usual_per_day < 1",
        "age_seconds == 3600",
        "revision == 2 && times_named == 1",
        "subjectivity <= .5",
        'family < "f"',
    ],
)
def test_a_condition_that_holds(condition: str) -> None:
    assert holds(condition)
    assert not holds(f"!({condition})")


@pytest.mark.parametrize(
    ("condition", "column", "said"),
    [
        ("", 1, "it ends where a field, a value or ( should follow"),
        ("relevance >", 12, "it ends where a field, a value or ( should follow"),
        ("relevence > 4", 1, "there is no field relevence. Did you mean relevance?"),
        ("xyzzy > 4", 1, "there is no field xyzzy. `tocsin rules fields` lists them."),
        ("true and false", 6, "and stands where && or ||, or the end is wanted; write &&"),
        ("true or false", 6, "or stands where && or ||, or the end is wanted; write ||"),
        ("not true", 1, "not stands where a field, a value or ( is wanted; write !"),
        ("relevance = 4", 11, "= stands where && or ||, or the end is wanted; write =="),
        ("(relevance > 4", 15, "it ends where ) should follow"),
        ("relevance > 4)", 14, ") stands where && or ||, or the end is wanted"),
        ("relevance > 'x", 13, "the text that begins here has no closing '"),
        ("relevance > $4", 13, "'$' means nothing here"),
        ("1 < relevance < 9", 15, "comparisons cannot be chained; join two with &&"),
        ('relevance > "4"', 11, "a number and text cannot be compared by >"),
        ("label == 4", 7, "text and a number cannot be compared by =="),
        ("warming_up > false", 12, "true and false have no order; > wants numbers"),
        ("companions == companions", 12, "a list of texts and a list of texts cannot be compared"),
        ("relevance", 1, "the condition is a number, and must be true or false"),
        ("relevance && true", 1, "this is a number, where true or false is wanted"),
        ("!title", 2, "this is text, where true or false is wanted"),
        ('label == "negativ"', 10, "label is never 'negativ'. Did you mean 'negative'?"),
        ('"former " == status', 1, "status is never 'former '. Did you mean 'former'?"),
        ('label in ["bad", "neutral"]', 11, "label is never 'bad'. It is one of negative, "),
        ('"summit" in title', 10, "in looks into a list; in a text, write text.contains(part)"),
        ("4 in companions", 3, "a number cannot be in a list of texts"),
        ("relevance in [1, 'x']", 14, "a list holds texts alone, or numbers alone"),
        ("relevance in []", 14, "a list holds texts alone, or numbers alone, and at least one"),
        ("relevance in [novelty]", 15, "a list holds texts or numbers that are written out"),
        ("size(relevance) > 1", 6, "size is of a text or of a list of texts"),
        ("len(title) > 1", 1, "there is no function len; there is size"),
        ("title.matches('x')", 7, "there is no method matches; there are contains"),
        ("relevance.contains('x')", 1, "this is a number, where text is wanted"),
        ("title.contains(4)", 16, "this is a number, where text is wanted"),
        (r"title == 'a\qb'", 12, r"\q is no escape"),
        ("polarity == -title", 14, "title stands where a number is wanted"),
        ("__import__('os')", 1, "there is no function __import__; there is size"),
        ("title.__class__", 7, "there is no method __class__"),
    ],
)
def test_what_is_wrong_is_said_with_its_column(condition: str, column: int, said: str) -> None:
    with pytest.raises(BadConditionError) as raised:
        compile_condition(condition)
    assert raised.value.problems[0][0] == column
    assert said in raised.value.problems[0][1]


def test_every_wrong_name_and_type_is_said_at_once() -> None:
    with pytest.raises(BadConditionError) as raised:
        compile_condition('relevence > 4 && label == "bad" && title > 4')
    assert [column for column, _ in raised.value.problems] == [1, 27, 42]


def test_ids_are_looked_up_where_they_are_known() -> None:
    known = {"leader": {"Q1": "Ada Example"}}
    assert compile_condition('leader == "Q1"', known).holds(FACTS)
    with pytest.raises(BadConditionError, match=r"Did you mean 'Q1' \(Ada Example\)\?"):
        compile_condition('leader == "Ada Exampel"', known)


def test_a_condition_has_bounds() -> None:
    with pytest.raises(BadConditionError, match="longer than"):
        compile_condition("true" + " " * MAX_CHARACTERS)
    for deep in ("(" * 300 + "true" + ")" * 300, "!" * 300 + "true"):
        with pytest.raises(BadConditionError, match=f"nested deeper than {MAX_DEPTH}"):
            compile_condition(deep)


def test_every_field_can_be_asked_about() -> None:
    for fact in describe_facts().values():
        assert isinstance(
            fact.read(FACTS), (list, tuple) if fact.value_type is tuple else fact.value_type
        )
        assert fact.description


def test_an_age_is_unknown_or_none_below_zero() -> None:
    context = MENTION.context
    assert context is not None

    def age(published: datetime | None) -> int:
        changed = msgspec.structs.replace(context, published=published)
        facts = facts_of(msgspec.structs.replace(MENTION, context=changed))
        return int(describe_facts()["age_seconds"].read(facts))

    assert age(None) == -1
    assert age(datetime(2026, 5, 21, tzinfo=UTC)) == 0
    assert age(datetime(2026, 5, 20, tzinfo=UTC)) == 43_200


def test_a_mention_without_its_article_has_no_facts() -> None:
    with pytest.raises(ValueError, match="without its article"):
        facts_of(msgspec.structs.replace(MENTION, context=None))


# A tree of operators over facts of known values, against Python's own operators.

_ATOMS: Mapping[str, bool] = {
    "relevance >= 60": True,
    "relevance < 60": False,
    'label in ["neutral"]': False,
    "in_lead": True,
    "false": False,
    '"Q2" in companions': True,
}


def _negated(inner: tuple[str, bool]) -> tuple[str, bool]:
    return f"!({inner[0]})", not inner[1]


def _joined(operands: Any) -> tuple[str, bool]:
    sign, parts = operands
    texts = f" {sign} ".join(f"({text})" for text, _ in parts)
    values = [value for _, value in parts]
    return texts, all(values) if sign == "&&" else any(values)


trees = st.recursive(
    st.sampled_from(sorted(_ATOMS.items())),
    lambda inner: st.one_of(
        inner.map(_negated),
        st.tuples(st.sampled_from(["&&", "||"]), st.lists(inner, min_size=1, max_size=4)).map(
            _joined
        ),
    ),
    max_leaves=12,
)


@given(trees)
def test_operators_mean_what_they_mean_elsewhere(tree: tuple[str, bool]) -> None:
    text, value = tree
    try:
        assert holds(text) is value
    except BadConditionError as error:
        assert "nested deeper" in str(error) or "longer" in str(error)  # noqa: PT017


@given(st.text(max_size=60))
def test_any_text_is_a_condition_or_says_why_not(text: str) -> None:
    try:
        compile_condition(text)
    except BadConditionError as error:
        assert all(1 <= column <= len(text) + 1 for column, _ in error.problems)  # noqa: PT017
