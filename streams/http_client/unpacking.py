"""Unpacks the content codings of HTTP (gzip, deflate, brotli) in pieces and with a bound.

A small body may unpack to any size, so a call returns no more bytes than allowed.
"""

import zlib
from typing import Final, Protocol

import brotli

ACCEPT_ENCODING: Final = "gzip, deflate, br"

_GZIP_WINDOW: Final = 31
_ZLIB_WINDOW: Final = 15
_RAW_WINDOW: Final = -15
_HEADER_BYTES: Final = 2


class BadCodingError(ValueError):
    """The body does not have the coding that its server names."""


class Unpacking(Protocol):
    """Unpacks one body."""

    def unpack(self, piece: bytes, max_bytes: int) -> bytes:
        """Return the unpacked bytes of a piece. If they exceed `max_bytes`, give up the body.

        Raises:
            BadCodingError: The coding is broken.
        """

    @property
    def is_complete(self) -> bool:
        """Return whether the end of the coding was read."""


def unpacking_of(coding: str) -> Unpacking | None:
    """Return the unpacker of a coding, or None for a body that is not packed.

    Raises:
        BadCodingError: The coding was not asked for.
    """
    match coding.strip().lower():
        case "" | "identity":
            return None
        case "gzip" | "x-gzip":
            return _Zlib("gzip")
        case "deflate":
            return _Zlib("deflate")
        case "br":
            return _Brotli()
    raise BadCodingError("was not asked for")


class _Zlib:
    def __init__(self, name: str) -> None:
        self._name = name
        self._start = b""
        self._decompressor = zlib.decompressobj(_GZIP_WINDOW) if name == "gzip" else None

    def unpack(self, piece: bytes, max_bytes: int) -> bytes:
        if self._decompressor is None:
            self._start += piece
            if len(self._start) < _HEADER_BYTES:
                return b""
            piece = self._start
            self._decompressor = zlib.decompressobj(_window(piece))
        try:
            return self._decompressor.decompress(piece, max_bytes)
        except zlib.error as error:
            raise BadCodingError(f"the {self._name} coding is broken: {error}") from error

    @property
    def is_complete(self) -> bool:
        return self._decompressor is not None and self._decompressor.eof


def _window(start: bytes) -> int:
    # The standard requires zlib's format. Old servers send the bare stream.
    is_zlib = start[0] & 0x0F == zlib.DEFLATED and int.from_bytes(start[:2], "big") % 31 == 0
    return _ZLIB_WINDOW if is_zlib else _RAW_WINDOW


class _Brotli:
    def __init__(self) -> None:
        self._decompressor = brotli.Decompressor()

    def unpack(self, piece: bytes, max_bytes: int) -> bytes:
        parts: list[bytes] = []
        try:
            # The limit is the size at which the library's buffer stops growing, and not the maximum
            # output.
            while piece or not self._decompressor.can_accept_more_data():
                parts.append(self._decompressor.process(piece, output_buffer_limit=max_bytes))
                piece = b""
                max_bytes -= len(parts[-1])
                if max_bytes <= 0:
                    break
        except brotli.error as error:
            raise BadCodingError(f"the br coding is broken: {error}") from error
        return b"".join(parts)

    @property
    def is_complete(self) -> bool:
        return bool(self._decompressor.is_finished())
