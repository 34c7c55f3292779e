"""Reads the fields of a JSON object: the first name with a value, of the right type.

All formats share these rules: null and blank text count as absent, and a value of the wrong type is
rejected by name, even if another field has a good one. Dates, languages and countries never reject
an article.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from processors.articles.document import Document, describe, shorten
from processors.contracts import ArticleStatus
from processors.errors import BadArticleError, DeadLetterReason

# Consumers in every language read integers up to 2^53 exactly.
_LAST_REVISION: Final = 2**53 - 1
_REVISION_DIGITS: Final = 16
_STATUSES: Final[dict[str, ArticleStatus]] = {
    "usable": "usable",
    "withheld": "withheld",
    "canceled": "canceled",
    "cancelled": "canceled",
    # As content systems say it.
    **dict.fromkeys(("published", "publish", "public", "live", "active", "ok"), "usable"),
    **dict.fromkeys(("retracted", "withdrawn", "deleted", "removed", "killed"), "canceled"),
    **dict.fromkeys(("draft", "pending", "private"), "withheld"),
}


class Words(NamedTuple):
    """A text as it was sent, and whether its format says that it is HTML."""

    value: str
    is_html: bool


@dataclass(frozen=True, slots=True)
class Fields:
    """The values that a format found in a document: right in type, not yet cleaned or bounded.

    `texts` are the candidates for the article's text, the longest of which is taken. `dates` and
    `languages` are as they were sent, the best first: they are read where all of them are known.
    """

    given_id: str
    url: str
    title: str
    texts: tuple[Words, ...]
    source: str
    dates: tuple[Any, ...]
    languages: tuple[Any, ...]
    revision: int
    status: ArticleStatus
    country: str = ""


def first_text(document: Document, names: Iterable[str]) -> str:
    """Return the first text under `names` that is not blank, or "".

    An object is left to other formats: some keep a text in parts ({"rendered": …}).

    Raises:
        BadArticleError: WRONG_TYPE where a name before it holds anything but text, null or an
            object.
    """
    for name in names:
        value = document.get(name)
        if value is None or isinstance(value, dict):
            continue
        if not isinstance(value, str):
            raise wrong_type(name, value, "text")
        if value and not value.isspace():
            return value
    return ""


def first_id(document: Document, names: Iterable[str]) -> str:
    """Return the first id under `names`: text as it is, a whole number as its digits, or ""."""
    for name in names:
        value = document.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if found := first_text(document, (name,)):
            return found
    return ""


def given(document: Document, names: Iterable[str]) -> tuple[Any, ...]:
    """Return the values under `names` as they are; null is none."""
    return tuple(document[name] for name in names if document.get(name) is not None)


def first_revision(document: Document, names: Iterable[str]) -> int:
    """Return the first version number under `names`, as a number or in digits; 1 if absent.

    0 counts as 1: some publishers count from there, and revisions here start at 1.

    Raises:
        BadArticleError: WRONG_TYPE for anything but a whole number from 0 to 2^53 - 1.
    """
    for name in names:
        value = document.get(name)
        if value is None or (isinstance(value, str) and not value.strip()):
            continue
        number = _whole_number(value)
        if number is None:
            raise wrong_type(name, value, "a whole number from 1 to 2^53 - 1")
        return max(1, number)
    return 1


def first_status(
    document: Document, names: Iterable[str], *, is_strict: bool = True
) -> ArticleStatus:
    """Return the first status under `names`, "usable" if absent.

    Raises:
        BadArticleError: WRONG_TYPE for a status that is not known, if `is_strict`.
    """
    for name in names:
        found = first_text(document, (name,))
        if found:
            # Agencies write the IPTC code with its scheme before it: "stat:usable".
            status = _STATUSES.get(found.strip().lower().removeprefix("stat:"))
            if status is None and not is_strict:
                continue
            if status is None:
                raise wrong_type(name, found, "usable, withheld or canceled")
            return status
    return "usable"


def wrong_type(field: str, value: object, wanted: str) -> BadArticleError:
    """Make the error that names a field of the wrong type."""
    found = shorten(value) if isinstance(value, str) else describe(value)
    return BadArticleError(DeadLetterReason.WRONG_TYPE, f"{field} is {found}; send {wanted}")


def _whole_number(value: object) -> int | None:
    if isinstance(value, str):
        digits = value.strip()
        if not (digits.isascii() and digits.isdigit() and len(digits) <= _REVISION_DIGITS):
            return None
        number = int(digits)
    elif isinstance(value, float) and value.is_integer():
        number = int(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        number = value
    else:
        return None
    return number if 0 <= number <= _LAST_REVISION else None
