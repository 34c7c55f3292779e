"""Reads a record's bytes as one JSON object: bounded, UTF-8, not too deep.

msgspec parses first. If it rejects a document, the standard library parses it again: that accepts
lone surrogates and numbers of any size, and reports the place of a mistake.
"""

import json
import math
from typing import Any

import msgspec

from processors.errors import BadArticleError, DeadLetterReason

_BOM = b"\xef\xbb\xbf"
# Longer integers are read as infinity: no field can use them, and int() is quadratic in length.
_INTEGER_DIGITS = 40
_CONTAINERS = 200_000
# msgspec's own reading of 5e-324 or 1.5e300 takes 8 to 15 microseconds, Python's 0.4; no field of
# an article is a fraction, so that what it costs on 0.5 does not matter.
_decode = msgspec.json.Decoder(float_hook=float).decode
_QUOTED_CHARACTERS = 40

Document = dict[str, Any]


def parse_document(value: bytes, nesting: int) -> Document:
    """Read one JSON object.

    Args:
        value: UTF-8, with or without a byte order mark.
        nesting: Objects and arrays within each other, at most, the outermost counted.

    Raises:
        BadArticleError: EMPTY, TOO_LARGE, INVALID_UTF8, INVALID_JSON, TOO_DEEP or NOT_AN_OBJECT.
    """
    if value.startswith(_BOM):
        value = value[3:]
    if not value or value.isspace():
        raise BadArticleError(DeadLetterReason.EMPTY, "the value is empty; send a JSON object")
    # Millions of empty lists cost seconds, and no article has as many as this.
    if len(value) > _CONTAINERS and value.count(b"[") + value.count(b"{") > _CONTAINERS:
        raise BadArticleError(
            DeadLetterReason.TOO_LARGE,
            f"the value has more than {_CONTAINERS} opening brackets and braces",
        )
    document = _parse(value)
    if not isinstance(document, dict):
        raise BadArticleError(
            DeadLetterReason.NOT_AN_OBJECT,
            f"the value is {describe(document)}; send one JSON object for each record",
        )
    _check_nesting(document, nesting)
    return document


def describe(value: object) -> str:
    """Name a JSON value's type for a message: "a list", "an object", "null"..."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "a text"
    return "a list" if isinstance(value, list) else "an object"


def shorten(value: str | float) -> str:
    """Quote the beginning of a value for a message, in ASCII: whole values never stand there."""
    quoted = ascii(value[:_QUOTED_CHARACTERS] if isinstance(value, str) else value)
    return quoted[:_QUOTED_CHARACTERS]


def _parse(value: bytes) -> Any:
    try:
        return _decode(value)
    except RecursionError as error:
        raise _too_deep() from error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _parse_leniently(_read_utf8(value))


def _read_utf8(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadArticleError(
            DeadLetterReason.INVALID_UTF8,
            f"byte 0x{value[error.start]:02x} at {error.start} is not UTF-8 ({error.reason});"
            " send the record as UTF-8",
        ) from error


def _parse_leniently(text: str) -> Any:
    try:
        return json.loads(text, parse_int=_read_integer, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise _too_deep() from error
    except json.JSONDecodeError as error:
        raise BadArticleError(
            DeadLetterReason.INVALID_JSON,
            f"not JSON: {error.msg.removesuffix(' at')} at character {error.pos} of {len(text)}",
        ) from error


def _read_integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _INTEGER_DIGITS else math.inf


def _refuse_constant(name: str) -> float:
    raise BadArticleError(
        DeadLetterReason.INVALID_JSON, f"not JSON: {name} is no JSON number; send null instead"
    )


def _check_nesting(document: Document, nesting: int) -> None:
    # Level by level, so that depth costs no recursion and the whole costs one visit a value.
    depth = 1
    level: list[Any] = [document]
    while level:
        if depth > nesting:
            raise _too_deep(nesting)
        level = [
            value
            for container in level
            for value in (container.values() if isinstance(container, dict) else container)
            if isinstance(value, dict | list)
        ]
        depth += 1


def _too_deep(nesting: int | None = None) -> BadArticleError:
    limit = "this can be read" if nesting is None else f"the {nesting} levels allowed"
    return BadArticleError(
        DeadLetterReason.TOO_DEEP, f"objects and lists are nested deeper than {limit}"
    )
