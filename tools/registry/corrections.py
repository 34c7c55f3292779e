"""Corrections to the collected facts, one row each with its reason.

It reads `corrections.csv` and applies the corrections. A correction without a match is an error: it
is stale or mistyped.
"""

import csv
from collections.abc import Callable
from pathlib import Path

from processors.errors import MisconfigurationError
from tools.registry.tables import Facts, Row

_COLUMNS = ["op", "person_id", "match", "value", "reason"]

CORRECTION = "correction"
"""The tag of a correction among the sources of a fact."""

_EXISTENCE = ("since", "until")  # when a country became or ceased to be one; no facts have it


class BadCorrectionError(MisconfigurationError):
    """A correction cannot be applied; the message names file, line and what to do."""


def _terms_matching(facts: Facts, correction: Row) -> list[Row]:
    country, office, start = [*correction["match"].split(" "), "", ""][:3]
    return [
        term
        for term in facts.terms
        if term["person_id"] == correction["person_id"]
        and (term["country"], term["office"]) == (country, office)
        and start in ("", term["start"])
    ]


def _rename_person(facts: Facts, correction: Row) -> bool:
    rows = [r for r in [*facts.terms, *facts.aliases] if r["person_id"] == correction["person_id"]]
    for row in rows:
        row["person_id"] = correction["value"]
    return bool(rows)


def _set_name(facts: Facts, correction: Row) -> bool:
    rows = [term for term in facts.terms if term["person_id"] == correction["person_id"]]
    for row in rows:
        row["name"] = correction["value"]
    return bool(rows)


def _drop_term(facts: Facts, correction: Row) -> bool:
    rows = _terms_matching(facts, correction)
    for row in rows:
        facts.terms.remove(row)
    return bool(rows)


def _move_term(facts: Facts, correction: Row) -> bool:
    rows = _terms_matching(facts, correction)
    for row in rows:
        row["person_id"] = correction["value"]
        row["sources"] = with_correction(row["sources"])
    return len(rows) == 1


def _set_term(column: str) -> Callable[[Facts, Row], bool]:
    def apply(facts: Facts, correction: Row) -> bool:
        rows = _terms_matching(facts, correction)
        for row in rows:
            row[column] = correction["value"]
            row["sources"] = with_correction(row["sources"])
        return len(rows) == 1

    return apply


def has_correction(sources: str) -> bool:
    """Return whether a correction is among the sources of a fact."""
    return CORRECTION in sources.split("+")


def with_correction(sources: str) -> str:
    """Add a correction to the sources of a fact, once."""
    return sources if has_correction(sources) else f"{sources}+{CORRECTION}"


def _add_alias(facts: Facts, correction: Row) -> bool:
    facts.aliases.append(
        {
            "person_id": correction["person_id"],
            "alias": correction["value"],
            "kind": correction["match"],
            "ambiguous": "0",
            "source": CORRECTION,
        }
    )
    return any(term["person_id"] == correction["person_id"] for term in facts.terms)


def _aliases_matching(facts: Facts, correction: Row) -> list[Row]:
    return [
        alias
        for alias in facts.aliases
        if (alias["person_id"], alias["alias"]) == (correction["person_id"], correction["value"])
    ]


def _drop_alias(facts: Facts, correction: Row) -> bool:
    rows = _aliases_matching(facts, correction)
    for row in rows:
        facts.aliases.remove(row)
    return bool(rows)


def _set_ambiguous(flag: str) -> Callable[[Facts, Row], bool]:
    def apply(facts: Facts, correction: Row) -> bool:
        rows = _aliases_matching(facts, correction)
        for row in rows:
            row["ambiguous"] = flag
        return bool(rows)

    return apply


def _set_person(column: str) -> Callable[[Facts, Row], bool]:
    def apply(facts: Facts, correction: Row) -> bool:
        facts.people_columns.setdefault(correction["person_id"], {})[column] = correction["value"]
        return any(term["person_id"] == correction["person_id"] for term in facts.terms)

    return apply


def _set_country(facts: Facts, correction: Row) -> bool:
    rows = [country for country in facts.countries if country["code"] == correction["person_id"]]
    for row in rows:
        if correction["match"] not in (*row, *_EXISTENCE):
            return False
        row[correction["match"]] = correction["value"]
    return bool(rows)


def _add_country(facts: Facts, correction: Row) -> bool:
    code = correction["person_id"]
    if any(country["code"] == code for country in facts.countries):
        return False
    row = dict.fromkeys(facts.countries[0], "")
    row |= {"code": code, "name": correction["match"], "kind": correction["value"]}
    facts.countries.append(row)
    return True


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
    "add_country": _add_country,
}


def apply_corrections(facts: Facts, path: Path) -> int:
    """Apply every correction of `path` to `facts`, in the order of the file.

    Returns:
        How many corrections were applied.

    Raises:
        BadCorrectionError: Unknown operation, missing reason, or a correction that matches nothing.
    """
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        if reader.fieldnames != _COLUMNS:
            raise BadCorrectionError(f"{path}:1: columns must be {','.join(_COLUMNS)}")
        corrections = [(reader.line_num, correction) for correction in reader]
    problems = []
    for line, correction in corrections:
        operation = _OPERATIONS.get(correction["op"])
        if operation is None:
            problems.append(
                f"{path}:{line}: unknown op {correction['op']!r}; use {sorted(_OPERATIONS)}"
            )
        elif not correction["reason"]:
            problems.append(f"{path}:{line}: a correction needs a reason; write one")
        elif not operation(facts, correction):
            problems.append(
                f"{path}:{line}: {correction['op']} of {correction['person_id']} "
                f"{correction['match']!r} matches no row (or several); remove the correction or "
                "make its match exact"
            )
    if problems:
        raise BadCorrectionError("\n".join(problems))
    return len(corrections)
