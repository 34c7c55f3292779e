"""Values and keys behind a schema registry's framing: JSON is read, the rest is named."""

import json
from contextlib import suppress
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.articles.decode import DecodeLimits, decode
from processors.contracts import Article
from processors.errors import BadArticleError, DeadLetterReason

HEAD = b"\0" + (42).to_bytes(4)
LONG_HEAD = b"\0" + (42).to_bytes(8)
VERSION = UUID("b7b4a7f0-9c96-4e4a-a687-fb5de9ef0c63")
DOCUMENT = {"id": "urn:example:framed", "title": "Storm hits the coast", "text": "It rained."}
PLAIN = json.dumps(DOCUMENT).encode()
# Two fields: a text of five letters, and a number.
PROTOBUF = b"\x0a\x05Storm\x10\x96\x01"
AVRO = bytes([36]) + b"urn:example:framed" + bytes([10]) + b"Storm"


def read(value: bytes, key: bytes | None = None) -> Article:
    return decode(value, [], key, DecodeLimits())


def why_not(value: bytes) -> BadArticleError:
    with pytest.raises(BadArticleError) as caught:
        read(value)
    return caught.value


@pytest.mark.parametrize(
    "head",
    [HEAD, LONG_HEAD, b"\0" + (2**24 + 5).to_bytes(4), b"\3\0" + VERSION.bytes],
    ids=["confluent", "apicurio", "large id", "glue"],
)
@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b" \r\n"], ids=["", "bom", "spaces"])
def test_json_behind_a_framing_is_read_as_without_it(head: bytes, before: bytes) -> None:
    assert read(head + before + PLAIN) == read(PLAIN)


def test_a_cloudevent_behind_a_framing_is_unwrapped() -> None:
    event = {"specversion": "1.0", "id": "e", "source": "/s", "type": "t", "data": DOCUMENT}
    assert read(HEAD + json.dumps(event).encode()) == read(PLAIN)


def test_a_schema_id_in_the_headers_changes_nothing() -> None:
    headers = [("__value_schema_id", b"\1" + VERSION.bytes)]
    assert decode(PLAIN, headers, None, DecodeLimits()) == read(PLAIN)


@pytest.mark.parametrize(
    ("payload", "looks_like"),
    [
        (b"\0" + PROTOBUF, "Protobuf"),
        (b"\x02\x02" + PROTOBUF, "Protobuf"),
        (b"\x04\x02\x00" + PROTOBUF, "Protobuf"),
        (b"\0" + b"\x0a\x05Storm" * 1_000, "Protobuf"),
        (AVRO, "Avro"),
        (b"\0" + AVRO, "Avro"),
        (b"\x02" + AVRO, "Avro"),
        (b"\xff" * 40, "Avro"),
    ],
)
def test_what_is_not_json_is_named(payload: bytes, looks_like: str) -> None:
    error = why_not(HEAD + payload)
    assert error.reason is DeadLetterReason.INVALID_JSON
    begins = f"schema-registry framing, schema id 42, looks like {looks_like}, not JSON: "
    assert error.message.startswith(begins)


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", DeadLetterReason.EMPTY),
        (b"   ", DeadLetterReason.EMPTY),
        (b'{"id": "a", ', DeadLetterReason.INVALID_JSON),
        (b"[]", DeadLetterReason.NOT_AN_OBJECT),
        (PLAIN.decode().encode("utf-16"), DeadLetterReason.INVALID_UTF8),
        (PLAIN.decode().encode("utf-16-le"), DeadLetterReason.INVALID_JSON),
    ],
)
def test_bad_json_behind_a_framing_keeps_its_reason(
    payload: bytes, reason: DeadLetterReason
) -> None:
    error = why_not(HEAD + payload)
    assert error.reason is reason
    assert error.message.startswith("schema-registry framing, schema id 42, then: ")


def test_a_payload_that_the_serializer_compressed_is_named() -> None:
    error = why_not(b"\3\5" + VERSION.bytes + b"\x78\x9c" + bytes(20))
    assert error.message.startswith(
        f"schema-registry framing, AWS Glue schema version {VERSION}, compressed with zlib"
    )


@pytest.mark.parametrize("encoding", ["utf-16-be", "utf-32-be"])
def test_wide_text_is_not_taken_for_a_framing(encoding: str) -> None:
    assert "framing" not in why_not(PLAIN.decode().encode(encoding)).message


@pytest.mark.parametrize(
    ("key", "identity"),
    [
        (b"urn:example:k", "urn:example:k"),
        (HEAD + b'"urn:example:k"', "urn:example:k"),
        (HEAD + bytes([26]) + b"urn:example:k", "urn:example:k"),
        (HEAD + b"\xff\xfe", None),
        ((42).to_bytes(8), None),
    ],
)
def test_a_framed_key_is_an_identity_where_it_is_text(key: bytes, identity: str | None) -> None:
    value = b'{"title": "Storm hits the coast"}'
    if identity is not None:
        assert read(value, key).article_id == identity
        return
    with pytest.raises(BadArticleError) as caught:
        read(value, key)
    assert caught.value.reason is DeadLetterReason.NO_IDENTITY


@given(head=st.sampled_from([HEAD, LONG_HEAD, b"\3\0" + VERSION.bytes]), payload=st.binary())
def test_no_payload_and_no_key_raises_anything_else(head: bytes, payload: bytes) -> None:
    for value, key in ((head + payload, None), (PLAIN, head + payload)):
        with suppress(BadArticleError):
            read(value, key)
