"""One feed as a user names it, with the checks of its fields, for every form of list."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from processors.articles.clean import clean_line
from processors.articles.country import read_country
from processors.articles.language import read_language
from processors.errors import BadArticleError, MisconfigurationError

MAX_FEEDS: Final = 5_000
MAX_LIST_BYTES: Final = 10_485_760
MIN_INTERVAL_SECONDS: Final = 1.0
MAX_INTERVAL_SECONDS: Final = 7 * 86_400.0

_NAME_CHARACTERS: Final = 100
_SOURCE_CHARACTERS: Final = 200
_INTERVAL: Final = re.compile(r"([0-9]{1,7}(?:\.[0-9]{1,3})?)\s*(s|m|h|d)?", re.IGNORECASE)
_UNIT_SECONDS: Final = {"s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
_SHOWN_CHARACTERS: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed to read.

    Attributes:
        url: Its address, perhaps with user and password.
        name: Its name in messages and metrics, unique in one ingestion.
        source: The source's name in its articles. "" takes the entry's source or the feed's title.
        language: Its language if it names none.
        country: Its country, ISO 3166-1.
        interval_seconds: The pause between two looks. None: the default pause.
        categories: The outlines above it in an OPML list.
    """

    url: str
    name: str = ""
    source: str = ""
    language: str = ""
    country: str = ""
    interval_seconds: float | None = None
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListProblem:
    """A fault in a line of a list. The line is 0 if it is a fault of the list as a whole."""

    line: int
    message: str


class BadFeedListError(MisconfigurationError):
    """A list of feeds is invalid. The message names every problem with its line.

    Args:
        name: The file's name.
        problems: All problems, in the order of the file.
    """

    def __init__(self, name: str, problems: Sequence[ListProblem]) -> None:
        lines = [
            f"  - {name}:{one.line}: {one.message}" if one.line else f"  - {name}: {one.message}"
            for one in problems
        ]
        super().__init__("\n".join(["The list of feeds is wrong:", *lines]))
        self.name = name
        self.problems = tuple(problems)


def read_bytes(path: Path) -> bytes:
    """Read a list's file.

    Raises:
        BadFeedListError: It cannot be read, or is too large.
    """
    try:
        with path.open("rb") as file:
            body = file.read(MAX_LIST_BYTES + 1)
    except OSError as error:
        message = error.strerror or "unreadable"
        raise BadFeedListError(str(path), [ListProblem(0, message)]) from error
    if len(body) > MAX_LIST_BYTES:
        message = f"larger than the {MAX_LIST_BYTES} bytes that are read"
        raise BadFeedListError(str(path), [ListProblem(0, message)])
    return body


def shown_url(url: str) -> str:
    """Return an address without the user and password that it may carry."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def address_of(text: str) -> str:
    """Return a feed's address. The scheme `feed:` of feed readers means http.

    Raises:
        ValueError: the text is not an address. The message says what is wrong.
    """
    address = clean_line(text).strip()
    if address.lower().startswith("feed:"):
        rest = address[5:]
        is_whole = rest.lower().startswith(("http://", "https://"))
        address = rest if is_whole else f"http://{rest.lstrip('/')}"
    shown = address[:_SHOWN_CHARACTERS]
    if not address.lower().startswith(("http://", "https://")):
        raise ValueError(
            f"{shown or 'an empty text'} is not a feed address: use http:// or https://"
        )
    try:
        parts = urlsplit(address)
        good = bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets that do not close, a port that is no number
        good = False
    if not good:
        raise ValueError(
            f"{shown} is not a feed address; give one such as https://news.example/rss"
        )
    return address


def feed_of(fields: Mapping[str, str]) -> tuple[Feed | None, list[str]]:
    """Return the feed of a list's fields, or None, and all problems of the fields.

    Args:
        fields: `url`, `name`, `source`, `language`, `country` and `interval`, each perhaps missing.
    """
    problems: list[str] = []
    url, interval = "", None
    try:
        url = address_of(fields.get("url", ""))
    except ValueError as error:
        problems.append(f"url: {error}")
    language = ""
    try:
        language = read_language(fields.get("language", ""))
    except BadArticleError as error:
        problems.append(error.message)
    country = fields.get("country", "").strip()
    if country and not read_country(country):
        problems.append(
            f"country is {country[:20]!r}, not an ISO 3166-1 code; give two letters (KE)"
        )
    try:
        interval = _interval(fields.get("interval", ""))
    except ValueError as error:
        problems.append(f"interval: {error}")
    if problems:
        return None, problems
    feed = Feed(
        url=url,
        name=clean_line(fields.get("name", ""))[:_NAME_CHARACTERS].strip() or shown_url(url),
        source=clean_line(fields.get("source", ""))[:_SOURCE_CHARACTERS].strip(),
        language=language,
        country=read_country(country),
        interval_seconds=interval,
    )
    return feed, []


def feed_of_address(url: str) -> Feed:
    """Return the feed of an address.

    Raises:
        ValueError: the text is not an address.
    """
    url = address_of(url)
    return Feed(url=url, name=shown_url(url))


def merged(feeds: Iterable[Feed]) -> list[Feed]:
    """Return the feeds without repeated addresses, each with a unique name.

    A list may name a feed in two categories.
    """
    found: dict[str, Feed] = {}
    for feed in feeds:
        known = found.get(feed.url)
        if known is not None:
            categories = dict.fromkeys((*known.categories, *feed.categories))
            feed = replace(known, categories=tuple(categories))  # noqa: PLW2901 - the same feed
        found[feed.url] = feed
    names: set[str] = set()
    named = []
    for feed in found.values():
        name = next(name for name in _names(feed) if name not in names)
        names.add(name)
        named.append(replace(feed, name=name))
    return named


def _names(feed: Feed) -> Iterable[str]:
    yield feed.name
    with_host = f"{feed.name} ({urlsplit(feed.url).hostname})"
    yield with_host
    yield from (f"{with_host} {number}" for number in range(2, MAX_FEEDS + 2))


def _interval(text: str) -> float | None:
    text = text.strip()
    if not text:
        return None
    found = _INTERVAL.fullmatch(text)
    seconds = float(found[1]) * _UNIT_SECONDS[(found[2] or "s").lower()] if found else 0.0
    if not MIN_INTERVAL_SECONDS <= seconds <= MAX_INTERVAL_SECONDS:
        raise ValueError(f"{text[:20]!r} is not between 1 s and 7 d; give seconds, or 15m or 1h")
    return seconds
