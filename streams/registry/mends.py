"""Corrections to the collected facts, one row each with its reason.

Owns the form of `mends.csv` and how a mend is applied. Must not know where the facts came from.
A mend that matches nothing is an error: it has become stale, or was mistyped.
"""

import csv
from collections.abc import Callable
from pathlib import Path

from processors.errors import MisconfigurationError
from streams.registry.tables import Facts, Row

_COLUMNS = ["op", "person_id", "match", "value", "reason"]


_EXISTENCE = ("since", "until")  # when a country became or ceased to be one; no facts have it


class BadMendError(MisconfigurationError):
    """A row of the mends that cannot be applied; the message names file, line and what to do."""


def _terms_matching(facts: Facts, mend: Row) -> list[Row]:
    country, office, start = [*mend["match"].split(" "), "", ""][:3]
    return [
        term
        for term in facts.terms
        if term["person_id"] == mend["person_id"]
        and (term["country"], term["office"]) == (country, office)
        and start in ("", term["start"])
    ]


def _rename_person(facts: Facts, mend: Row) -> bool:
    rows = [r for r in [*facts.terms, *facts.aliases] if r["person_id"] == mend["person_id"]]
    for row in rows:
        row["person_id"] = mend["value"]
    return bool(rows)


def _set_name(facts: Facts, mend: Row) -> bool:
    rows = [term for term in facts.terms if term["person_id"] == mend["person_id"]]
    for row in rows:
        row["name"] = mend["value"]
    return bool(rows)


def _drop_term(facts: Facts, mend: Row) -> bool:
    rows = _terms_matching(facts, mend)
    for row in rows:
        facts.terms.remove(row)
    return bool(rows)


def _move_term(facts: Facts, mend: Row) -> bool:
    rows = _terms_matching(facts, mend)
    for row in rows:
        row["person_id"] = mend["value"]
        row["sources"] = with_mend(row["sources"])
    return len(rows) == 1


def _set_term(column: str) -> Callable[[Facts, Row], bool]:
    def apply(facts: Facts, mend: Row) -> bool:
        rows = _terms_matching(facts, mend)
        for row in rows:
            row[column] = mend["value"]
            row["sources"] = with_mend(row["sources"])
        return len(rows) == 1

    return apply


def has_mend(sources: str) -> bool:
    """Whether a mend is among the sources of a fact."""
    return "mend" in sources.split("+")


def with_mend(sources: str) -> str:
    """Add a mend to the sources of a fact, once."""
    return sources if has_mend(sources) else f"{sources}+mend"


def _add_alias(facts: Facts, mend: Row) -> bool:
    facts.aliases.append(
        {
            "person_id": mend["person_id"],
            "alias": mend["value"],
            "kind": mend["match"],
            "ambiguous": "0",
            "source": "mend",
        }
    )
    return any(term["person_id"] == mend["person_id"] for term in facts.terms)


def _aliases_matching(facts: Facts, mend: Row) -> list[Row]:
    return [
        alias
        for alias in facts.aliases
        if (alias["person_id"], alias["alias"]) == (mend["person_id"], mend["value"])
    ]


def _drop_alias(facts: Facts, mend: Row) -> bool:
    rows = _aliases_matching(facts, mend)
    for row in rows:
        facts.aliases.remove(row)
    return bool(rows)


def _set_ambiguous(flag: str) -> Callable[[Facts, Row], bool]:
    def apply(facts: Facts, mend: Row) -> bool:
        rows = _aliases_matching(facts, mend)
        for row in rows:
            row["ambiguous"] = flag
        return bool(rows)

    return apply


def _set_person(column: str) -> Callable[[Facts, Row], bool]:
    def apply(facts: Facts, mend: Row) -> bool:
        facts.people_columns.setdefault(mend["person_id"], {})[column] = mend["value"]
        return any(term["person_id"] == mend["person_id"] for term in facts.terms)

    return apply


def _set_country(facts: Facts, mend: Row) -> bool:
    rows = [country for country in facts.countries if country["code"] == mend["person_id"]]
    for row in rows:
        if mend["match"] not in (*row, *_EXISTENCE):
            return False
        row[mend["match"]] = mend["value"]
    return bool(rows)


_OPERATIONS: dict[str, Callable[[Facts, Row], bool]] = {
    "rename_person": _rename_person,
    "set_name": _set_name,
    "drop_term": _drop_term,
    "move_term": _move_term,
    "set_term_start": _set_term("start"),
    "set_term_end": _set_term("end"),
    "set_term_office": _set_term("office"),
    "set_term_title": _set_term("office_title"),
    "set_term_role": _set_term("role"),
    "add_alias": _add_alias,
    "drop_alias": _drop_alias,
    "mark_ambiguous": _set_ambiguous("1"),
    "clear_ambiguous": _set_ambiguous("0"),
    "set_home": _set_person("home"),
    "set_gender": _set_person("gender"),
    "set_country": _set_country,
}


def apply_mends(facts: Facts, path: Path) -> int:
    """Apply every mend of `path` to `facts`, in the order of the file.

    Returns:
        How many mends were applied.

    Raises:
        BadMendError: Unknown operation, missing reason, or a mend that matches nothing.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        if reader.fieldnames != _COLUMNS:
            raise BadMendError(f"{path}:1: columns must be {','.join(_COLUMNS)}")
        mends = [(reader.line_num, mend) for mend in reader]
    problems = []
    for line, mend in mends:
        operation = _OPERATIONS.get(mend["op"])
        if operation is None:
            problems.append(f"{path}:{line}: unknown op {mend['op']!r}; use {sorted(_OPERATIONS)}")
        elif not mend["reason"]:
            problems.append(f"{path}:{line}: a mend needs a reason; write one")
        elif not operation(facts, mend):
            problems.append(
                f"{path}:{line}: {mend['op']} of {mend['person_id']} {mend['match']!r} matches no"
                " row (or several); remove the mend or make its match exact"
            )
    if problems:
        raise BadMendError("\n".join(problems))
    return len(mends)
