"""Sources as separate documents: lines, arrays, gzip, and what hostile ones may cost."""

import gzip
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.errors import DeadLetterReason
from streams.ingest.files import Read, read_file, read_json, read_lines
from streams.ingest.records import Found, Record, SourceError, Unread

LIMIT = 1_000


def reading(*chunks: bytes) -> Read:
    waiting = list(chunks)
    return lambda _: waiting.pop(0) if waiting else b""


def from_path(path: Path, on_bytes: Callable[[int], None] = lambda _: None) -> list[Record]:
    return list(read_file(path, LIMIT, on_bytes))


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b"", []),
        (b"\n \n\t\r\n", []),
        (b"{}", [("f:1", b"{}")]),
        (b"{}\n", [("f:1", b"{}")]),
        (b'{"a": 1}\r\n{"b": 2}\r\n', [("f:1", b'{"a": 1}'), ("f:2", b'{"b": 2}')]),
        (b"\n\n {} \n", [("f:3", b" {} ")]),
        (b"\xef\xbb\xbf{}\n{}", [("f:1", b"{}"), ("f:2", b"{}")]),
        (b"\xef\xbb\xbf\n{}", [("f:2", b"{}")]),
        (b'{"a": "\xff"}\nnonsense', [("f:1", b'{"a": "\xff"}'), ("f:2", b"nonsense")]),
    ],
)
def test_lines_are_documents_and_blank_ones_are_not(
    source: bytes, expected: list[tuple[str, bytes]]
) -> None:
    assert list(read_lines(reading(source), "f", LIMIT)) == [Found(*pair) for pair in expected]


@given(st.lists(st.binary(max_size=30), max_size=20), st.integers(1, 7))
def test_where_a_source_is_cut_into_chunks_makes_no_difference(
    lines: list[bytes], step: int
) -> None:
    source = b"\n".join(lines)
    chunks = [source[at : at + step] for at in range(0, len(source), step)]
    assert list(read_lines(reading(*chunks), "f", 8)) == list(
        read_lines(reading(source) if source else reading(), "f", 8)
    )


def test_a_line_that_is_too_long_is_refused_and_the_next_one_is_read() -> None:
    source = b"x" * LIMIT + b"\n" + b"y" * (LIMIT + 1) + b"\r\n{}"
    kept, refused, following = read_lines(reading(source), "f", LIMIT)
    assert kept == Found("f:1", b"x" * LIMIT)
    assert isinstance(refused, Unread)
    assert (refused.where, refused.reason) == ("f:2", DeadLetterReason.TOO_LARGE)
    assert following == Found("f:3", b"{}")


def test_an_endless_line_is_not_held_in_memory() -> None:
    chunk = b"x" * 65_536
    left = 2_000

    def read(_: int) -> bytes:
        nonlocal left
        left -= 1
        return chunk if left >= 0 else b""

    tracemalloc.start()
    try:
        (refused,) = read_lines(read, "f", 100_000)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert isinstance(refused, Unread)
    assert str(2_000 * 65_536) in refused.message
    assert peak_bytes < 1_000_000


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b'{\n  "a": 1\n}\n', [("f", b'{\n  "a": 1\n}\n')]),
        (b'[{"a": 1},\n {"b":  2}]', [("f[0]", b'{"a": 1}'), ("f[1]", b'{"b":  2}')]),
        (b"[1, null]", [("f[0]", b"1"), ("f[1]", b"null")]),
        (b'\xef\xbb\xbf [{"a": 1}]', [("f[0]", b'{"a": 1}')]),
        (b'{"a": 1}\n{"b": 2}\n', [("f:1", b'{"a": 1}'), ("f:2", b'{"b": 2}')]),
        (b'{"a": 1}', [("f:1", b'{"a": 1}')]),
        (b"[]", []),
        (b" \n ", []),
        (b"", []),
    ],
)
def test_a_json_file_is_one_document_or_an_array_or_lines_after_all(
    source: bytes, expected: list[tuple[str, bytes]]
) -> None:
    assert list(read_json(reading(source), "f", LIMIT)) == [Found(*pair) for pair in expected]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b'[{"a": 1}, {"b": ', DeadLetterReason.INVALID_JSON),
        (b"[" * 100_000, DeadLetterReason.TOO_DEEP),
        (b"{\n" + b" " * 2_000 + b"}", DeadLetterReason.TOO_LARGE),
    ],
)
def test_a_json_file_that_cannot_be_split_is_one_refused_record(
    source: bytes, reason: DeadLetterReason
) -> None:
    (refused,) = read_json(reading(source), "f", LIMIT)
    assert isinstance(refused, Unread)
    assert refused.reason is reason


def test_an_array_may_be_larger_than_one_document(tmp_path: Path) -> None:
    path = tmp_path / "many.json"
    path.write_text(json.dumps([{"id": str(n), "title": "x" * 50} for n in range(5_000)]))
    assert len(from_path(path)) == 5_000


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.json.gz", "a.GZ"])
def test_gzip_is_unpacked(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(b'{"a": 1}\n{"b": 2}\n'))
    assert from_path(path) == [Found(f"{path}:1", b'{"a": 1}'), Found(f"{path}:2", b'{"b": 2}')]


def test_the_bytes_that_are_told_add_up_to_the_files_size_packed_or_not(tmp_path: Path) -> None:
    for name, data in (("a.jsonl", b"{}\n" * 50_000), ("b.jsonl.gz", gzip.compress(b"{}\n" * 9))):
        path = tmp_path / name
        path.write_bytes(data)
        told: list[int] = []
        from_path(path, told.append)
        assert sum(told) == len(data)


def test_a_truncated_gzip_file_gives_what_is_there_and_then_an_error(tmp_path: Path) -> None:
    path = tmp_path / "cut.jsonl.gz"
    lines = b"".join(f'{{"id": "{n * 7919}"}}\n'.encode() for n in range(50_000))
    packed = gzip.compress(lines)
    path.write_bytes(packed[: len(packed) // 2])
    read: list[Record] = []
    with pytest.raises(SourceError, match=r"cut\.jsonl\.gz cannot be read to its end"):
        read.extend(read_file(path, LIMIT, lambda _: None))
    assert len(read) > 1_000


@pytest.mark.parametrize(
    ("name", "content"), [("not-packed.gz", b"{}\n" * 100), ("missing.jsonl", None)]
)
def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, name: str, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=name):
        from_path(tmp_path / name)
