"""The schema of articles and the decoder agree: what the schema accepts is read."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from processors.articles.decode import DecodeLimits, decode
from processors.articles.ninjs import is_ninjs
from processors.contracts import Article
from processors.errors import BadArticleError
from streams.contracts import ARTICLE_SCHEMA, published
from tools.contracts import examples
from tools.contracts.article_input import FLAT_TEXTS, NINJS_NAMES, article_schema

FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time", raises=ValueError)
def is_rfc3339(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@FORMATS.checks("date", raises=ValueError)
def is_full_date(value: object) -> bool:
    return not isinstance(value, str) or bool(date.fromisoformat(value))


SCHEMA = Draft202012Validator(article_schema(), format_checker=FORMATS)
FLAT = {"id": "a-1", "title": "Leaders meet"}
NINJS = {"uri": "urn:a:1", "headlines": [{"role": "main", "value": "Leaders meet"}]}
EVENT = {"specversion": "1.0", "id": "e-1", "source": "/wire", "type": "article"}


def read(document: object, headers: list[tuple[str, bytes]] | None = None) -> Article:
    return decode(json.dumps(document).encode(), headers or [], None, DecodeLimits())


def is_read(document: object) -> bool:
    try:
        read(document)
    except BadArticleError:
        return False
    return True


ACCEPTED: Mapping[str, dict[str, Any]] = {
    "flat": examples.flat_article(),
    "ninjs": examples.ninjs_article(),
    "structured CloudEvent": examples.cloudevent_article(),
    "an id alone and a title": FLAT,
    "uri, headline and body": {"uri": "urn:a:1", "headline": "Leaders meet", "body": "In Rome."},
    "a number as id": {**FLAT, "id": 17},
    "a url as identity": {"url": "https://news.example/a?b=1", "text": "Leaders meet."},
    "a url with a port": {"url": "http://news.example:8080", "text": "Leaders meet."},
    "an address that is none beside an id": {**FLAT, "url": "see below"},
    "nulls": {**FLAT, "text": None, "url": None, "published": None, "language": None},
    "unknown fields": {**FLAT, "authors": ["N. N."], "paywall": False},
    "canceled without text": {"id": "a-1", "status": "canceled"},
    "canceled in British": {"id": "a-1", "status": "cancelled"},
    "withheld": {**FLAT, "status": "withheld"},
    "a status with its scheme": {**FLAT, "status": "stat:usable"},
    "a date with an offset": {**FLAT, "published": "2024-05-16T09:30:00.25+02:00"},
    "a date alone": {**FLAT, "published": "2024-05-16"},
    "a feed's date": {**FLAT, "published": "Thu, 16 May 2024 09:30:00 GMT"},
    "a feed's date with an offset": {**FLAT, "published": "16 May 2024 09:30 +0200"},
    "seconds": {**FLAT, "published": 1_715_851_800},
    "seconds with a fraction": {**FLAT, "published": 1_715_851_800.5},
    "milliseconds": {**FLAT, "published": 1_715_851_800_000},
    "the last second": {**FLAT, "published": 7_258_118_399},
    "the last millisecond": {**FLAT, "published": 7_258_118_399_999},
    "a language with a region": {**FLAT, "language": "pt-BR"},
    "a language with a script": {**FLAT, "language": "zh_Hans_CN"},
    "no language": {**FLAT, "language": ""},
    "a version as text": {**FLAT, "version": "12"},
    "version 0": {**FLAT, "version": 0},
    "the largest revision": {**FLAT, "revision": 2**53 - 1},
    "ninjs without roles": {"uri": "urn:a:1", "headlines": [{"value": "Leaders meet"}]},
    "ninjs with HTML": {
        "uri": "urn:a:1",
        "bodies": [{"contentType": "text/html", "value": "<p>Leaders meet.</p>"}],
    },
    "ninjs 1": {"uri": "urn:a:1", "headline": "Leaders meet", "body_text": "In Rome."},
    "ninjs 2": {"uri": "urn:a:1", "headlines": [{"value": "x"}], "versioncreated": "2024-05-16"},
    "ninjs mixed with flat": {"id": "a-1", "pubStatus": "usable", "title": "Leaders meet"},
    "ninjs with empty lists": {**FLAT, "headlines": [], "bodies": None, "infoSources": []},
    "ninjs canceled": {"uri": "urn:a:1", "pubStatus": "canceled"},
    "an event with ninjs": {**EVENT, "data": NINJS},
    "an event with base64": {
        **EVENT,
        "data_base64": "eyJpZCI6ImEtMSIsInRpdGxlIjoiTGVhZGVycyBtZWV0In0=",
    },
    "an event with its media type": {
        **EVENT,
        "datacontenttype": "application/json; charset=utf-8",
        "data": FLAT,
    },
}

REJECTED: Mapping[str, object] = {
    "a list": [FLAT],
    "a text": "Leaders meet",
    "null": None,
    "an empty object": {},
    "no identity": {"title": "Leaders meet", "text": "In Rome."},
    "a blank identity": {**FLAT, "id": " "},
    "an address that is no identity": {"url": "ftp://news.example/a", "title": "Leaders meet"},
    "an address without a host": {"url": "https:///a", "title": "Leaders meet"},
    "no text": {"id": "a-1", "source": "Example Wire"},
    "blank text": {"id": "a-1", "title": " ", "text": "\n"},
    "withheld without text": {"id": "a-1", "status": "withheld"},
    "a title of the wrong type": {**FLAT, "title": 17},
    "a text of the wrong type": {**FLAT, "text": ["In Rome."]},
    "an id of the wrong type": {**FLAT, "id": {"value": "a-1"}},
    "a boolean as id": {**FLAT, "id": True},
    "a fraction as id": {**FLAT, "id": 1.5},
    "a url of the wrong type": {**FLAT, "url": 1},
    "a source without end": {**FLAT, "source": "x" * 513},
    "an unknown status": {**FLAT, "status": "embargoed"},
    "a number as status": {**FLAT, "status": 1},
    "a negative version": {**FLAT, "version": -1},
    "a fraction as version": {**FLAT, "version": 1.5},
    "a version in words": {**FLAT, "version": "two"},
    "a version too large": {**FLAT, "version": 2**53},
    "headlines as text": {**NINJS, "headlines": "Leaders meet"},
    "headlines as a list of texts": {**NINJS, "headlines": ["Leaders meet"]},
    "a headline of the wrong type": {**NINJS, "headlines": [{"value": 17}]},
    "bodies as an object": {**NINJS, "bodies": {"value": "In Rome."}},
    "ninjs without text": {"uri": "urn:a:1", "headlines": [{"role": "main"}]},
    "ninjs without identity": {"headlines": [{"value": "Leaders meet"}]},
    "sources as text": {**NINJS, "infoSources": "Example Wire"},
    "an unknown publication status": {**NINJS, "pubStatus": "embargoed"},
    "an event of an unknown version": {**EVENT, "specversion": "0.3", "data": FLAT},
    "an event without a type": {"specversion": "1.0", "id": "e", "source": "/w", "data": FLAT},
    "an event with an empty source": {**EVENT, "source": "", "data": FLAT},
    "an event without data": EVENT,
    "an event with data twice": {**EVENT, "data": FLAT, "data_base64": "e30="},
    "an event with a text as data": {**EVENT, "data": "Leaders meet"},
    "an event with XML": {**EVENT, "datacontenttype": "application/xml", "data": FLAT},
    "an event with a bad article": {**EVENT, "data": {"id": "a-1"}},
}

# Not what should be sent; read all the same, with a flag where something was lost.
FORGIVEN: Mapping[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "a source of the wrong type": ({**FLAT, "source": {"name": "Example Wire"}}, ()),
    "a date in words": ({**FLAT, "published": "yesterday"}, ("published_unreadable",)),
    "a date that never was": (
        {**FLAT, "published": "2024-02-30T09:30:00Z"},
        ("published_unreadable",),
    ),
    "a day that never was": ({**FLAT, "published": "2023-02-29"}, ("published_unreadable",)),
    "a date in year 0": ({**FLAT, "published": "0000-01-01T00:00:00Z"}, ("published_unreadable",)),
    "a date in year 9999": (
        {**FLAT, "published": "9999-12-31T23:59:59Z"},
        ("published_unreadable",),
    ),
    "a feed's date in year 9999": (
        {**FLAT, "published": "Fri, 31 Dec 9999 23:59:59 GMT"},
        ("published_unreadable",),
    ),
    "a number that is no date": ({**FLAT, "published": 99_999_999_999}, ("published_unreadable",)),
    "milliseconds after the last year": (
        {**FLAT, "published": 9_999_999_999_999},
        ("published_unreadable",),
    ),
    "a boolean as date": ({**FLAT, "published": True}, ("published_unreadable",)),
    "a list as date": ({**FLAT, "published": [2024, 5, 16]}, ()),
    "a language in words": ({**FLAT, "language": "British English"}, ()),
    "a language of the wrong type": ({**FLAT, "language": ["en"]}, ()),
    "a ninjs date in words": ({**NINJS, "versionCreated": "yesterday"}, ("published_unreadable",)),
    "a year as date": ({**FLAT, "published": 2024}, ("published_unreadable",)),
    "another service's names": ({"link": "https://a.example/1", "summary": "Rain."}, ()),
}

ANY_FIELD: Mapping[str, list[object]] = {
    "id": ["a-1", 7, "", None, [], True],
    "uri": ["urn:a:1", None, {}],
    "url": ["https://news.example/a", "mailto:a", "", 1],
    **{name: ["Leaders meet", "", " ", None, 3] for name in FLAT_TEXTS},
    "source": ["Example Wire", "x" * 513, None],
    "published": ["2024-05-16T09:30:00Z", "2024-13-01", "soon", 1e9, 1e11, 1e30, -1, None, {}],
    "language": ["en", "en-GB", "e", "", None, 7],
    "version": [0, 1, -1, "2", "", None, 2.5],
    "status": ["usable", "canceled", "gone", None, 1],
    "headlines": [[], [{"value": "Leaders meet"}], [{"value": " "}], [{}], ["x"], None, "x"],
    "bodies": [[{"value": "In Rome.", "role": "main"}], [{"value": "x", "role": 1}], {}],
    "versionCreated": ["2024-05-16", "soon", None],
    "pubStatus": ["usable", "stat:canceled", "gone"],
    "infoSources": [[{"name": "Example Wire", "role": "publisher"}], [{"name": 1}], "x"],
    "specversion": ["1.0"],
}


@pytest.mark.parametrize("document", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_what_the_schema_accepts_is_read(document: dict[str, Any]) -> None:
    SCHEMA.validate(document)
    article = read(document)
    assert article.article_id
    assert article.flags == ()


@pytest.mark.parametrize("document", REJECTED.values(), ids=REJECTED.keys())
def test_what_is_refused_is_refused_by_schema_and_decoder(document: object) -> None:
    assert not SCHEMA.is_valid(document)
    assert not is_read(document)


@pytest.mark.parametrize(("document", "flags"), FORGIVEN.values(), ids=FORGIVEN.keys())
def test_what_only_the_schema_refuses_is_read_and_flagged(
    document: dict[str, Any], flags: tuple[str, ...]
) -> None:
    assert not SCHEMA.is_valid(document)
    assert read(document).flags == flags


# Few changes to a good article: wholly random ones are nearly all refused, and would show nothing.
CHANGES = st.lists(
    st.sampled_from([(name, value) for name, values in ANY_FIELD.items() for value in values]),
    max_size=3,
)


@given(st.sampled_from([FLAT, NINJS]), CHANGES, st.booleans())
def test_whatever_the_fields_what_the_schema_accepts_is_read(
    good: dict[str, Any], changes: list[tuple[str, object]], in_event: Any
) -> None:
    article = {**good, **dict(changes)}
    document = {**EVENT, "data": article} if in_event else article
    if SCHEMA.is_valid(document):
        assert read(document).article_id


def test_the_three_examples_are_one_article() -> None:
    flat, ninjs, event = json.loads(published(ARTICLE_SCHEMA))["examples"]
    assert read(flat) == read(ninjs) == read(event)


def test_in_binary_mode_the_value_is_the_article_itself() -> None:
    headers = [(f"ce_{name}", value.encode()) for name, value in EVENT.items()]
    assert read(FLAT, headers) == read({**EVENT, "data": FLAT})


@pytest.mark.parametrize("name", NINJS_NAMES)
def test_every_ninjs_name_of_the_schema_makes_an_article_ninjs(name: str) -> None:
    assert is_ninjs({name: None})


def test_no_flat_name_of_the_schema_makes_an_article_ninjs() -> None:
    assert not is_ninjs(article_schema()["$defs"]["Flat"]["properties"])
