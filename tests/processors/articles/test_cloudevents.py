"""CloudEvents around an article."""

import base64
import json
from typing import Any

import pytest

from processors.articles.decode import DecodeLimits, decode
from processors.contracts import Article
from processors.errors import BadArticleError, DeadLetterReason

DATA = {"id": "urn:article", "title": "Ministers meet", "source": "Agency"}
EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "event-1",
    "source": "/feeds/agency",
    "type": "org.example.article",
    "time": "2024-05-16T09:30:00Z",
    "datacontenttype": "application/json",
    "data": DATA,
}
BINARY: dict[str, str] = {
    "ce_specversion": "1.0",
    "ce_id": "event-1",
    "ce_source": "/feeds/agency",
    "ce_type": "org.example.article",
    "ce_time": "2024-05-16T09:30:00Z",
    "content-type": "application/json; charset=utf-8",
}
STRUCTURED = {"Content-Type": "application/cloudevents+json; charset=UTF-8"}
ARTICLE = Article(article_id="urn:article", title="Ministers meet", source="Agency")
INVALID = DeadLetterReason.INVALID_CLOUDEVENT


def decode_event(document: Any, headers: dict[str, str], key: bytes | None = None) -> Article:
    raw = [(name, value.encode()) for name, value in headers.items()]
    return decode(json.dumps(document).encode(), raw, key, DecodeLimits())


def without(document: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != name}


IN_BASE64 = without(EVENT, "data") | {
    "data_base64": base64.b64encode(json.dumps(DATA).encode()).decode()
}


@pytest.mark.parametrize(
    ("document", "headers"),
    [
        (EVENT, {}),
        (EVENT, STRUCTURED),
        (EVENT, {"x-trace": "1"}),
        (IN_BASE64, STRUCTURED),
        (without(EVENT, "datacontenttype"), {}),
        (EVENT | {"datacontenttype": "application/ninjs+json"}, {}),
        (DATA, BINARY),
        (DATA, without(BINARY, "content-type")),
        (DATA, {name.upper(): value for name, value in BINARY.items()}),
        (EVENT, BINARY | {"content-type": "application/cloudevents+json"}),
        (DATA, {"ce_time": "2024-05-16T09:30:00Z"}),
        (DATA, {"content-type": "application/json"}),
    ],
)
def test_both_modes_give_the_article_and_never_the_events_time_or_id(
    document: dict[str, Any], headers: dict[str, str]
) -> None:
    assert decode_event(document, headers) == ARTICLE


def test_the_events_id_is_no_identity_but_the_key_is() -> None:
    event = EVENT | {"data": {"title": "T"}}
    assert decode_event(event, {}, b"key").article_id == "key"
    with pytest.raises(BadArticleError) as refusal:
        decode_event(event, {})
    assert refusal.value.reason is DeadLetterReason.NO_IDENTITY


def test_ninjs_is_read_within_an_event() -> None:
    event = EVENT | {"data": {"uri": "urn:n", "headlines": [{"value": "T"}]}}
    assert decode_event(event, {}).title == "T"


@pytest.mark.parametrize(
    ("document", "headers", "reason"),
    [
        (EVENT | {"specversion": "0.3"}, {}, INVALID),
        (EVENT | {"specversion": 1.0}, {}, INVALID),
        (DATA, STRUCTURED, INVALID),
        (without(EVENT, "id"), {}, INVALID),
        (EVENT | {"source": ""}, {}, INVALID),
        (EVENT | {"type": 1}, {}, INVALID),
        (without(EVENT, "data"), {}, INVALID),
        (EVENT | {"data": None}, {}, INVALID),
        (IN_BASE64 | {"data": DATA}, {}, INVALID),
        (IN_BASE64 | {"data_base64": "no base64!"}, {}, INVALID),
        (IN_BASE64 | {"data_base64": "é"}, {}, INVALID),
        (IN_BASE64 | {"data_base64": 1}, {}, INVALID),
        (EVENT | {"datacontenttype": "text/xml"}, {}, INVALID),
        (EVENT | {"datacontenttype": 1}, {}, INVALID),
        (DATA, BINARY | {"ce_specversion": "0.3"}, INVALID),
        (DATA, without(BINARY, "ce_type"), INVALID),
        (DATA, BINARY | {"ce_id": ""}, INVALID),
        (DATA, BINARY | {"content-type": "application/avro"}, INVALID),
        ([EVENT], {"content-type": "application/cloudevents-batch+json"}, INVALID),
        (EVENT, {"content-type": "application/cloudevents+avro"}, INVALID),
        (EVENT | {"data": "text"}, {}, DeadLetterReason.NOT_AN_OBJECT),
        (IN_BASE64 | {"data_base64": "W10="}, {}, DeadLetterReason.NOT_AN_OBJECT),
        (IN_BASE64 | {"data_base64": "/w=="}, {}, DeadLetterReason.INVALID_UTF8),
        (IN_BASE64 | {"data_base64": ""}, {}, DeadLetterReason.EMPTY),
    ],
)
def test_a_broken_envelope_is_refused(
    document: object, headers: dict[str, str], reason: DeadLetterReason
) -> None:
    with pytest.raises(BadArticleError) as refusal:
        decode_event(document, headers, b"key")
    assert refusal.value.reason is reason


def test_a_null_header_value_does_no_harm() -> None:
    headers: Any = [("x-note", None), ("content-type", None)]
    article = decode(json.dumps(DATA).encode(), headers, None, DecodeLimits())
    assert article == ARTICLE
