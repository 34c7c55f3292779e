"""Reads CloudEvents 1.0 around an article, in the JSON format and the Kafka protocol binding.

It reads structured mode (the content type says so, or the object has `specversion`) and
binary mode (`ce_` headers, the value being the data). An event's id, source and time are about the
event, and never become the article's: each revision of an article is an event of its own.
"""

import binascii
from base64 import b64decode
from collections.abc import Mapping, Sequence
from typing import Any, Final

from processors.articles.document import Document, describe, parse_document, shorten
from processors.errors import BadArticleError, DeadLetterReason

_REQUIRED: Final = ("id", "source", "type")
_STRUCTURED: Final = "application/cloudevents+json"
_ANY_STRUCTURED: Final = "application/cloudevents"


def read_document(
    value: bytes, headers: Sequence[tuple[str, bytes | None]], nesting: int
) -> Document:
    """Read a record's value and take the article out of its envelope, if there is one.

    Args:
        value: The record's value.
        headers: The record's headers; names in any case.
        nesting: Objects and lists within each other, the envelope included.

    Raises:
        BadArticleError: INVALID_CLOUDEVENT for a broken envelope, or as `parse_document`.
    """
    if not headers:
        document = parse_document(value, nesting)
        return _unwrap(document, nesting) if "specversion" in document else document
    # Header values may be null in Kafka, whatever the clients' types say.
    attributes = {name.lower(): (raw or b"").decode("utf-8", "replace") for name, raw in headers}
    media_type = _media_type(attributes.get("content-type", ""))
    is_structured = media_type.startswith(_ANY_STRUCTURED)
    if is_structured and media_type != _STRUCTURED:
        raise _invalid(f"content-type is {shorten(media_type)}; only {_STRUCTURED} is read")
    if not is_structured and "ce_specversion" in attributes:
        _check_attributes(attributes, "ce_")
        _check_json(media_type, "content-type")
        return parse_document(value, nesting)
    document = parse_document(value, nesting)
    if is_structured or "specversion" in document:
        return _unwrap(document, nesting)
    return document


def _unwrap(event: Document, nesting: int) -> Document:
    _check_attributes(event, "")
    content_type = event.get("datacontenttype")
    if content_type is not None:
        if not isinstance(content_type, str):
            raise _invalid(f"datacontenttype is {describe(content_type)}; it must be text")
        _check_json(_media_type(content_type), "datacontenttype")
    data, encoded = event.get("data"), event.get("data_base64")
    if (data is None) == (encoded is None):
        raise _invalid("the event must have one of data and data_base64")
    if encoded is not None:
        return parse_document(_from_base64(encoded), nesting)
    if not isinstance(data, dict):
        raise BadArticleError(
            DeadLetterReason.NOT_AN_OBJECT,
            f"the event's data is {describe(data)}; send the article as a JSON object",
        )
    return data


def _from_base64(encoded: object) -> bytes:
    if not isinstance(encoded, str):
        raise _invalid(f"data_base64 is {describe(encoded)}; it must be text")
    try:
        return b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _invalid(f"data_base64 is not base64: {error}") from error


def _check_attributes(attributes: Mapping[str, Any], prefix: str) -> None:
    version = attributes.get(f"{prefix}specversion")
    if version != "1.0":
        found = shorten(version) if isinstance(version, str) else describe(version)
        raise _invalid(f"{prefix}specversion is {found}; only 1.0 is read")
    for name in _REQUIRED:
        value = attributes.get(f"{prefix}{name}")
        if not isinstance(value, str) or not value:
            raise _invalid(f"{prefix}{name} is missing or no text; CloudEvents requires it")


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _check_json(media_type: str, field: str) -> None:
    is_json = media_type in ("", "application/json", "text/json") or media_type.endswith("+json")
    if not is_json:
        raise _invalid(f"{field} is {shorten(media_type)}; the data must be JSON")


def _invalid(message: str) -> BadArticleError:
    return BadArticleError(DeadLetterReason.INVALID_CLOUDEVENT, f"CloudEvent: {message}")
