"""Measure the detection of leaders: precision, recall and F1 by kind and by rung, errors listed.

    python benchmarks/quality/leaders.py [--data FOLDER] [--quiet]

Without a folder it reads the project's own labelled sentences (`tests/processors/leaders/labelled`)
and says so. A folder may hold `dev/leader-sentences-dev.tsv` and `dev/leaders-aida-dev.jsonl.gz`;
`../shared/data` is taken if it is there. A sentence is right if exactly the expected leaders are
found, with their status.
"""

import argparse
import csv
import gzip
import json
import re
import statistics
import sys
import time
import tracemalloc
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from processors.leaders import DetectedLeader, Detector, Registry, load_registry

ROOT = Path(__file__).parents[2]
OWN_SETS = ROOT / "tests" / "processors" / "leaders" / "labelled"
FALLBACK = ROOT.parent / "shared" / "data"
AIDA_DAY = date(1996, 8, 28)
CONTEXT_CHARACTERS = 50
ARTICLE_CHARACTERS = 2_000
SPEED_ARTICLES = 300
SPEED_ROUNDS = 7
QID = re.compile(r"Q\d+")
DAY = re.compile(r"199\d-\d\d-\d\d")


@dataclass
class Score:
    """Right and wrong mentions, and who was missed, by kind and by rung."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)

    def print(self, what: str, keys: Iterable[str]) -> None:
        """Print a table of these keys, those without a mention left out."""
        print(f"  {what:<18} {'right':>6} {'wrong':>6} {'missed':>6}  precision  recall  F1")
        for key in keys:
            right, wrong, missed = self.right[key], self.wrong[key], self.missed[key]
            if not right + wrong + missed:
                continue
            precision = right / (right + wrong) if right + wrong else 0.0
            recall = right / (right + missed) if right + missed else 0.0
            f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
            print(
                f"  {key:<18} {right:>6} {wrong:>6} {missed:>6}"
                f"      {precision:.3f}   {recall:.3f}  {f1:.3f}"
            )


def plain(text: str) -> str:
    """A name without accents, marks, spaces and case, to compare with another source's."""
    letters = unicodedata.normalize("NFKD", text)
    return "".join(c for c in letters if c.isalpha()).casefold()


class Names:
    """Finds the id of an expected leader, given by id or by any full name."""

    def __init__(self, registry: Registry) -> None:
        self._ids: dict[str, set[str]] = defaultdict(set)
        for person in registry.people.values():
            self._ids[plain(person.name)].add(person.person_id)
        for person in registry.people.values():
            for alias in person.aliases:
                if plain(alias.text) not in self._ids or alias.kind == "surname":
                    self._ids[plain(alias.text)].add(person.person_id)
        self._people = registry.people

    def id_of(self, text: str) -> str:
        """The id; the text itself where nobody or more than one is called so."""
        qid = QID.search(text)
        if qid is not None and qid[0] in self._people:
            return qid[0]
        found = self._ids.get(plain(re.sub(r"\(.*", "", text)), set())
        return next(iter(found)) if len(found) == 1 else text


def own_set(path: Path, detector: Detector, names: Names, *, quiet: bool) -> None:
    """Score a labelled set in the project's form."""
    score, by_rung = Score(), Score()
    tiers: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    negatives = 0
    errors = []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            found = detector.detect(
                row["headline"],
                row["text"].replace("\\n", "\n"),
                date.fromisoformat(row["date"]),
                language=row["language"],
                country=row["country"],
            )
            expected = {}
            for each in filter(None, row["expected"].split("; ")):
                name, status, kind = each.rsplit(":", 2)
                expected[names.id_of(name)] = (status, kind)
            negatives += not expected
            tiers[row["tier"]][1] += 1
            got = {leader.leader_id: leader for leader in found}
            is_right = {i: s for i, (s, _) in expected.items()} == {
                i: leader.status for i, leader in got.items()
            }
            tiers[row["tier"]][0] += is_right
            tally(score, by_rung, expected, got)
            if not is_right:
                seen = [f"{x.leader_name}:{x.status}:{x.rungs[0]}" for x in found]
                errors.append(
                    f"    {row['tier']} {row['date']} {row['country']:2} {row['headline']}"
                    f" {row['text']}\n       expected {row['expected'] or '-'}, found {seen}"
                )
    total = sum(count for _, count in tiers.values())
    print(f"{path.stem}: {total} sentences of our own, {negatives} of them name nobody")
    for tier, (right, count) in tiers.items():
        print(f"  {tier:<6} {right}/{count} right ({right / count:.3f})")
    finish(score, by_rung, errors, quiet=quiet)


def tally(
    score: Score,
    by_rung: Score,
    expected: dict[str, tuple[str, str]],
    got: dict[str, DetectedLeader],
) -> None:
    """Count each leader of a sentence as right, wrong or missed."""
    for leader_id, (_, kind) in expected.items():
        if leader_id not in got:
            score.missed[kind] += 1
    for leader_id, leader in got.items():
        kind = expected[leader_id][1] if leader_id in expected else leader.spans[0].kind
        outcome = "right" if leader_id in expected else "wrong"
        getattr(score, outcome)[kind] += 1
        getattr(by_rung, outcome)[leader.rungs[0]] += 1


def finish(score: Score, by_rung: Score, errors: list[str], *, quiet: bool) -> None:
    """Print what a set gave."""
    score.print("by kind", ("name", "alias", "office"))
    by_rung.print("by rung", sorted(by_rung.right | by_rung.wrong))
    if errors and not quiet:
        print("  errors:")
        print("\n".join(errors))
    print()


def sentences_set(path: Path, detector: Detector, names: Names, *, quiet: bool) -> None:
    """Score the hard sentences: `QID:in` or `:out` for who is and who is not in office."""
    score, by_rung = Score(), Score()
    right = count = 0
    errors = []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            count += 1
            expected = {}
            for each in filter(None, row["expected"].split(";")):
                name, _, status = each.rpartition(":")
                if name:
                    kind = "name"
                    expected[names.id_of(name)] = (status, kind)
            found = detector.detect(
                "", row["text"], date.fromisoformat(row["date"]), country=row["doc_country"]
            )
            got = {leader.leader_id: leader for leader in found}
            is_right = {i: s for i, (s, _) in expected.items()} == {
                i: "in" if x.status == "in_office" else "out" for i, x in got.items()
            }
            right += is_right
            tally(score, by_rung, expected, got)
            if not is_right:
                seen = [f"{x.leader_name}:{x.status}:{x.rungs[0]}" for x in found]
                errors.append(f"    {row['id']} {row['text']}\n       {row['expected']} {seen}")
    print(f"{path.stem}: {right}/{count} right")
    finish(score, by_rung, errors, quiet=quiet)


def aida_set(path: Path, detector: Detector, names: Names, *, quiet: bool) -> None:
    """Score names in the stories of 1996; who is not in office then does not count either way."""
    score, by_rung = Score(), Score()
    errors = []
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            story = json.loads(line)
            text = story["text"]
            day = DAY.search(text)
            on = date.fromisoformat(day[0]) if day else AIDA_DAY
            wanted = list(story["leaders"])
            for leader in detector.detect("", text, on):
                for span, rung in zip(leader.spans, leader.rungs, strict=True):
                    if span.kind == "office":
                        continue
                    label = next(
                        (x for x in wanted if x["start"] < span.end and span.start < x["end"]), None
                    )
                    if label is not None:
                        wanted.remove(label)
                    if (label and label["former"]) or (not label and leader.status != "in_office"):
                        continue
                    same = label is not None and leader.leader_id in (
                        label["qid"],
                        names.id_of(label["name"]),
                    )
                    outcome = "right" if same else "wrong"
                    getattr(score, outcome)["name"] += 1
                    getattr(by_rung, outcome)[rung] += 1
                    if not same:
                        errors.append(
                            excerpt("wrong", leader.leader_name, text, span.start, span.end)
                        )
                        score.missed["name"] += label is not None
            for label in wanted:
                if not label["former"]:
                    score.missed["name"] += 1
                    errors.append(
                        excerpt("missed", label["name"], text, label["start"], label["end"])
                    )
    print(f"{path.stem}: names in office, by mention")
    finish(score, by_rung, errors, quiet=quiet)


def excerpt(what: str, who: str, text: str, start: int, end: int) -> str:
    """A mention in its surroundings, on one line."""
    before = text[max(0, start - CONTEXT_CHARACTERS) : start]
    return f"    {what} {who}: {before}[{text[start:end]}]{text[end : end + CONTEXT_CHARACTERS]}"


def speed(registry: Registry, folder: Path) -> None:
    """Print what building costs, and the time for an article of 2 kB: medians of rounds."""
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    kept = Detector(registry)
    traced = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    del kept
    start = time.process_time()
    detector = Detector(registry)
    print(f"speed: built in {time.process_time() - start:.2f} s of CPU time;")
    print(f"  {traced / 1e6:.0f} MB of Python objects beside the automaton's own memory")
    articles = {"own sentences": own_articles()}
    for path in sorted((folder / "streams").glob("*.jsonl.gz")):
        articles[path.name.split(".")[0]] = stream_articles(path)
    rounds: dict[str, list[float]] = defaultdict(list)
    for _ in range(SPEED_ROUNDS):
        for name, texts in articles.items():
            start = time.process_time()
            for headline, text, on in texts:
                detector.detect(headline, text, on)
            rounds[name].append((time.process_time() - start) / len(texts) * 1000)
    for name, seconds in rounds.items():
        texts = articles[name]
        size = sum(len(text) for _, text, _ in texts) / len(texts)
        print(
            f"  {name}: {statistics.median(seconds):.3f} ms an article of {size:.0f} characters"
            f" (least {min(seconds):.3f}), {len(texts)} articles"
        )


def own_articles() -> list[tuple[str, str, date]]:
    """The labelled sentences put together to articles of about 2 kB: many leaders in each."""
    found = []
    for path in sorted(OWN_SETS.glob("en*.tsv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        text = ""
        for row in rows:
            text += row["text"] + " "
            if len(text) >= ARTICLE_CHARACTERS:
                found.append(("", text, date.fromisoformat(row["date"])))
                text = ""
    return found


def stream_articles(path: Path) -> list[tuple[str, str, date]]:
    """The first articles of a stream that are long enough, cut to 2 kB."""
    found: list[tuple[str, str, date]] = []
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            article = json.loads(line)
            text = article["text"]
            if len(text) >= ARTICLE_CHARACTERS:
                day = date.fromisoformat(article["published"][:10])
                found.append((article["title"], text[:ARTICLE_CHARACTERS], day))
            if len(found) == SPEED_ARTICLES:
                break
    return found


def main() -> int:
    """Measure all sets that are there."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder with labelled sets kept elsewhere")
    parser.add_argument("--quiet", action="store_true", help="list no errors")
    options = parser.parse_args()
    registry = load_registry()
    detector, names = Detector(registry), Names(registry)
    print(f"leaders: registry {registry.version}, {len(registry.people)} people\n")
    for path in sorted(OWN_SETS.glob("*.tsv")):
        own_set(path, detector, names, quiet=options.quiet)
    folder = options.data or FALLBACK
    sets = (("leader-sentences-dev.tsv", sentences_set), ("leaders-aida-dev.jsonl.gz", aida_set))
    measured = False
    for name, measure in sets:
        path = folder / "dev" / name
        if path.is_file():
            measure(path, detector, names, quiet=options.quiet)
            measured = True
    speed(registry, folder)
    if not measured:
        print(f"\nno further labelled sets in {folder}: only the project's own were measured")
    return 0


if __name__ == "__main__":
    sys.exit(main())
