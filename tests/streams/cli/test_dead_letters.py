"""How a dead letter is laid out, and what the commands refuse before they ask a broker.

`tests/broker/test_topics_and_dead_letters.py` runs the commands against brokers.
"""

import base64
import io
import json
import unicodedata
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from processors.errors import BadArticleError, DeadLetterReason, MisconfigurationError
from streams.cli import dead_letters as commands
from streams.cli.views.dead_letter import as_lines, whole, whole_document
from streams.kafka.envelope import Record, dead_letter_record
from streams.reading.dead_letters import dead_letter


def stored(value: bytes | None, key: bytes | None = b"k", **more: bytes) -> Record:
    headers = list(more.items())
    record = Record("news.articles", 3, 1207, 1_795_435_200_000, key, value, headers)
    error = BadArticleError(DeadLetterReason.INVALID_JSON, "not JSON at character 1")
    out = dead_letter_record("news.dead-letters", record, "decode", error)
    return Record(out.topic, 1, 5, record.timestamp_ms, out.key, out.value, out.headers)


def printed(text: Text) -> str:
    file = io.StringIO()
    Console(file=file, highlight=False).print(text, soft_wrap=True)
    return file.getvalue()


def test_a_line_of_the_list_says_where_when_why_and_from_where() -> None:
    text = printed(as_lines(dead_letter(stored(b"{", requeued=b""))))
    for part in (
        "1:5",
        "2026-11-23 12:00:00 UTC",
        "invalid_json",
        "1 byte ",
        "news.articles 3:1207",
        "key k",
        "not JSON at character 1",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "(null)"),
        (b"", "(empty)"),
        (b'{"a":\r\n "b"}', '{"a":\n "b"}'),
        ("[bold]λ[/bold]".encode(), "[bold]λ[/bold]"),
        (b"\x1b]0;owned\x07 and much more text", "<U+001B>]0;owned<U+0007> and much more text"),
        ("\u202egnp".encode(), "<U+202E>gnp"),
        (b"\xff\xfe{", "00000000  ff fe 7b"),
        (b"\x00\x01\x02text", "00000000  00 01 02 74 65 78 74"),
    ],
)
def test_a_value_is_shown_as_text_or_in_hexadecimal(value: bytes | None, shown: str) -> None:
    assert shown in printed(whole(stored(value)))


def test_a_long_value_is_cut_and_says_by_how_much() -> None:
    text = printed(whole(stored(b"a" * 2_500)))
    assert "a" * 2_000 in text
    assert "a" * 2_001 not in text
    assert "… and 500 more characters; --raw writes all" in text
    assert "… and 88 more bytes" in printed(whole(stored(b"\xff" * 600)))


@given(value=st.binary(max_size=200), key=st.binary(max_size=80), header=st.binary(max_size=80))
def test_nothing_in_a_dead_letter_is_obeyed_by_the_terminal(
    value: bytes, key: bytes, header: bytes
) -> None:
    record = stored(value, key, mine=header)
    for text in (printed(whole(record)), printed(as_lines(dead_letter(record)))):
        assert not {unicodedata.category(c) for c in text if c not in "\n\t"} & {"Cc", "Cs"}
        assert "\u202e" not in text


def test_the_json_of_a_dead_letter_has_every_byte() -> None:
    document = json.loads(msgspec.json.encode(whole_document(stored(b"\xff", None, mine=b"m"))))
    assert base64.b64decode(document["value"]["base64"]) == b"\xff"
    assert document["key"] is None
    assert ["mine", {"text": "m"}] in document["headers"]
    assert (document["partition"], document["offset"]) == (1, 5)
    assert document["reason"] == "invalid_json"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "name dead letters as PARTITION:OFFSET, or give --all"),
        (["0:1", "--all"], "or give --all"),
        (["0:1", "--reason", "empty"], "go with --all"),
        (["0:1", "--since", "2h"], "go with --all"),
        (["0"], "PARTITION:OFFSET, such as 0:17"),
        (["--all", "--since", "now"], "--since: 'now' is no moment"),
    ],
)
def test_a_requeue_that_makes_no_sense_is_refused(
    tocsin: Callable[..., Any], arguments: list[str], said: str
) -> None:
    done = tocsin("dead-letters", "requeue", *arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_raw_bytes_are_not_sent_to_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    with pytest.raises(MisconfigurationError, match="redirect it to a file or a pipe"):
        commands.show("0:1", raw=True)


def test_raw_and_json_are_not_both_possible(tocsin: Callable[..., Any]) -> None:
    done = tocsin("dead-letters", "show", "0:1", "--raw", "--json")
    assert done.code == 2
    assert "not both" in done.err
