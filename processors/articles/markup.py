"""HTML bodies as plain text.

Owns which parts of a page are text and where its paragraphs end. Must not know articles.

A scanner of our own, after the tokenizer of the HTML Living Standard, because the standard
library's `html.parser` is quadratic on broken markup (32 kB of "<a " hold it for seconds), and
because its reading of broken markup changes with Python's patch versions, which would move the
offsets of a replay. Entities are the standard library's. Comments, scripts, styles and other raw
text are dropped; what a broken page leaves open is dropped to its end, as browsers do.
"""

import html
import re
from functools import cache
from typing import Final

_PARAGRAPH: Final = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "dl",
        "div",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hl1",
        "hl2",
        "hr",
        "html",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "ul",
    ]
)
_LINE: Final = frozenset(["br", "caption", "dd", "dt", "li", "option", "tr"])
_CELL: Final = frozenset(("td", "th"))
# The standard reads these as raw text up to their own end tag: nothing nests in them.
_DROPPED: Final = frozenset(
    ["iframe", "noembed", "noframes", "noscript", "script", "style", "textarea", "title", "xmp"]
)

# Any other "<" is a sign of the text, as in "1 < 2".
_MARK: Final = re.compile(r"<(?=[a-z!?/])", re.ASCII | re.IGNORECASE)
_NAME: Final = re.compile(r"</?([a-z][^\s/>]*)", re.ASCII | re.IGNORECASE)
# Possessive: a tag that never ends costs one look to the end of the page, and no way back.
_REST_OF_TAG: Final = re.compile(r"""(?:[^>"']++|"[^"]*+"|'[^']*+')*+>""")
_BLANKS: Final = re.compile(r"[ \t\n\r\f]+")
# No code point has so many digits, and int() refuses very long ones.
_HUGE_REFERENCE: Final = re.compile(r"&#(?:[0-9]{8,}|x[0-9a-f]{7,});?", re.ASCII | re.IGNORECASE)


def html_to_text(page: str) -> str:
    """Return the text of a page or fragment: a blank line between paragraphs, one line a `br`.

    Linear in the length of the page; never raises. The result is not yet cleaned.
    """
    out: list[str] = []
    position = 0
    quotes_close = True
    while mark := _MARK.search(page, position):
        start = mark.start()
        out.append(_data(page[position:start]))
        if name := _NAME.match(page, start):
            end, quotes_close = _end_of_tag(page, name.end(), quotes_close=quotes_close)
            tag = name.group(1).lower()
            out.append(_break(tag))
            if end >= 0 and tag in _DROPPED and page[start + 1] != "/":
                closing = _closing(tag).search(page, end)
                end = closing.start() if closing else -1
        elif page.startswith("<![CDATA[", start):
            end = page.find("]]>", start)
            out.append(_BLANKS.sub(" ", page[start + 9 : end if end >= 0 else None]))
            end = end + 3 if end >= 0 else -1
        elif page.startswith("<!--", start):
            end = _after(page, "-->", start + 2)
        else:
            end = _after(page, ">", start)
        if end < 0:
            return "".join(out)
        position = end
    out.append(_data(page[position:]))
    return "".join(out)


def _end_of_tag(page: str, start: int, *, quotes_close: bool) -> tuple[int, bool]:
    # A quote that never closes is found out once; asking at each later tag would be quadratic.
    if quotes_close and (rest := _REST_OF_TAG.match(page, start)):
        return rest.end(), True
    return _after(page, ">", start), False


def _after(page: str, sign: str, start: int) -> int:
    found = page.find(sign, start)
    return found + len(sign) if found >= 0 else -1


def _break(tag: str) -> str:
    if tag in _PARAGRAPH:
        return "\n\n"
    if tag in _LINE:
        return "\n"
    return " " if tag in _CELL else ""


def _data(raw: str) -> str:
    raw = _BLANKS.sub(" ", raw)
    return html.unescape(_HUGE_REFERENCE.sub("\ufffd", raw)) if "&" in raw else raw


@cache
def _closing(tag: str) -> re.Pattern[str]:
    return re.compile(rf"</{tag}(?=[\s/>])", re.IGNORECASE)
