"""What is said of leaders, by kind: invented frames, field trials, and the bias of names.

    python benchmarks/quality/said.py [--fresh] [--field-trials FOLDER] [--scorers NAME ...]

`said_frames.csv` was written to develop with. `said_frames_fresh.csv` is looked at once, when a
model is finished (`--fresh`). Field trials are read from `../shared/field-trials` if that is there.
The bias of names puts each of 20 names into the same sentences: what differs is the name alone.
"""

import argparse
import csv
import json
import re
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from processors.analyse import Analyser, Confirm, load_analyser
from processors.contracts import Article, Field, Span
from processors.sentiment.scorer import Scorer, load_scorer

HERE = Path(__file__).parent
FRAMES, FRESH = HERE / "said_frames.csv", HERE / "said_frames_fresh.csv"
FIELD_TRIALS = HERE.parents[2] / "shared" / "field-trials"
KINDS = frozenset(["exonerated", "passive-by", "headline-passive", "other-sentiment"])
SCORERS = ("textblob-news", "minilm")
NAMES = (
    *("Trump", "Obama", "Biden", "Clinton", "Putin", "Zelensky", "Macron", "Merkel", "Starmer"),
    *("Meloni", "Modi", "Xi", "Kishida", "Erdogan", "Netanyahu", "Maduro", "Lula", "Sheinbaum"),
    *("Ramaphosa", "Ardern"),
)
_MARKED = re.compile(r"(\[[^\]]+\]|\{[^}]+\})")


@dataclass(frozen=True, slots=True)
class Frame:
    """A sentence, what it must say (`~` must not), and where leaders stand in it."""

    kind: str
    expected: str
    field: Field
    text: str
    spans: tuple[Span, ...]
    others: tuple[Span, ...]

    def label(self, scorer: Scorer) -> str:
        """Return what a scorer makes of it."""
        return self.read(scorer)[0]

    def read(self, scorer: Scorer) -> tuple[str, float]:
        """Return a scorer's label and polarity."""
        fields = (self.text, "") if self.field == "headline" else ("", self.text)
        found, _ = scorer.read(*fields, self.spans + self.others).towards(self.spans)
        return found.label, found.polarity

    def is_right(self, label: str) -> bool:
        """Return whether a label is as expected; "unknown" is as good as "neutral"."""
        if self.expected.startswith("~"):
            return label != self.expected[1:]
        return label == self.expected or (self.expected == "neutral" and label == "unknown")


def frames(path: Path, name: str = "") -> Iterator[Frame]:
    """Read frames; with `name` in the leader's place if it is given."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            field: Field = "headline" if row["field"] == "headline" else "text"
            text, spans, others = "", [], []
            for part in _MARKED.split(row["sentence"]):
                is_leader, is_other = part.startswith("["), part.startswith("{")
                shown = part[1:-1] if is_leader or is_other else part
                shown = name if is_leader and name else shown
                span = Span(
                    field=field,
                    start=len(text),
                    end=len(text) + len(shown),
                    text=shown,
                    kind="name",
                )
                if is_leader or is_other:
                    (spans if is_leader else others).append(span)
                text += shown
            yield Frame(row["kind"], row["expect"], field, text, tuple(spans), tuple(others))


def by_kind(title: str, results: Sequence[tuple[str, bool]]) -> None:
    """Print how many of each kind are right."""
    count, right = (
        Counter(kind for kind, _ in results),
        Counter(k for k, is_right in results if is_right),
    )
    told = ", ".join(f"{kind} {right[kind]}/{n}" for kind, n in count.items())
    print(f"{title}: {right.total()} of {count.total()} ({told})")


def name_bias(scorer: Scorer) -> tuple[float, str]:
    """Return the largest difference of mean polarity between two names, and which they are."""
    means = {
        name: statistics.fmean(one.read(scorer)[1] for one in frames(FRAMES, name))
        for name in NAMES
    }
    low, high = min(means, key=means.__getitem__), max(means, key=means.__getitem__)
    return means[high] - means[low], f"{low} {means[low]:+.3f}, {high} {means[high]:+.3f}"


def field_trials(folder: Path) -> Iterator[dict[str, Any]]:
    """Read the cases of the sentiment's kinds."""
    for path in sorted(folder.glob("*.jsonl")):
        if not path.stem.endswith("right-today"):
            with path.open(encoding="utf-8") as lines:
                yield from (row for row in map(json.loads, lines) if row["kind"] in KINDS)


def is_expected(case: dict[str, Any], analyser: Analyser) -> bool:
    """Return whether an article of a field trial comes out as its case says."""
    given = case["input"]
    article = Article(
        article_id=case["id"],
        title=given["title"],
        text=given.get("text", ""),
        language=given.get("language", ""),
        published=datetime.fromisoformat(given["published"]),
    )
    found = {
        mention.leader_name: mention.sentiment.label
        for mention in analyser.analyse(article, datetime(2026, 5, 1, 9, tzinfo=UTC)).mentions
    }
    who, denied, label = re.fullmatch(r"(?:(?!not )(.+?) )?(not )?(\w+)", case["expect"]).groups()  # type: ignore[union-attr]
    meant = [said for name, said in found.items() if who is None or who.split()[-1] in name]
    if denied:
        return bool(meant) and label not in meant
    return label in meant


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--fresh", action="store_true", help="the fresh frames too")
    parser.add_argument("--field-trials", type=Path, default=FIELD_TRIALS)
    parser.add_argument("--scorers", nargs="*", default=SCORERS)
    given = parser.parse_args()
    print("\nWhat is said of leaders, by kind")
    for name in given.scorers:
        scorer = load_scorer(name)
        for path in (FRAMES, FRESH) if given.fresh else (FRAMES,):
            results = [(one.kind, one.is_right(one.label(scorer))) for one in frames(path)]
            by_kind(f"{name}, {path.stem}", results)
        difference, which = name_bias(scorer)
        print(
            f"{name}, {len(NAMES)} names in the same sentences: at most {difference:.3f} ({which})"
        )
    cases = list(field_trials(given.field_trials))
    confirmations: tuple[Confirm, ...] = ("off", "minilm") if cases else ()
    for confirm in confirmations:
        analyser = load_analyser("0", "textblob-news", confirm)
        by_kind(
            f"field trials, confirm={confirm}",
            [(case["kind"], is_expected(case, analyser)) for case in cases],
        )


if __name__ == "__main__":
    main()
