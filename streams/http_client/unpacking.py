"""Content codings of HTTP, unpacked piece by piece with a bound: gzip, deflate and brotli.

Owns what each coding's library is asked. A small body may unpack to anything, so a piece gives no
more than it is allowed to.
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
    """The body is not in the coding that its server names."""


class Unpacking(Protocol):
    """Unpacks one body."""

    def unpack(self, piece: bytes, max_bytes: int) -> bytes:
        """Return what a piece unpacks to; with more than `max_bytes` the body must be given up.

        Raises:
            BadCodingError: The coding is broken.
        """

    @property
    def is_complete(self) -> bool:
        """Return whether the end of the coding was read."""


def unpacking_of(coding: str) -> Unpacking | None:
    """Return what unpacks a coding; None for a body that is not packed.

    Raises:
        BadCodingError: A coding that was not asked for.
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
    # The standard means zlib's form; old servers send the bare stream.
    is_zlib = start[0] & 0x0F == zlib.DEFLATED and int.from_bytes(start[:2], "big") % 31 == 0
    return _ZLIB_WINDOW if is_zlib else _RAW_WINDOW


class _Brotli:
    def __init__(self) -> None:
        self._decompressor = brotli.Decompressor()

    def unpack(self, piece: bytes, max_bytes: int) -> bytes:
        parts: list[bytes] = []
        try:
            # The limit is where the library's buffer stops to grow, and not the longest output.
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
