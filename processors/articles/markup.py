"""Reads HTML bodies as plain text, with their paragraphs.

It is a scanner of our own, after the tokenizer of the HTML Living Standard, because the standard
library's `html.parser` is quadratic on broken markup (32 kB of "<a " hold it for seconds), and
because its reading of broken markup changes with Python's patch versions, which would move the
offsets of a replay. Entities are the standard library's. Comments, scripts, styles and other raw
text are dropped. An element that a broken page leaves open is dropped to the page's end, as
browsers do.

Elements around an article are dropped whole if they are closed: captions, asides, navigation, and
elements with a class such as related, share or credit. Attributes are never text. The
same reading serves NITF, whose head and end repeat the headline and name the writers.
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
        "nitf",
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

# Dropped with all that is in them.
_ASIDE: Final = frozenset(
    [
        *("aside", "button", "datalist", "dialog", "figcaption", "footer", "nav", "select", "svg"),
        # NITF
        *("body.end", "body.head", "byline", "docdata", "head", "media", "tagline", "tobject"),
    ]
)
_ASIDE_CLASS: Final = re.compile(
    r"""(?<![a-z])
    (?:related|read-?_?more|also-?_?read|see-?_?also|most-?_?(?:read|popular|viewed)|more-?_?on
      |recommended|recommendations?|trending|newsletter|sign-?up|subscribe|caption|credits?
      |copyright|bylines?|tags|tag-?_?list|topics|social|share|sharing|sharedaddy|share-?buttons
      |related-?_?posts|relatedposts|yarpp|rich-link|breadcrumbs?|cookies?|advert(?:isement)?|promo
      |post-?author|author-?(?:name|bio|box)|entry-?tags|post-?tags|wp-embedded-content
      |sr-only|visually-hidden|screen-reader-text)
    (?![a-z])""",
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
_CLASSES: Final = re.compile(
    r"""\sclass\s*=\s*(?:"([^"]{0,200})|'([^']{0,200})|([^\s"'>]{1,200}))""",
    re.ASCII | re.IGNORECASE,
)
_CLOSED_BY_THE_NEXT: Final = frozenset(("li", "p"))
# Never closed: a class on one of these says nothing of what follows.
_VOID: Final = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"]
)
_INLINE: Final = frozenset(
    """
    a abbr acronym audio b bdi bdo big blink canvas center cite code data del details dfn em font i
    ins kbd label mark map meter object output param picture progress q rp rt ruby s samp slot small
    span strike strong sub summary sup template time tt u var video legend dir tbody thead tfoot
    colgroup menu marquee nobr amp-img body.content block hedline
    """.split()  # noqa: SIM905 - eighty names
)
KNOWN_TAGS: Final = _PARAGRAPH | _LINE | _CELL | _DROPPED | _ASIDE | _VOID | _INLINE
"""The elements of HTML and of NITF: any other name between "<" and ">" may be text."""

# Any other "<" is a sign of the text, as in "1 < 2".
_MARK: Final = re.compile(r"<(?=[a-z!?/])", re.ASCII | re.IGNORECASE)
_NAME: Final = re.compile(r"</?([a-z][^\s/>]*)", re.ASCII | re.IGNORECASE)
# Possessive: a tag that never ends costs one look to the end of the page, and no way back.
_REST_OF_TAG: Final = re.compile(r"""(?:[^>"']++|"[^"]*+"|'[^']*+')*+>""")
# An element that HTML does not know, such as a gallery's: "List<String>" has no attributes.
_HAS_ATTRIBUTE: Final = re.compile(
    r"""\s+[a-z][a-z0-9:-]{0,40}\s?=\s?["']""", re.ASCII | re.IGNORECASE
)
_BLANKS: Final = re.compile(r"[ \t\n\r\f]+")
# No code point has so many digits, and int() refuses very long ones.
_HUGE_REFERENCE: Final = re.compile(r"&#(?:[0-9]{8,}|x[0-9a-f]{7,});?", re.ASCII | re.IGNORECASE)


def html_to_text(page: str, *, only_known: bool = False) -> str:
    """Return the text of a page or fragment: a blank line between paragraphs, one line a `br`.

    Linear in the length of the page; never raises. The result is not yet cleaned.

    Args:
        page: HTML or NITF.
        only_known: Keep what has the form of a tag and no name of HTML's, such as "List<String>".
    """
    out: list[str] = []
    asides = _Asides(out)
    position = 0
    quotes_close = True
    while mark := _MARK.search(page, position):
        start = mark.start()
        out.append(_data(page[position:start]))
        if name := _NAME.match(page, start):
            tag = name.group(1).lower()
            is_text = tag not in KNOWN_TAGS and not _HAS_ATTRIBUTE.match(page, name.end())
            if only_known and is_text:
                out.append(_data(page[start : name.end()]))
                position = name.end()
                continue
            end, quotes_close = _end_of_tag(page, name.end(), quotes_close=quotes_close)
            out.append(_break(tag))
            if end >= 0:
                asides.see(tag, page, start, name.end(), end)
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


class _Asides:
    """Removes what stands in an element around the article, once it is closed.

    One that is never closed is kept, with the article that may follow in it.
    """

    __slots__ = ("_counts", "_open", "_out")

    def __init__(self, out: list[str]) -> None:
        self._out = out
        self._open: list[tuple[str, int]] = []
        """Name and where it began; elements of the same name within have no beginning, -1."""
        self._counts: dict[str, int] = {}

    def see(self, tag: str, page: str, start: int, name_end: int, end: int) -> None:
        """Take note of a tag from `start` to `end`."""
        if page[start + 1] == "/":
            self._close(tag)
            return
        if tag in _VOID or page[end - 2] == "/":
            return
        if tag in _CLOSED_BY_THE_NEXT and self._open and self._open[-1][0] == tag:
            self._close(tag)
        if tag in _ASIDE or _has_aside_class(page, name_end, end):
            self._push(tag, len(self._out))
        elif self._counts.get(tag):
            self._push(tag, -1)

    def _push(self, tag: str, mark: int) -> None:
        self._open.append((tag, mark))
        self._counts[tag] = self._counts.get(tag, 0) + 1

    def _close(self, tag: str) -> None:
        if tag == "figure" and self._open and self._open[-1][0] == "figcaption":
            tag = "figcaption"
        if not self._counts.get(tag):
            return
        name = ""
        while name != tag:
            name, mark = self._open.pop()
            self._counts[name] -= 1
        if mark >= 0:
            del self._out[mark:]
            self._out.append(_break(tag) or " ")


def _has_aside_class(page: str, start: int, end: int) -> bool:
    found = _CLASSES.search(page, start, end)
    return found is not None and _ASIDE_CLASS.search(found[found.lastindex or 0]) is not None


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
