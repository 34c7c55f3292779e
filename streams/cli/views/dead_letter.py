"""Lays out dead letters as text for the terminal, and as documents for JSON.

The content of a dead letter is not trusted. It is shown as plain text, without the control
characters that a terminal would act on.
"""

import base64
from datetime import datetime
from typing import Any

from rich.text import Text

from streams.kafka.envelope import ERROR_PREFIX, Record
from streams.reading.dead_letters import DeadLetter, dead_letter
from streams.reading.terminal_text import visible, visible_lines

SHOWN_CHARACTERS = 2_000
SHOWN_BYTES = 512
_BYTES_A_LINE = 16
_SHOWN_KEY = 60
# A value with a larger share of control characters is shown in hexadecimal.
_MOST_CONTROL_SHARE = 0.1
_PRINTABLE = range(0x20, 0x7F)
_DIM = "dim"


def as_document(letter: DeadLetter) -> dict[str, Any]:
    """Return a dead letter without its value, for `list --json`."""
    return {
        "partition": letter.place.partition,
        "offset": letter.place.offset,
        "entered": _iso(letter.entered),
        "timestamp_ms": letter.timestamp_ms,
        "reason": letter.reason,
        "stage": letter.stage,
        "message": letter.message,
        "origin": letter.origin,
        "key": _encoded(letter.key),
        "value_bytes": letter.value_bytes,
        "truncated_from_bytes": letter.whole_bytes,
        "requeued": letter.requeued,
    }


def whole_document(record: Record) -> dict[str, Any]:
    """Return a dead letter with headers and value, for `show --json`.

    UTF-8 bytes become `{"text": …}`, and other bytes `{"base64": …}`. Null stays null.
    """
    headers = [[name, _encoded(value)] for name, value in record.headers]
    described = as_document(dead_letter(record))
    return {**described, "headers": headers, "value": _encoded(record.value)}


def as_lines(letter: DeadLetter) -> Text:
    """Return a dead letter in two lines, for `list`."""
    line = Text(f"{letter.place!s:>8}", "bold")
    line.append(f"  {_time(letter)}  ", "")
    line.append(visible(letter.reason) or "(no reason)", "bold red")
    line.append(f"  {_size(letter)}")
    line.append(f"  from {visible(letter.origin)}" if letter.origin else "", _DIM)
    line.append(f"  key {_shown_key(letter.key)}" if letter.key is not None else "", _DIM)
    line.append(f"  put back {letter.requeued} times before" if letter.requeued else "", "yellow")
    message = visible(letter.message) or "(it says no more: no worker of Tocsin wrote it)"
    return Text("\n").join([line, Text(f"          {message}", "" if letter.message else _DIM)])


def whole(record: Record) -> Text:
    """Return a dead letter with its headers and the start of its value, for `show`."""
    letter = dead_letter(record)
    lines = [
        _field("dead letter", str(letter.place)),
        _field("reason", visible(letter.reason) or "(none is given)"),
        _field("message", visible(letter.message) or "(none is given)"),
        _field("stage", visible(letter.stage) or "(none is given)"),
        _field("from", visible(letter.origin) or "(unknown)"),
        _field("entered", _time(letter)),
        _field("key", "(null)" if record.key is None else _shown_key(record.key)),
        _field("value", _size(letter)),
    ]
    own = [(name, value) for name, value in record.headers if not name.startswith(ERROR_PREFIX)]
    lines += [_field("header", f"{visible(name)}: {_shown_key(value)}") for name, value in own]
    if not own:
        lines.append(_field("header", "(the record had none)"))
    return Text("\n").join([*lines, Text(), *_value(record.value)])


def _value(value: bytes | None) -> list[Text]:
    if not value:
        return [Text("(null)" if value is None else "(empty)", _DIM)]
    try:
        text = value.decode("utf-8")
    except UnicodeDecodeError:
        return _hexadecimal(value)
    shown = text[:SHOWN_CHARACTERS]
    controls = sum(character < " " and character not in "\t\r\n" for character in shown)
    if controls > _MOST_CONTROL_SHARE * len(shown):
        return _hexadecimal(value)
    lines = [Text(visible_lines(shown))]
    if len(text) > len(shown):
        more = f"… and {len(text) - len(shown)} more characters; --raw writes all"
        lines.append(Text(more, _DIM))
    return lines


def _hexadecimal(value: bytes) -> list[Text]:
    lines = []
    for at in range(0, min(len(value), SHOWN_BYTES), _BYTES_A_LINE):
        part = value[at : at + _BYTES_A_LINE]
        printable = "".join(chr(byte) if byte in _PRINTABLE else "." for byte in part)
        lines.append(Text(f"{at:08x}  {part.hex(' '):<{3 * _BYTES_A_LINE}} {printable}"))
    if len(value) > SHOWN_BYTES:
        lines.append(Text(f"… and {len(value) - SHOWN_BYTES} more bytes; --raw writes all", _DIM))
    return lines


def _field(name: str, value: str) -> Text:
    line = Text(f"{name:<12}", _DIM)
    line.append(value, "")
    return line


def _time(letter: DeadLetter) -> str:
    if letter.entered is None:
        return f"at {letter.timestamp_ms} ms, which is no date"
    return f"{letter.entered:%Y-%m-%d %H:%M:%S} UTC"


def _size(letter: DeadLetter) -> str:
    if letter.value_bytes is None:
        return "null"
    size = f"{letter.value_bytes:,} byte{'' if letter.value_bytes == 1 else 's'}"
    if letter.whole_bytes is None:
        return size
    return f"{size}, cut short from {letter.whole_bytes:,}"


def _shown_key(key: bytes | None) -> str:
    if key is None:
        return "(null)"
    try:
        text = visible(key.decode("utf-8"))
    except UnicodeDecodeError:
        text = f"0x{key.hex()}"
    return text if len(text) <= _SHOWN_KEY else text[: _SHOWN_KEY - 1] + "…"


def _encoded(value: bytes | None) -> dict[str, str] | None:
    if value is None:
        return None
    try:
        return {"text": value.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(value).decode()}


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")
