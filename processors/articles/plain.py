"""Makes plain text of publishers' text: decodes escapes, reads markup, ignores stubs.

It decides what is markup in a text of unknown type, how often escapes are decoded, and which of
several texts is the article's. Feeds and JSON are read the same way::

    from processors.articles.plain import best_text, to_plain

    title = clean_line(to_plain(raw_title))            # 'Macron &amp;quot;furious&amp;quot;'
    text = best_text([to_plain(body, is_html=True), to_plain(teaser)], title)

A "<" is markup only where a tag of HTML is closed, has attributes, or stands where a paragraph
begins or a line breaks: "5 < 6" and "List<String>" stay as they are. The time is linear in the
text's length.
"""

import html
import re
from collections.abc import Iterable
from typing import Final

from processors.articles.markup import KNOWN_TAGS, html_to_text

# Escaped once by the writer, once by the editor's system, once by the feed, and once for luck.
_MOST_ROUNDS: Final = 4

_ENTITY: Final = re.compile(
    r"&(?:#[0-9]{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.ASCII | re.IGNORECASE
)
_NAMES: Final = "|".join(sorted(map(re.escape, KNOWN_TAGS - {"head"}), key=len, reverse=True))
_MARKUP: Final = re.compile(
    rf"""<(?:
      /(?:{_NAMES})\s*>                                # what is closed
      | (?:{_NAMES})\s+[a-z][a-z0-9:-]*\s*=\s*["'a-z0-9/]  # what has attributes
      | (?<![^\s.!?>"'\u201d]<)p>(?=\S) | (?<=\S<)br\s*/?> | br\s*/>
      | !-- | !\[CDATA\[)""",
    re.ASCII | re.IGNORECASE | re.VERBOSE,
)
# WordPress's, where no plugin has undone them: a caption goes whole, of others the mark.
_SHORTCODE_CAPTION: Final = re.compile(
    r"\[(?:wp_)?caption\s[^\[\]]{0,500}\][^\[\]]{0,1000}\[/(?:wp_)?caption\]"
)
_SHORTCODE: Final = re.compile(
    r"\[/?[a-z][a-z0-9_-]{1,30}\s+[a-z][a-z0-9_-]{0,30}=[\"'\u201c\u201d\u2018\u2019\u2033][^\[\]]{0,500}\]"
)
_MARKDOWN_IMAGE: Final = re.compile(r"!\[[^\]\n]{0,300}\]\([^()\s]{1,2000}\)")

# "[+1234 chars]", "[1234 chars]", "[...]", "[…]" at the end.
_CUT: Final = re.compile(
    r"\s*\[\s*(?:\+?\d{1,7}\s+(?:chars|characters|more)|\.{3}|\u2026)\s*\]\s*$"
)
_FIRST_APPEARED: Final = re.compile(
    r"\n?\s*The post [^\n]{1,300} (?:first )?appeared (?:first )?on [^\n]{1,200}$"
)
_CONTINUED: Final = re.compile(
    r"""(?:^ | (?<=[.!?\u2026\])"\u201d\n]) | (?<=\s)(?=\[?(?-i:[A-Z])))
    \s*\[?
    (?:continue\ reading | keep\ reading | comments
      | read\ (?:more|on|the\ (?:full|rest|whole)\b[^\n.]{0,60}|(?:full|entire)\ (?:story|article))
      | click\ (?:here|to\ (?:read|continue))[^\n.]{0,60}
      | (?:full|more)\ (?:story|article)(?:\ here)? | view\ (?:full\ )?(?:article|story|post)
      | lire\ la\ suite | weiterlesen | mehr\ lesen | leer\ m[aá]s | seguir\ leyendo
      | leia\ mais | leggi\ (?:tutto|di\ più) | lees\ (?:meer|verder)
      | czytaj\ więcej | läs\ mer | les\ mer | læs\ mere | devamını\ oku
      | читать\ далее)
    \s*(?:\.{3}|\u2026|[\u2192\u00bb>:.]+)?\s*\]?\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
# Each of the alternatives above has one of these.
_STUB_WORDS: Final = (
    *("read", "click", "story", "article", "post", "comments", "suite", "lesen", "leer", "seguir"),
    *("leia", "leggi", "lees", "wi\u0119cej", "mer", "devam\u0131n\u0131", "читать"),
)
_LONGEST_STUB: Final = 120
_TAIL_CHARACTERS: Final = 400
_SPACE_CHARACTERS: Final = 200


def to_plain(text: str, *, is_html: bool = False) -> str:
    """Return a text without markup and escapes; not yet cleaned.

    Args:
        text: As sent.
        is_html: Whether the format says that it is HTML; else the text itself has to show it.
    """
    for _ in range(_MOST_ROUNDS):
        if is_html:
            text = html_to_text(text)
        elif "<" in text and _MARKUP.search(text):
            text = html_to_text(text, only_known=True)
        elif "&" in text and _ENTITY.search(text):
            text = _ENTITY.sub(_unescaped, text)
        else:
            break
        is_html = False
    if "]" in text and "=" in text:
        text = _SHORTCODE.sub("", _SHORTCODE_CAPTION.sub("", text))
    if "![" in text:
        text = _MARKDOWN_IMAGE.sub("", text)
    return text


def best_text(candidates: Iterable[str], title: str = "") -> str:
    """Return the longest real text, the first of equals, without a mark of continuation.

    "Continue reading…", "[+1234 chars]" and the title once more are no real text. Where there is no
    other, the result is "".
    """
    best = ""
    heading = _compared(title)
    for candidate in candidates:
        text = without_stub(candidate)
        if len(text) > len(best) and not _is_heading(text, heading):
            best = text
    return best


def without_stub(text: str) -> str:
    """Return a text without the words at its end that lead to the rest of it."""
    text = text.strip()
    start = max(0, len(text) - _TAIL_CHARACTERS)
    tail = text[start:]
    if "appeared" in tail:
        tail = _FIRST_APPEARED.sub("", tail)
    tail = _without_cut(tail)
    folded = tail[-_LONGEST_STUB:].lower()
    if any(word in folded for word in _STUB_WORDS):
        tail = _CONTINUED.sub("", tail)
    return (text[:start] + _without_cut(tail)).rstrip()


def _without_cut(tail: str) -> str:
    return _CUT.sub("", tail) if tail.endswith("]") else tail


def _unescaped(entity: re.Match[str]) -> str:
    return html.unescape(entity.group())


def _is_heading(text: str, heading: str) -> bool:
    # Blank space and dots may make it a little longer.
    is_near = bool(heading) and len(text) <= len(heading) + _SPACE_CHARACTERS
    return is_near and _compared(text) == heading


def _compared(text: str) -> str:
    return " ".join(text.split()).rstrip(".\u2026 ").casefold()
