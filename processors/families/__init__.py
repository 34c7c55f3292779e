"""Publisher families: which publishers count as one source.

An article that is credited to an agency ("LONDON (Reuters) - …") belongs to the agency, regardless
of its publisher. Otherwise the family is that of its host or its publisher's name in
`data/families.csv` (owners as the publishers themselves state them). A publisher that is not in the
file is its own family, under its registrable domain if its address or name gives one, and otherwise
under its name.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from urllib.parse import urlsplit

from processors.errors import BadFamiliesError

COLUMNS = ["kind", "value", "family"]
KINDS = ("credit", "domain", "name")
# Where agencies are credited: in the dateline, or in the last line.
HEAD_CHARACTERS = 160
TAIL_CHARACTERS = 120
# Labels before which a registrable domain has one label more ("bbc.co.uk"); the public suffix list
# has thousands more, and none of them is a publisher's that we know.
_SECOND_LEVEL = frozenset(["ac", "co", "com", "edu", "gov", "ne", "net", "or", "org"])
_COUNTRY_LABEL = 2
_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Families:
    """The families in force. Credits are tried as written; hosts and names without case."""

    domains: Mapping[str, str]
    names: Mapping[str, str]
    credits: Mapping[str, str]
    _credit: re.Pattern[str]

    def family(self, source: str, url: str, text: str) -> str:
        """Return the family of an article, or "" if neither source nor address is given.

        Args:
            source: The publisher's name or host, as the article says.
            url: The article's address; may be empty.
            text: The article's text, where an agency may be credited.
        """
        credited = self.credited(text)
        if credited:
            return credited
        named = self.names.get(source.casefold())
        if named:
            return named
        of_source, of_url = _labels(source), _labels(_host(url))
        known = self._known(of_source or of_url)
        return known or _registrable(of_source) or source or _registrable(of_url)

    def credited(self, text: str) -> str | None:
        """Return the family of the agency that the text is credited to."""
        found = None
        if "(" in text[:HEAD_CHARACTERS]:
            found = self._credit.search(text, 0, HEAD_CHARACTERS)
        if found is None and len(text) > HEAD_CHARACTERS:
            tail = text[-TAIL_CHARACTERS:]
            found = self._credit.search(tail) if "(" in tail else None
        return self.credits[found.group(1)] if found else None

    def _known(self, labels: Sequence[str]) -> str | None:
        """Return the family of a host or of the nearest domain above it."""
        above = (".".join(labels[at:]) for at in range(len(labels) - 1))
        return next((self.domains[one] for one in above if one in self.domains), None)


def load_families(extra: Path | None = None) -> Families:
    """Load the packaged families, and merge a user's own over them.

    Args:
        extra: A file of the same form; its rows win.

    Raises:
        BadFamiliesError: a row is wrong, or the file cannot be read; every problem is named.
    """
    packaged = resources.files(__package__).joinpath("data/families.csv").read_text("utf-8")
    if extra is None:
        return read_families({"families.csv": packaged})
    try:
        own = extra.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFamiliesError(
            f"{extra} cannot be read as publisher families: {error}. Give a CSV file in UTF-8 with "
            f"the columns {','.join(COLUMNS)}"
        ) from error
    return read_families({"families.csv": packaged, str(extra): own})


def read_families(texts: Mapping[str, str]) -> Families:
    """Read families from CSV texts by their names; later rows win.

    Raises:
        BadFamiliesError: a row is wrong; every problem is named with its file and line.
    """
    found: dict[str, dict[str, str]] = {kind: {} for kind in KINDS}
    problems: list[str] = []
    for name, text in texts.items():
        rows = csv.reader(io.StringIO(text))
        if next(rows, None) != COLUMNS:
            problems.append(f"{name}, line 1: the columns must be {','.join(COLUMNS)}")
            continue
        for row in rows:
            if len(row) != len(COLUMNS) or row[0] not in KINDS or not row[1] or not row[2]:
                problems.append(
                    f"{name}, line {rows.line_num}: give one of {', '.join(KINDS)}, what is looked "
                    f"for, and the family"
                )
                continue
            kind, value, family = row
            found[kind][value if kind == "credit" else value.casefold()] = family
    if problems:
        raise BadFamiliesError("\n".join(problems))
    named = "|".join(re.escape(one) for one in sorted(found["credit"], key=len, reverse=True))
    pattern = re.compile(rf"\(({named or '(?!)'})\)")
    return Families(found["domain"], found["name"], found["credit"], pattern)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _labels(host: str) -> Sequence[str]:
    return host.lower().split(".") if _HOST.fullmatch(host) else ()


def _registrable(labels: Sequence[str]) -> str:
    """Return the domain that is registered: two labels, or three below a suffix like "co.uk"."""
    if not labels:
        return ""
    three = len(labels[-1]) == _COUNTRY_LABEL and labels[-2] in _SECOND_LEVEL
    return ".".join(labels[-3:] if three else labels[-2:])
