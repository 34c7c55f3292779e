"""Prints people, terms, findings and changes for `tocsin leaders`, as lines or as JSON."""

from collections.abc import Sequence
from typing import Any

import msgspec
import typer

from processors.leaders.registry.gaps import Finding
from processors.leaders.registry.lookup import Found
from processors.leaders.registry.registry import Registry
from processors.leaders.registry.values import Term
from streams.registry.difference import Change

_SIGNS = {"added": "+", "ended": "-", "differs": "~"}
_ALIASES_SHOWN = 8


def show_people(registry: Registry, people: Sequence[Found], *, json: bool) -> None:
    """Print people with their offices and names."""
    for found in people:
        person = found.person
        if json:
            _print(
                {
                    "person_id": person.person_id,
                    "name": person.name,
                    "kind": person.kind,
                    "home": person.home,
                    "matched": found.matched,
                    "aliases": [
                        {"text": a.text, "kind": a.kind, "ambiguous": a.ambiguous}
                        for a in person.aliases
                    ],
                    "terms": [_term(registry, term) for term in found.terms],
                }
            )
            continue
        typer.echo(f"{person.name} ({person.person_id})")
        for term in found.terms:
            where = registry.countries[term.country].name
            typer.echo(f"  {term.title}, {where}: {_span(term)}")
        names = [a.text for a in person.aliases if a.kind != "surname" and a.text != person.name]
        if names:
            more = f", and {len(names) - _ALIASES_SHOWN} more" * (len(names) > _ALIASES_SHOWN)
            typer.echo(f"  also: {', '.join(names[:_ALIASES_SHOWN])}{more}")
    if not people:
        typer.echo("The registry has no leader with this name.", err=True)


def show_terms(registry: Registry, terms: Sequence[Term], *, json: bool) -> None:
    """Print terms, one on each line."""
    if json:
        for term in terms:
            _print(_term(registry, term))
        return
    rows = [
        (
            term.country,
            term.title,
            registry.people[term.person_id].name,
            term.person_id,
            _span(term),
        )
        for term in terms
    ]
    _columns(rows)
    if not terms:
        typer.echo("The registry has no leader there.", err=True)


def show_findings(registry: Registry, found: Sequence[Finding], *, json: bool) -> None:
    """Print gaps and overlaps, with those that were not reviewed first."""
    for finding in sorted(found, key=lambda f: bool(f.reason)):
        names = [registry.people[person_id].name for person_id in finding.people]
        if json:
            document = {
                "kind": finding.kind,
                "country": finding.country,
                "seat": finding.seat,
                "start": finding.start.isoformat(),
                "end": finding.end.isoformat(),
                "people": list(finding.people),
                "known": finding.reason,
            }
            _print(document)
            continue
        what = f"{finding.kind} {finding.country} {finding.seat}"
        who = f" ({', '.join(names)})" if names else ""
        known = f"known: {finding.reason}" if finding.reason else "NOT LOOKED AT"
        typer.echo(f"{what} {finding.start} to {finding.end}, {finding.days} days{who}: {known}")
    unknown = sum(not finding.reason for finding in found)
    typer.echo(
        f"{len(registry.people)} people, registry {registry.version}: {len(found)} gaps and"
        f" overlaps, {unknown} of them not looked at.",
        err=True,
    )


def show_changes(registry: Registry, found: Sequence[Change], *, json: bool) -> None:
    """Print the differences between Wikidata and the registry."""
    for change in found:
        if json:
            _print(msgspec.to_builtins(change))
            continue
        where = registry.countries[change.country].name
        line = f"{_SIGNS[change.kind]} {change.title}, {where}: {change.name} ({change.person_id})"
        line += f" {_dates(change.start, change.end)}"
        if change.kind != "added":
            line += f"; the registry has {_dates(change.was_start, change.was_end)}"
        if change.known_as != change.person_id:
            line += f"; the registry knows the person as {change.known_as}"
        typer.echo(line)
    if not found:
        typer.echo("The registry has all that Wikidata has.", err=True)


def _term(registry: Registry, term: Term) -> dict[str, Any]:
    return {
        "person_id": term.person_id,
        "name": registry.people[term.person_id].name,
        "country": term.country,
        "office": term.office,
        "title": term.title,
        "role": term.role,
        "start": term.start.isoformat(),
        "end": term.end.isoformat() if term.end else None,
    }


def _span(term: Term) -> str:
    return _dates(term.start, term.end or "")


def _dates(start: object, end: object) -> str:
    return f"{start} to {end}" if end else f"since {start}"


def _columns(rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        typer.echo("  ".join(cells).rstrip())


def _print(document: dict[str, Any]) -> None:
    typer.echo(msgspec.json.encode(document).decode())
