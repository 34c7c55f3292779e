"""Decompresses record batches in pieces, so that no batch decides how much memory it takes.

It handles the framing of each codec as Kafka's producers write it.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import Final

import cramjam
import zstandard
from lz4.frame import LZ4FrameDecompressor

NONE: Final = 0
GZIP: Final = 1
SNAPPY: Final = 2
LZ4: Final = 3
ZSTD: Final = 4
NAMES: Final = {GZIP: "gzip", SNAPPY: "snappy", LZ4: "lz4", ZSTD: "zstd"}

PIECE_BYTES: Final = 262_144
# zstd keeps a window of its output in memory. Kafka's default level needs 2 MiB, level 20 needs 32.
MAX_WINDOW_BYTES: Final = 67_108_864
# A snappy block is decompressed whole. It cannot grow more than about 22 times.
MAX_SNAPPY_RATIO: Final = 32

_XERIAL_MAGIC: Final = b"\x82SNAPPY\x00"
_XERIAL_HEADER_BYTES: Final = 16
_BLOCK_LENGTH: Final = struct.Struct(">i")
_GZIP_WINDOW: Final = 31


class CodecError(ValueError):
    """The bytes do not match the codec, or the codec is unknown."""


def pieces(codec: int, packed: memoryview) -> Iterator[bytes]:
    """Decompress, a piece at a time.

    Raises:
        CodecError: The codec is unknown, or the bytes are damaged. The pieces before are right.
    """
    unpack = _UNPACK.get(codec)
    if unpack is None:
        raise CodecError(f"the codec {codec} is unknown")
    try:
        yield from unpack(packed)
    except CodecError:
        raise
    except Exception as error:
        # Each library has its own errors. lz4 raises a RuntimeError.
        raise CodecError(f"{NAMES[codec]} data is damaged: {error}") from error


def unpacked(codec: int, packed: memoryview, max_bytes: int) -> bytes | None:
    """Decompress at once, or return None if the result is larger than `max_bytes`.

    Raises:
        CodecError: As for `pieces`.
    """
    parts = []
    size = 0
    for piece in pieces(codec, packed):
        size += len(piece)
        if size > max_bytes:
            return None
        parts.append(piece)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _gzip(packed: memoryview) -> Iterator[bytes]:
    rest: bytes | memoryview = packed
    while len(rest):
        member = zlib.decompressobj(_GZIP_WINDOW)
        while not member.eof:
            piece = member.decompress(rest, PIECE_BYTES)
            rest = member.unconsumed_tail
            if piece:
                yield piece
            elif not rest and not member.eof:
                raise CodecError("gzip data ends too early")
        rest = member.unused_data


def _zstd(packed: memoryview) -> Iterator[bytes]:
    decompressor = zstandard.ZstdDecompressor(max_window_size=MAX_WINDOW_BYTES)
    with decompressor.stream_reader(packed, read_across_frames=True) as reader:
        while piece := reader.read(PIECE_BYTES):
            yield piece


def _lz4(packed: memoryview) -> Iterator[bytes]:
    rest = bytes(packed)
    while rest:
        frame = LZ4FrameDecompressor()
        given = rest
        while not frame.eof:
            piece = frame.decompress(given, PIECE_BYTES)
            given = b""
            if piece:
                yield piece
            elif frame.needs_input:
                raise CodecError("lz4 data ends too early")
        rest = frame.unused_data or b""


def _snappy(packed: memoryview) -> Iterator[bytes]:
    if bytes(packed[: len(_XERIAL_MAGIC)]) != _XERIAL_MAGIC:
        yield _snappy_block(packed)
        return
    # Java's framing. Version numbers are ignored, because some producers write them in another byte
    # order.
    at = _XERIAL_HEADER_BYTES
    while at < len(packed):
        (length,) = _BLOCK_LENGTH.unpack_from(packed, at)
        at += _BLOCK_LENGTH.size
        if not 0 <= length <= len(packed) - at:
            raise CodecError("snappy data ends too early")
        yield _snappy_block(packed[at : at + length])
        at += length


def _snappy_block(block: memoryview) -> bytes:
    size = shift = 0
    for byte in block[:5]:
        size |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            break
    if size > MAX_SNAPPY_RATIO * len(block):
        raise CodecError(
            f"a snappy block of {len(block)} bytes declares an unpacked size of {size}"
        )
    return bytes(cramjam.snappy.decompress_raw(bytes(block)))


_UNPACK: Final = {GZIP: _gzip, SNAPPY: _snappy, LZ4: _lz4, ZSTD: _zstd}
