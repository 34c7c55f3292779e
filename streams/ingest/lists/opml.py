"""Reads OPML 1 and 2: the list of feeds that every feed reader exports.

Outlines without an address are groups: their names are the categories of the feeds below. The
attributes `source`, `country` and `interval` are an extension, which OPML allows.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import Element

from streams.ingest.formats.encoding import decode_text
from streams.ingest.formats.xml_tree import LINE, BadXmlError, parse
from streams.ingest.lists.feed import (
    MAX_FEEDS,
    BadFeedListError,
    Feed,
    ListProblem,
    feed_of,
    merged,
    read_bytes,
)

# Outlines of these types are feeds. A missing address is a fault.
_FEED_TYPES: Final = frozenset(("rss", "atom", "feed", "rss1", "pie"))
_MAX_CATEGORIES: Final = 20


def read_opml(path: Path) -> list[Feed]:
    """Read a list of feeds. One that is named in several categories is read once.

    Raises:
        BadFeedListError: Naming every problem with its line.
    """
    name = str(path)
    try:
        root = parse(decode_text(read_bytes(path)), is_strict=True)
    except BadXmlError as error:
        raise BadFeedListError(name, [ListProblem(error.line, str(error))]) from error
    if root.tag.lower() != "opml":
        message = f"this is not OPML: it begins with <{root.tag[:40]}> instead of <opml>"
        raise BadFeedListError(name, [ListProblem(_line(root), message)])
    feeds: list[Feed] = []
    problems: list[ListProblem] = []
    for outline, categories in _outlines(root):
        feed, wrong = feed_of(_fields(outline))
        problems += [ListProblem(_line(outline), message) for message in wrong]
        if feed is not None:
            feeds.append(replace(feed, categories=categories[:_MAX_CATEGORIES]))
    found = merged(feeds)
    if len(found) > MAX_FEEDS:
        problems.append(ListProblem(0, f"more than {MAX_FEEDS} feeds"))
    if not (found or problems):
        problems.append(ListProblem(0, "no feed is in it: no <outline> has an xmlUrl"))
    if problems:
        raise BadFeedListError(name, problems)
    return found


def _outlines(root: Element) -> Iterator[tuple[Element, tuple[str, ...]]]:
    # A stack, because the file sets the depth of nesting.
    waiting: list[tuple[Element, tuple[str, ...]]] = [(root, ())]
    while waiting:
        element, categories = waiting.pop()
        below = categories
        if element.tag.lower() == "outline":
            if _is_feed(element):
                own = _attribute(element, "category").split(",")
                yield element, (*categories, *(one.strip(" /") for one in own if one.strip(" /")))
            elif name := _attribute(element, "text") or _attribute(element, "title"):
                below = (*categories, name)
        waiting += [(one, below) for one in reversed(element)]


def _is_feed(outline: Element) -> bool:
    if _attribute(outline, "xmlurl"):
        return True
    return _attribute(outline, "type").lower() in _FEED_TYPES and not len(outline)


def _fields(outline: Element) -> dict[str, str]:
    language = _attribute(outline, "language")
    return {
        "url": _attribute(outline, "xmlurl"),
        "name": _attribute(outline, "text") or _attribute(outline, "title"),
        "source": _attribute(outline, "source"),
        # Exports write this if the feed names no language.
        "language": "" if language.lower() == "unknown" else language,
        "country": _attribute(outline, "country"),
        "interval": _attribute(outline, "interval"),
    }


def _attribute(element: Element, name: str) -> str:
    # Files differ in the capital letters of OPML's names.
    return next((value.strip() for key, value in element.items() if key.lower() == name), "")


def _line(element: Element) -> int:
    return int(element.get(LINE, "0"))
