"""Whatever the structs can hold is valid under the published schemas, and they promise no more."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from math import isfinite
from typing import Any, get_args, get_type_hints

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from msgspec import Struct, inspect, structs

from processors.contracts import Alert, Analysis, Evidence, Mention, MentionContext
from streams.contracts import ALERT_SCHEMA, ANALYSIS_SCHEMA, MENTION_SCHEMA, published
from tools.contracts import describe, examples
from tools.contracts.schemas import ADDED_LATER, always_written, components, refs

TIMES = FormatChecker(formats=())


@TIMES.checks("date-time", raises=ValueError)
def is_aware_utc(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo == UTC


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads(published(name)), format_checker=TIMES)


STRATEGIES: Mapping[type[inspect.Type], Callable[[Any], st.SearchStrategy[Any]]] = {
    inspect.NoneType: lambda _: st.none(),
    inspect.StrType: lambda _: st.text(max_size=8),
    inspect.BytesType: lambda kind: st.binary(max_size=kind.max_length),
    inspect.IntType: lambda kind: st.integers(kind.ge, kind.le),
    inspect.FloatType: lambda kind: st.floats(kind.ge, kind.le, allow_nan=False).filter(isfinite),
    inspect.DateTimeType: lambda _: st.datetimes(timezones=st.just(UTC)),
    inspect.LiteralType: lambda kind: st.sampled_from(kind.values),
    inspect.ListType: lambda kind: st.lists(any_of(kind.item_type), max_size=2),
    inspect.TupleType: lambda kind: st.tuples(*map(any_of, kind.item_types)),
    inspect.BoolType: lambda _: st.booleans(),
    inspect.UnionType: lambda kind: st.one_of(*map(any_of, kind.types)),
    inspect.StructType: lambda kind: st.builds(
        kind.cls, **{field.name: any_of(field.type) for field in kind.fields}
    ),
}


def any_of(kind: inspect.Type) -> st.SearchStrategy[Any]:
    """Make a strategy for a type as msgspec describes it, within the type's bounds."""
    return STRATEGIES[type(kind)](kind)


def any_struct(struct: type[Struct]) -> st.SearchStrategy[Any]:
    return any_of(inspect.type_info(struct))


def as_sent(value: Struct) -> Any:
    return json.loads(msgspec.json.encode(value))


@given(any_struct(Alert))
def test_every_alert_is_valid(alert: Alert) -> None:
    validator(ALERT_SCHEMA).validate(as_sent(alert))


@given(any_struct(Analysis))
def test_every_analysis_is_valid(analysis: Analysis) -> None:
    validator(ANALYSIS_SCHEMA).validate(as_sent(analysis))


@given(any_struct(Mention), any_struct(MentionContext))
def test_every_mention_with_a_context_is_valid(mention: Mention, context: MentionContext) -> None:
    validator(MENTION_SCHEMA).validate(as_sent(structs.replace(mention, context=context)))


def test_a_mention_that_travels_without_its_context_is_not_valid() -> None:
    alone = as_sent(structs.replace(examples.mention(), context=None))
    with pytest.raises(ValidationError, match="'context' is a required property"):
        validator(MENTION_SCHEMA).validate(alone)


def test_the_schema_of_an_analysis_does_not_speak_of_a_mentions_context() -> None:
    schema = json.loads(published(ANALYSIS_SCHEMA))
    assert "context" not in schema["$defs"]["Mention"]["properties"]
    assert "MentionContext" not in schema["$defs"]


@pytest.mark.parametrize("struct", describe.FIELDS, ids=lambda struct: struct.__name__)
def test_required_are_exactly_the_fields_that_are_always_written(struct: type[Struct]) -> None:
    # With every optional field at its default, what is left out is what may be missing.
    needed = {f.name: any_of(field_type(struct, f.name)) for f in required(struct)}
    minimal = st.builds(struct, **needed)

    @given(minimal)
    def check(value: Struct) -> None:
        at_first = [n for n in as_sent(value) if (struct.__name__, n) not in ADDED_LATER]
        assert at_first == always_written(struct)

    check()
    assert components(struct)[struct.__name__]["required"] == always_written(struct)


def test_fields_that_are_left_out_when_empty_are_not_required() -> None:
    assert {"article_id", "leader_id"}.isdisjoint(always_written(Evidence))
    assert "context" not in always_written(Mention)
    assert "published" not in always_written(MentionContext)


def test_fields_with_a_default_are_required_where_defaults_are_written() -> None:
    assert {"title", "url", "status", "flags"} <= set(always_written(Analysis))
    assert "replay_id" in always_written(Alert)


def test_a_field_that_came_later_is_not_required_because_older_records_lack_it() -> None:
    assert "flags" not in always_written(Analysis, added_later={("Analysis", "flags")})


@pytest.mark.parametrize("root", [Alert, Analysis, Mention], ids=lambda root: root.__name__)
def test_every_published_field_says_what_it_means(root: type[Struct]) -> None:
    for struct, schema in components(root).items():
        assert schema["description"], struct
        for field, described in schema["properties"].items():
            assert described["description"].endswith("."), f"{struct}.{field}"


@pytest.mark.parametrize("struct", describe.FIELDS, ids=lambda struct: struct.__name__)
def test_the_table_of_meanings_has_the_fields_of_the_struct_in_its_order(
    struct: type[Struct],
) -> None:
    assert list(describe.FIELDS[struct]) == [f.name for f in structs.fields(struct)]


@pytest.mark.parametrize("root", [Alert, Analysis, Mention], ids=lambda root: root.__name__)
def test_times_and_nothing_else_are_said_to_be_times(root: type[Struct]) -> None:
    known = {struct.__name__: struct for struct in describe.FIELDS}
    for name, schema in components(root).items():
        for field, hint in get_type_hints(known[name]).items():
            is_time = datetime in (hint, *get_args(hint))
            assert ("date-time" in json.dumps(schema["properties"][field])) == is_time


@pytest.mark.parametrize("name", [ALERT_SCHEMA, ANALYSIS_SCHEMA, MENTION_SCHEMA])
def test_readers_may_meet_fields_that_they_do_not_know(name: str) -> None:
    schema = json.loads(published(name))
    value = with_news(schema["examples"][0])
    validator(name).validate(value)


@pytest.mark.parametrize("name", [ALERT_SCHEMA, ANALYSIS_SCHEMA, MENTION_SCHEMA])
def test_every_schema_stands_alone_and_carries_nothing_that_it_does_not_use(name: str) -> None:
    schema = json.loads(published(name))
    assert set(refs(schema)) == {f"#/$defs/{definition}" for definition in schema["$defs"]}


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("alert_id", 7),
        ("revision", 0),
        ("severity", "deafening"),
        ("event_time", "2024-05-16T09:30:00"),
        ("event_time", "today"),
        ("expected", "none"),
        ("leaders", [{"leader_id": "Q7747"}]),
        ("window", None),
    ],
)
def test_a_wrong_value_is_not_valid(field: str, wrong: object) -> None:
    alert = {**as_sent(examples.alerts()["encounter"]), field: wrong}
    assert not validator(ALERT_SCHEMA).is_valid(alert)


@pytest.mark.parametrize("sentiment", ["polarity", "subjectivity", "coverage"])
def test_a_score_out_of_its_range_is_not_valid(sentiment: str) -> None:
    analysis = as_sent(examples.analysis())
    analysis["sentiment"][sentiment] = 1.01
    assert not validator(ANALYSIS_SCHEMA).is_valid(analysis)


def test_the_offsets_in_the_examples_are_right() -> None:
    fields = {"headline": examples.TITLE, "text": examples.TEXT}
    mention = examples.mention()
    for span in mention.spans:
        assert fields[span.field][span.start : span.end] == span.text
    for evidence in mention.evidence:
        assert fields[evidence.field][evidence.start : evidence.end] == evidence.sentence
        assert all(word in evidence.sentence for word, _ in evidence.words)


def with_news(value: Any) -> Any:
    """Put a field that nobody knows into every object."""
    if isinstance(value, dict):
        return {**{key: with_news(item) for key, item in value.items()}, "x_new": [1]}
    return [with_news(item) for item in value] if isinstance(value, list) else value


def required(struct: type[Struct]) -> list[structs.FieldInfo]:
    return [field for field in structs.fields(struct) if field.required]


def field_type(struct: type[Struct], name: str) -> inspect.Type:
    described = inspect.type_info(struct)
    assert isinstance(described, inspect.StructType)
    return next(field.type for field in described.fields if field.name == name)
