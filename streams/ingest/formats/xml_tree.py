"""Parses untrusted XML into a tree, without entities and external content, and within limits.

The part of a broken document before its fault is kept. feedparser has its own parser for RSS and
Atom.
"""

import re
from html.entities import html5
from typing import Final
from xml.etree.ElementTree import Element, TreeBuilder, tostring
from xml.parsers import expat

MAX_DEPTH: Final = 200
MAX_ELEMENTS: Final = 1_000_000
LINE: Final = "@line"

_XML_ENTITIES: Final = frozenset(("amp", "lt", "gt", "quot", "apos"))
_NAMED: Final = re.compile(r"&([a-z][a-z0-9]{1,31});", re.IGNORECASE)
# XML does not allow these characters, and many documents have them.
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE: Final = re.compile(r"&#(?:[xX]([0-9a-fA-F]{1,32})|([0-9]{1,32}));")
_LOOSE_AMPERSAND: Final = re.compile(r"&(?!#?\w{1,32};)")
_CDATA: Final = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z))", re.DOTALL)
_DECLARATION: Final = re.compile(r"\A\s*<\?xml\s[^>]{0,300}\?>")


class BadXmlError(ValueError):
    """A document cannot be read. The line is 0 if the fault is in the document as a whole."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


class _Stopped(Exception):  # noqa: N818 - ends the reading, and is no fault of ours
    """Raised inside expat to end the parsing."""


def parse(text: str, *, is_strict: bool = False) -> Element:
    """Return a document's tree. Names lose their prefix, because many documents do not declare it.

    Args:
        text: The document.
        is_strict: Whether a fault rejects the document, and elements have their line as `LINE`.

    Raises:
        BadXmlError: the document declares entities, is nested too deeply, or has no element.
    """
    parser = expat.ParserCreate()
    builder = _Builder(parser if is_strict else None)
    parser.ordered_attributes = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.EntityDeclHandler = builder.entity_declared
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    try:
        parser.Parse(_repaired(text), True)
    except _Stopped:
        raise BadXmlError(builder.refusal, parser.CurrentLineNumber) from None
    except expat.ExpatError as error:
        if is_strict:
            message = f"broken XML: {expat.ErrorString(error.code)}"
            raise BadXmlError(message, error.lineno) from None
    root = builder.finished()
    if root is None:
        raise BadXmlError("it has no element that can be read")
    return root


def child(element: Element | None, *names: str) -> Element | None:
    """Return the first child by name, going down one level a name."""
    for name in names:
        element = None if element is None else element.find(name)
    return element


def children(element: Element | None, name: str) -> list[Element]:
    """Return an element's children of one name."""
    return [] if element is None else element.findall(name)


def text_of(element: Element | None) -> str:
    """Return all text within an element, on one line."""
    return "" if element is None else " ".join("".join(element.itertext()).split())


def language_of(element: Element | None) -> str:
    """Return an element's own `xml:lang`."""
    return "" if element is None else element.get("xml:lang", "")


def html_of(element: Element | None) -> str:
    """Return an element's content as HTML."""
    return "" if element is None else tostring(element, encoding="unicode", method="html")


class _Builder:
    def __init__(self, lines: expat.XMLParserType | None) -> None:
        self._lines = lines
        self._tree = TreeBuilder()
        self._open: list[str] = []
        self._count = 0
        self.refusal = ""

    def start(self, name: str, attributes: list[str]) -> None:
        self._count += 1
        if len(self._open) >= MAX_DEPTH:
            self._refuse(f"its elements are nested more than {MAX_DEPTH} deep")
        if self._count > MAX_ELEMENTS:
            self._refuse(f"it has more than {MAX_ELEMENTS} elements")
        tag = _named(name)
        self._open.append(tag)
        pairs = zip(attributes[::2], attributes[1::2], strict=True)
        named = {_named(key): value for key, value in pairs}
        if self._lines is not None:
            named[LINE] = str(self._lines.CurrentLineNumber)
        self._tree.start(tag, named)

    def end(self, name: str) -> None:
        del name
        self._tree.end(self._open.pop())

    def data(self, text: str) -> None:
        self._tree.data(text)

    def entity_declared(self, *_: object) -> None:
        self._refuse("it declares entities, which are not read")

    def finished(self) -> Element | None:
        if not self._count:
            return None
        while self._open:
            self._tree.end(self._open.pop())
        return self._tree.close()

    def _refuse(self, why: str) -> None:
        self.refusal = why
        raise _Stopped


def _named(name: str) -> str:
    return name if name.startswith("xml:") else name.rpartition(":")[2] or "_"


def _repaired(text: str) -> str:
    # The text is decoded already, so the declared encoding does not apply.
    text = _FORBIDDEN.sub("\ufffd", _DECLARATION.sub(_lines_only, text, count=1))
    if "&" not in text:
        return text
    parts = _CDATA.split(text)
    for index in range(0, len(parts), 2):
        part = _REFERENCE.sub(_possible, _NAMED.sub(_numbered, parts[index]))
        parts[index] = _LOOSE_AMPERSAND.sub("&amp;", part)
    return "".join(parts)


def _lines_only(declaration: re.Match[str]) -> str:
    return "\n" * declaration[0].count("\n")


def _numbered(reference: re.Match[str]) -> str:
    name = reference[1]
    if name in _XML_ENTITIES:
        return reference[0]
    signs = html5.get(f"{name};")
    # The name of an unknown entity is kept, because an error would lose the document.
    return "".join(f"&#{ord(sign)};" for sign in signs) if signs else f"&amp;{name};"


def _possible(reference: re.Match[str]) -> str:
    hexadecimal, decimal = reference.groups()
    digits = (hexadecimal or decimal).lstrip("0")
    code = int(digits or "0", 16 if hexadecimal else 10)
    try:
        sign = chr(code)
    except (ValueError, OverflowError):
        return "\ufffd"
    return "\ufffd" if code == 0 or _FORBIDDEN.match(sign) else reference[0]
