"""The published headers are those that the records have."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from jsonschema import Draft7Validator, Draft202012Validator
from msgspec import structs

from processors.articles.decode import DecodeLimits, decode
from processors.canary import CANARY_KIND
from processors.contracts import AlertKind
from processors.errors import BadArticleError, DeadLetterReason
from streams.errors import UndeliverableError, UndeliveredReason
from streams.kafka import envelope
from streams.kafka.topics import ALERT_KINDS
from tools.contracts import examples, headers


def as_object(pairs: Sequence[tuple[str, bytes]]) -> dict[str, str]:
    found = {name: value.decode() for name, value in pairs}
    assert len(found) == len(pairs)
    return found


def dead_letter(reason: DeadLetterReason | UndeliveredReason) -> envelope.Outgoing:
    record = envelope.Record("news.articles", 3, 7, 1_715_851_872_250, b"k", b"{", [("x", b"y")])
    error = (
        BadArticleError(reason, "not JSON")
        if isinstance(reason, DeadLetterReason)
        else UndeliverableError(reason, "refused")
    )
    return envelope.dead_letter_record("news.dead-letters", record, "decode", error)


@pytest.mark.parametrize("kind", [*ALERT_KINDS, CANARY_KIND])
def test_an_alerts_headers_are_the_published_ones(kind: AlertKind) -> None:
    schema = headers.alert_headers(kind)
    sent = as_object(envelope.alert_record("t", examples.alerts()[kind]).headers)
    Draft202012Validator(schema).validate(sent)
    assert list(sent) == schema["required"]


@pytest.mark.parametrize("kind", [*ALERT_KINDS, CANARY_KIND])
def test_a_replayed_alert_has_one_published_header_more(kind: AlertKind) -> None:
    schema = headers.alert_headers(kind)
    alert = structs.replace(examples.alerts()[kind], replay_id="2024-05-16-a")
    sent = as_object(envelope.alert_record("t", alert).headers)
    Draft202012Validator(schema).validate(sent)
    assert list(sent) == list(schema["properties"])


def test_the_headers_of_one_kind_are_not_valid_for_another() -> None:
    sent = as_object(envelope.alert_record("t", examples.alerts()["sentiment"]).headers)
    assert not Draft202012Validator(headers.alert_headers("encounter")).is_valid(sent)


def test_an_alerts_event_time_in_the_headers_is_the_one_in_the_value() -> None:
    alert = examples.alerts()["encounter"]
    sent = headers.alert_headers_example(alert)
    assert datetime.fromisoformat(sent["ce_time"]) == alert.event_time
    assert datetime.fromisoformat(sent["ce_time"]).tzinfo == UTC
    assert (sent["ce_id"], sent["ce_subject"]) == (alert.alert_id, alert.leaders[0].leader_id)


@pytest.mark.parametrize("reason", [*DeadLetterReason, *UndeliveredReason])
def test_a_dead_letters_headers_are_the_published_ones(
    reason: DeadLetterReason | UndeliveredReason,
) -> None:
    schema = headers.dead_letter_headers_schema()
    sent = as_object(dead_letter(reason).headers)
    Draft202012Validator(schema).validate(sent)
    assert list(sent) == ["x", *schema["required"]]


def test_a_reason_outside_the_closed_set_is_not_valid() -> None:
    sent = {**headers.dead_letter_headers_example(), "tocsin.error.reason": "bad_luck"}
    assert not Draft202012Validator(headers.dead_letter_headers_schema()).is_valid(sent)


def test_the_example_of_a_dead_letter_has_the_published_headers() -> None:
    schema = headers.dead_letter_headers_schema()
    assert list(headers.dead_letter_headers_example()) == schema["required"]


def test_analyses_and_mentions_have_the_published_headers() -> None:
    source = envelope.Record("news.articles", 3, 7, 0, None, b"{}", [])
    analysis = envelope.analysis_record("t", examples.analysis(), 4, source)
    mention = envelope.mention_record("t", examples.mention(), 4)
    schemas = (headers.analysis_headers(), headers.json_headers())
    for record, schema in zip((analysis, mention), schemas, strict=True):
        sent = as_object(record.headers)
        Draft202012Validator(schema).validate(sent)
        assert list(sent) == schema["required"]
        replayed = {**sent, envelope.REPLAY_ID_HEADER: "one"}
        assert list(replayed) == list(schema["properties"])


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"content-type": "application/json", "trace": "1"},
        {"ce_specversion": "1.0", "ce_id": "e", "ce_source": "/w", "ce_type": "t"},
    ],
)
def test_an_article_needs_no_headers(sent: dict[str, str]) -> None:
    Draft7Validator(headers.article_headers()).validate(sent)


@pytest.mark.parametrize(
    "sent",
    [
        {"ce_specversion": "1.0", "ce_id": "e", "ce_source": "/w"},
        {"ce_specversion": "0.3", "ce_id": "e", "ce_source": "/w", "ce_type": "t"},
    ],
)
def test_an_article_in_a_binary_cloudevent_needs_all_its_headers(sent: dict[str, str]) -> None:
    assert not Draft7Validator(headers.article_headers()).is_valid(sent)
    document = json.dumps(examples.flat_article()).encode()
    with pytest.raises(BadArticleError, match="CloudEvent"):
        decode(document, [(k, v.encode()) for k, v in sent.items()], None, DecodeLimits())
