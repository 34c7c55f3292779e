"""Fills the project's own headline frames with leaders' surnames. Everything told is invented.

`leaders.tsv` has frames that speak of a leader, `namesakes.tsv` frames that speak of somebody or
something else of that name. `{S}` is a surname, `{S2}` another leader's, `{C}` and `{A}` the
country and its adjective, `{PC}` the country's possessive in capitals, `{G}` a given name.
"""

import csv
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from processors.leaders import Registry
from processors.leaders.detection import surname_model
from processors.leaders.detection.holders import Holders
from processors.leaders.languages.fold import fold_characters
from processors.leaders.registry.values import Person

FOLDER = Path(__file__).parent
DATES = tuple(
    date.fromisoformat(day)
    for day in (
        "1996-03-11",
        "2002-05-14",
        "2008-10-10",
        "2013-09-20",
        "2018-04-18",
        "2023-02-07",
        "2026-05-01",
    )
)
PROMINENT = 60
MIN_POPULATION_MILLIONS = 10.0
_SHORTEST_SURNAME = 2
_GIVEN = (FOLDER / "given_names.txt").read_text("utf-8").split()


@dataclass(frozen=True, slots=True)
class Frame:
    """One headline with places for names; `topic` is its kind."""

    split: str
    topic: str
    headline: str
    about_leader: bool


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who leads a country on a day, as headlines call them."""

    person_id: str
    surname: str
    code: str
    country: str
    adjective: str
    prominence: float
    population_millions: float


@dataclass(frozen=True, slots=True)
class Filled:
    """A frame with a name in it; `expected` are the ids of the leaders whom it names."""

    frame: Frame
    headline: str
    on: date
    holder: Holder
    expected: frozenset[str]


def load_frames(*splits: str) -> list[Frame]:
    """Read the frames of these splits: train, dev, fresh."""
    frames = []
    for name in ("leaders", "namesakes"):
        text = (FOLDER / f"{name}.tsv").read_text("utf-8").splitlines()
        rows = csv.DictReader(text, delimiter="\t", quoting=csv.QUOTE_NONE)
        frames += [
            Frame(row["split"], row["topic"], row["headline"], name == "leaders")
            for row in rows
            if row["split"] in splits
        ]
    return frames


def surname_of(person: Person) -> str:
    """Return the surname that a headline would use, or "" where there is none."""
    whole = fold_characters(person.name).lower().split()
    known = [alias.text for alias in person.aliases if alias.kind == "surname"]
    parts = [text for text in known if fold_characters(text).lower() in whole]
    usable = [text for text in parts or known if len(text) > _SHORTEST_SURNAME - 1]
    return usable[0] if usable else ""


def leading_holders(registry: Registry, on: date) -> list[Holder]:
    """Return who leads which country on a day, the most prominent first."""
    holders, model = Holders.of(registry), surname_model.load_surname_model()
    populations = _populations()
    found: dict[str, Holder] = {}
    for code, country in registry.countries.items():
        person_id = holders.leading(code, on)
        if person_id is None or holders.is_body(code) or not country.adjectives:
            continue
        surname = surname_of(registry.people[person_id])
        reigns = any(term.office == "monarch" for term in registry.terms[person_id])
        if surname and person_id not in found and not reigns:
            found[person_id] = Holder(
                person_id,
                surname,
                code,
                country.name,
                country.adjectives[0],
                model.prominence.get(code, 0.0),
                populations.get(code, 0.0),
            )
    ranked = sorted(found.values(), key=lambda h: (-h.prominence, h.person_id))
    # Of two who share a surname, a headline without a country means the more prominent.
    first = {holder.surname: holder for holder in reversed(ranked)}
    return [holder for holder in ranked if first[holder.surname] is holder]


def _populations() -> dict[str, float]:
    path = Path(surname_model.__file__).parent / "data" / "prominence.csv"
    rows = csv.DictReader(path.read_text("utf-8").splitlines())
    return {row["code"]: float(row["population_millions"] or 0.0) for row in rows}


def fill(
    frames: Sequence[Frame], holders: Sequence[Holder], on: date, count: int, seed: str
) -> Iterator[Filled]:
    """Put `count` holders into each frame."""
    chance = random.Random(f"{seed} {on}")  # noqa: S311 - a sample
    for frame in frames:
        for _ in range(count):
            holder, other = chance.sample(list(holders), 2)
            in_capitals = frame.topic == "caps" or frame.headline.replace("{S}", "").isupper()
            cased = str.upper if in_capitals else str
            headline = (
                frame.headline.replace("{S2}", cased(other.surname))
                .replace("{S}", cased(holder.surname))
                .replace("{C}", cased(holder.country))
                .replace("{A}", cased(holder.adjective))
                .replace("{PC}", f"{holder.country}'s".upper())
                .replace("{G}", chance.choice(_GIVEN))
            )
            expected: set[str] = set()
            if frame.about_leader:
                expected = {holder.person_id} | (
                    {other.person_id} if "{S2}" in frame.headline else set()
                )
            yield Filled(frame, headline, on, holder, frozenset(expected))
