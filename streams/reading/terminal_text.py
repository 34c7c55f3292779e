"""Makes text and JSON of a topic safe to print on a terminal.

An article may hold escape sequences that rewrite the screen. It may hold direction marks that show
a line in another order than it is stored in (CVE-2021-42574, "Trojan Source"). A lone surrogate
cannot be printed at all.
"""

import re
import unicodedata

# Direction marks, embeddings, overrides and isolates; deprecated format characters; byte order
# marks; annotations; tags. The joiners U+200C and U+200D stay: Persian and Hindi need them.
_FORMAT = "\u061c\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
_CONTROL = r"\x00-\x1f\x7f-\x9f"
_SURROGATE = "\ud800-\udfff"
_BREAKS = re.compile("[\t\n\v\f\r\x85\u2028\u2029]+")
_UNSAFE = re.compile(f"[{_CONTROL}{_FORMAT}{_SURROGATE}]")
_UNSAFE_BUT_BREAKS = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_FORMAT}{_SURROGATE}]")
# JSON has such characters only inside strings, where they may be escaped.
_UNSAFE_IN_JSON = re.compile(f"[\x7f-\x9f\u2028\u2029{_FORMAT}]")
_UNICODE_BMP_END = 0xFFFF


def visible(text: str) -> str:
    """Return the text as one line, without unsafe characters. Breaks and tabs become spaces."""
    return _UNSAFE.sub("", _BREAKS.sub(" ", text))


def visible_lines(text: str) -> str:
    r"""Return the text with unsafe characters named, such as `<U+001B>`; `\n` and tabs stay."""
    return _UNSAFE_BUT_BREAKS.sub(_named, text.replace("\r\n", "\n"))


def visible_json(document: str) -> str:
    """Return a JSON document with its unsafe characters escaped. Its value does not change."""
    return _UNSAFE_IN_JSON.sub(_escaped, document)


def folded(text: str) -> str:
    """Return a text for comparison: without case, accents and unsafe characters."""
    apart = unicodedata.normalize("NFKD", visible(text))
    return "".join(c for c in apart if not unicodedata.combining(c)).casefold()


def _named(match: re.Match[str]) -> str:
    return f"<U+{ord(match[0]):04X}>"


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code <= _UNICODE_BMP_END:
        return f"\\u{code:04x}"
    units = match[0].encode("utf-16-be")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in (0, 2))
