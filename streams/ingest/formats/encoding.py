"""Decodes a document's bytes.

Declared encodings are often wrong, so the bytes decide first: a byte order mark, then the zeros of
UTF-16, then whether they are valid UTF-8, which text in another encoding almost never is. Then the
declarations of the server and of the document count.
"""

import codecs
import re
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BY_ZEROS: Final = (
    (b"\x00\x00\x00<", "utf-32-be"),
    (b"<\x00\x00\x00", "utf-32-le"),
    (b"\x00<", "utf-16-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00{", "utf-16-be"),
    (b"{\x00", "utf-16-le"),
    (b"\x00[", "utf-16-be"),
    (b"[\x00", "utf-16-le"),
)
_CHARSET: Final = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.ASCII | re.IGNORECASE)
_DECLARED: Final = re.compile(
    rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]{1,40})[\"']"
    rb"|<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{1,40})",
    re.IGNORECASE,
)
_DECLARED_WITHIN: Final = 2_048
# Browsers read all of these as Windows-1252, because pages that declare them nearly always are.
_LATIN: Final = frozenset(("ascii", "iso8859-1", "cp1252"))
# In these, every byte or pair of bytes is valid, or they are ASCII with shifts.
_MULTIPLE: Final = frozenset(
    (
        *("gb2312", "gbk", "gb18030", "hz", "big5", "big5hkscs"),
        *("shift_jis", "cp932", "euc_jp", "iso2022_jp"),
        *("euc_kr", "cp949", "johab", "iso2022_kr"),
    )
)
_UTF8: Final = "utf-8"
_FALLBACK: Final = "cp1252"
# One entry in another encoding must not damage all the others.
_GOOD_FOR_ONE_BAD: Final = 10


def decode_text(body: bytes, content_type: str = "") -> str:
    """Return a document's text. It never raises: invalid bytes become U+FFFD."""
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    start = body.lstrip(b" \t\r\n")[:4]
    for zeros, encoding in _BY_ZEROS:
        if start.startswith(zeros):
            return body.decode(encoding, "replace")
    declared = _declared(body, content_type)
    if declared[:1] and declared[0] in _MULTIPLE:
        try:
            return body.decode(declared[0])
        except (UnicodeDecodeError, LookupError):
            pass
    if (text := _as_utf8(body)) is not None:
        return text
    for encoding in (*declared, _FALLBACK):
        try:
            return body.decode(_FALLBACK if encoding in _LATIN else encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return body.decode(_FALLBACK, "replace")


def _as_utf8(body: bytes) -> str | None:
    text = body.decode(_UTF8, "replace")
    bad = text.count("\ufffd")
    if not bad:
        return text
    good = len(text) - len(text.encode("ascii", "ignore")) - bad
    return text if good > _GOOD_FOR_ONE_BAD * bad else None


def _declared(body: bytes, content_type: str) -> list[str]:
    names = [found[1] for found in [_CHARSET.search(content_type)] if found]
    if found := _DECLARED.search(body[:_DECLARED_WITHIN]):
        names.append((found[1] or found[2]).decode("ascii", "replace"))
    encodings = []
    for name in names:
        try:
            encoding = codecs.lookup(name)
        except (LookupError, ValueError):
            continue
        # Python has codecs that are not text encodings ("hex", "rot13").
        if getattr(encoding, "_is_text_encoding", True) and encoding.name not in (_UTF8, "idna"):
            encodings.append(encoding.name)
    return encodings
