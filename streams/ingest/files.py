"""Reads documents from files and pipes: JSON Lines, or a JSON file of one document or an array.

The memory is bounded. A document keeps its bytes. Only line ends and a byte order mark at the start
of the file are removed.
"""

import gzip
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from processors.errors import DeadLetterReason
from streams.ingest.records import Found, Record, SourceError, Unread

Read = Callable[[int], bytes]
"""Returns at most the given number of bytes, and b"" at the end."""

# An array is split in memory. A file of lines may have any length.
LARGEST_ARRAY_BYTES: Final = 268_435_456

_CHUNK_BYTES: Final = 65_536
_BOM: Final = b"\xef\xbb\xbf"
_DAMAGE: Final = (OSError, EOFError, zlib.error)


def read_file(
    path: Path,
    limit_bytes: int,
    on_bytes: Callable[[int], None],
    guard: Callable[[Read], Read] = lambda read: read,
) -> Iterator[Record]:
    """Yield the documents of a file: `.json` is a document, an array or lines, others are lines.

    A further `.gz` means gzip.

    Args:
        path: The file.
        limit_bytes: Longest document. Longer ones are rejected without holding them in memory.
        on_bytes: Called with the number of bytes that were read since the last call.
        guard: Wraps the function that reads.

    Raises:
        SourceError: the file cannot be read, or is damaged. Earlier documents were yielded.
    """
    try:
        with path.open("rb") as raw:
            packed = path.suffix.lower() == ".gz"
            inner = path.with_suffix("") if packed else path
            # gzip needs a stream, not a function. Closing `raw` closes everything.
            stream: BinaryIO = gzip.GzipFile(fileobj=raw) if packed else raw  # type: ignore[assignment]  # it is one
            read = guard(_counted(stream.read1, raw, on_bytes))  # type: ignore[attr-defined]  # both have it
            name = str(path)
            if inner.suffix.lower() == ".json":
                yield from read_json(read, name, limit_bytes)
            else:
                yield from read_lines(read, name, limit_bytes)
    except _DAMAGE as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SourceError(f"{path} cannot be read to its end: {reason}") from error


def read_lines(read: Read, name: str, limit_bytes: int) -> Iterator[Record]:
    r"""Yield the lines, which end with "\n" or "\r\n". Blank ones are skipped.

    Args:
        read: Returns the bytes.
        name: The source's name. The number of the line follows it, from 1.
        limit_bytes: Longest line. No more than this is held of a longer one.
    """
    number = 1
    held: list[bytes] = []
    size = 0
    while chunk := read(_CHUNK_BYTES):
        *ends, rest = chunk.split(b"\n")
        for piece in ends:
            size += len(piece)
            held.append(piece)
            yield from _line(held, size, f"{name}:{number}", limit_bytes, first=number == 1)
            number, held, size = number + 1, [], 0
        size += len(rest)
        if size > limit_bytes + len(_BOM) + 1:
            held.clear()  # rejected already: only its length is still needed
        elif rest:
            held.append(rest)
    yield from _line(held, size, f"{name}:{number}", limit_bytes, first=number == 1)


def read_json(read: Read, name: str, limit_bytes: int) -> Iterator[Record]:
    """Yield one document, or the documents of an array, or the lines if each is a document.

    Args:
        read: Returns the bytes.
        name: The source's name. In an array, the index from 0 follows it in brackets.
        limit_bytes: Longest document.
    """
    head = _first_chunk(read)
    opening = head.removeprefix(_BOM).lstrip()
    if opening.startswith(b"["):
        yield from _array(_whole(head, read, LARGEST_ARRAY_BYTES), name)
    elif _is_complete(opening):
        yield from read_lines(_again(head, read), name, limit_bytes)
    else:
        whole = _whole(head, read, limit_bytes)
        if whole is None:
            yield _too_large(name, "the document", limit_bytes)
        elif whole.strip():
            yield Found(name, whole)


def _line(
    held: list[bytes], size: int, where: str, limit_bytes: int, *, first: bool
) -> Iterator[Record]:
    value = b"".join(held).removesuffix(b"\r")
    if first:
        value = value.removeprefix(_BOM)
    # Dropped bytes are not in `held` any more.
    if len(value) > limit_bytes or size > limit_bytes + len(_BOM) + 1:
        yield Unread(
            where,
            DeadLetterReason.TOO_LARGE,
            f"the line has {size} bytes; at most {limit_bytes} are sent",
        )
    elif value.strip():
        yield Found(where, value)


def _is_complete(opening: bytes) -> bool:
    line, end, _ = opening.partition(b"\n")
    if not end and len(opening) >= _CHUNK_BYTES // 2:
        return True  # one long line is the same document
    try:
        msgspec.json.decode(line, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _array(whole: bytes | None, name: str) -> Iterator[Record]:
    if whole is None:
        yield _too_large(name, "the array", LARGEST_ARRAY_BYTES, "; write one document a line")
        return
    try:
        elements = msgspec.json.decode(whole, type=list[msgspec.Raw])
    except RecursionError:
        yield Unread(name, DeadLetterReason.TOO_DEEP, "the array is nested too deep to be split")
        return
    except msgspec.DecodeError as error:
        yield Unread(name, DeadLetterReason.INVALID_JSON, f"the array is not JSON: {error}")
        return
    for index, element in enumerate(elements):
        yield Found(f"{name}[{index}]", bytes(element))


def _whole(head: bytes, read: Read, limit_bytes: int) -> bytes | None:
    parts, size = [head], len(head)
    while size <= limit_bytes and (chunk := read(_CHUNK_BYTES)):
        parts.append(chunk)
        size += len(chunk)
    return None if size > limit_bytes else b"".join(parts).removeprefix(_BOM)


def _first_chunk(read: Read) -> bytes:
    # White space may fill whole chunks. The first other character decides how the rest is read.
    head = b""
    while len(head) < _CHUNK_BYTES and (chunk := read(_CHUNK_BYTES)):
        head += chunk
    return head


def _again(head: bytes, read: Read) -> Read:
    waiting = [head]
    return lambda count: waiting.pop() if waiting else read(count)


def _counted(read: Read, raw: BinaryIO, on_bytes: Callable[[int], None]) -> Read:
    # Compressed bytes are counted, because only their total is known beforehand.
    tells = raw.seekable()  # a pipe has no position
    seen = 0

    def counted(count: int) -> bytes:
        nonlocal seen
        chunk = read(count)
        position = raw.tell() if tells else seen + len(chunk)
        on_bytes(position - seen)
        seen = position
        return chunk

    return counted


def _too_large(where: str, what: str, limit_bytes: int, advice: str = "") -> Unread:
    message = f"{what} has more than {limit_bytes} bytes{advice}"
    return Unread(where, DeadLetterReason.TOO_LARGE, message)
