"""Removes the framing of a schema registry: a few bytes before the value that name the schema.

JSON behind a framing is read, and Avro and Protobuf are named in the dead letter. No registry is
asked. Serializers that put the schema's id into a header leave the value as it is.

    Confluent, Redpanda, Karapace   00, schema id in 4 bytes
    Apicurio with long ids          00, schema id in 8 bytes
    AWS Glue                        03, compression (00 none, 05 zlib), 16 bytes of version id
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import msgspec

from processors.articles.cloudevents import read_document
from processors.articles.document import Document
from processors.errors import BadArticleError, DeadLetterReason

_MAGIC: Final = 0
_HEAD_BYTES: Final = 5
_LONG_HEAD_BYTES: Final = 9
_GLUE_VERSION: Final = 3
_GLUE_COMPRESSIONS: Final = {0: "none", 5: "zlib"}
_GLUE_HEAD_BYTES: Final = 18
_BOM: Final = b"\xef\xbb\xbf"
_UTF_16_BOMS: Final = (b"\xff\xfe", b"\xfe\xff")
_WHITESPACE: Final = b" \t\r\n"
# So many fields of a message tell Protobuf from Avro; the rest is not read.
_PROTOBUF_FIELDS: Final = 64
_VARINT_BYTES: Final = 10
_FIXED_BYTES: Final = {1: 8, 5: 4}


@dataclass(frozen=True, slots=True)
class _Framing:
    """One framing: where the payload begins, and which schema it names, for a person."""

    schema: str
    payload: bytes
    compression: str = "none"


def read_framed_document(
    value: bytes, headers: Sequence[tuple[str, bytes | None]], nesting: int
) -> Document:
    """Read a record's value, with or without a framing in front, as `read_document` does.

    Raises:
        BadArticleError: as `read_document`; behind a framing the message says so, and names Avro
            and Protobuf.
    """
    framing = _framing(value)
    if framing is None:
        return read_document(value, headers, nesting)
    where = f"schema-registry framing, {framing.schema}"
    if framing.compression != "none":
        raise BadArticleError(
            DeadLetterReason.INVALID_JSON,
            f"{where}, compressed with {framing.compression}: send JSON that is not compressed by "
            "the serializer",
        )
    payload = framing.payload
    if payload and not _begins_as_json(payload):
        raise BadArticleError(
            DeadLetterReason.INVALID_JSON,
            f"{where}, looks like {_binary_format(payload)}, not JSON: use a JSON serializer, or "
            "convert the records to JSON before this topic",
        )
    try:
        return read_document(payload, headers, nesting)
    except BadArticleError as error:
        raise BadArticleError(error.reason, f"{where}, then: {error.message}") from error


def unframed_key(key: bytes | None) -> bytes | None:
    """Return a record's key without a framing: the text of a JSON or an Avro string.

    A framed key that is neither is None: its bytes are no identity.
    """
    framing = _framing(key) if key else None
    if framing is None:
        return key
    payload = framing.payload
    try:
        return msgspec.json.decode(payload, type=str).encode()
    except msgspec.MsgspecError:
        length, start = _varint(payload, 0)
        is_avro = start > 0 and length % 2 == 0 and length // 2 == len(payload) - start
        return payload[start:] if is_avro and framing.compression == "none" else None


def _framing(value: bytes) -> _Framing | None:
    if len(value) >= _GLUE_HEAD_BYTES and value[0] == _GLUE_VERSION:
        compression = _GLUE_COMPRESSIONS.get(value[1])
        if compression is not None:
            schema = f"AWS Glue schema version {UUID(bytes=value[2:_GLUE_HEAD_BYTES])}"
            return _Framing(schema, value[_GLUE_HEAD_BYTES:], compression)
    if len(value) < _HEAD_BYTES or value[0] != _MAGIC or _is_wide_text(value):
        return None
    schema_id = int.from_bytes(value[1:_HEAD_BYTES])
    if schema_id == 0 and len(value) >= _LONG_HEAD_BYTES:
        # Ids begin at 1: these are the high bytes of a longer one.
        schema_id = int.from_bytes(value[_HEAD_BYTES:_LONG_HEAD_BYTES])
        return _Framing(f"schema id {schema_id}", value[_LONG_HEAD_BYTES:])
    return _Framing(f"schema id {schema_id}", value[_HEAD_BYTES:])


def _is_wide_text(value: bytes) -> bool:
    """Return whether this is UTF-16 or UTF-32 text, big endian: its first byte is also 0."""
    return (value[1] != 0 and value[2] == 0 and value[3] != 0) or (
        value[1:3] == b"\0\0" and value[3] != 0 and value[4:7] == b"\0\0\0"
    )


def _begins_as_json(payload: bytes) -> bool:
    if payload.startswith((_BOM, *_UTF_16_BOMS)):
        return True
    begun = payload.lstrip(_WHITESPACE)
    return not begun or begun[:1] in (b"{", b"[")


def _binary_format(payload: bytes) -> str:
    return "Protobuf" if _is_protobuf(payload) else "Avro"


def _is_protobuf(payload: bytes) -> bool:
    """Return whether this is the path of a message in its schema, and then a message's fields."""
    count, at = _varint(payload, 0)
    # Zigzag; one 0 stands for the path of the first message.
    for _ in range(count // 2 if count % 2 == 0 else 0):
        if at == 0 or at >= len(payload):
            return False
        _, at = _varint(payload, at)
    if at == 0:
        return False
    for _ in range(_PROTOBUF_FIELDS):
        if at == len(payload):
            return True
        at = _after_field(payload, at)
        if at == 0:
            return False
    return True


def _after_field(payload: bytes, at: int) -> int:
    """Return where the field that begins here ends; 0 where there is none."""
    tag, at = _varint(payload, at)
    kind, number = tag & 7, tag >> 3
    if at == 0 or number == 0:
        return 0
    if kind == 0:
        return _varint(payload, at)[1]
    if kind == 2:  # noqa: PLR2004 - bytes with their length
        length, at = _varint(payload, at)
        at = at + length if at else 0
    else:
        at += _FIXED_BYTES.get(kind, len(payload))
    return at if at <= len(payload) else 0


def _varint(payload: bytes, at: int) -> tuple[int, int]:
    """Read a variable-length number; give it and where it ends, 0 where it does not."""
    number = 0
    for place, byte in enumerate(payload[at : at + _VARINT_BYTES]):
        number |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:  # noqa: PLR2004 - the last byte has no high bit
            return number, at + place + 1
    return 0, 0
