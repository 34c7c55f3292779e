"""Trains the model that decides whether a bare surname is a leader's. Deterministic.

    uv sync --inexact --group training
    .venv/bin/python -m benchmarks.training.surname_model STREAM.jsonl.gz ...

Writes `weights.csv`. Two kinds of examples:

1. The frames of `benchmarks/quality/headlines` (split train), filled with leaders of several dates.
   A frame that tells nothing of who is meant is also an example of a namesake, the more the more
   frequent the surname is: "Lee lands in Geneva" may be anybody.
2. Headlines and sentences of streams that label themselves: where the article names the leader in
   full or by title, the surname is the leader's; where it gives another given name, it is not.
"""

import argparse
import csv
import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

from benchmarks.quality.headlines.frames import DATES, Filled, fill, leading_holders, load_frames
from benchmarks.training.public_words import FOLDS, fold_of
from processors.leaders import Detector, load_registry
from processors.leaders.detection import surname_model
from processors.leaders.detection.article import Article, countries_in, home_of
from processors.leaders.detection.automaton import Automaton
from processors.leaders.detection.holders import Holders
from processors.leaders.detection.namesakes import all_strangers, note_strangers
from processors.leaders.detection.reading import read_field
from processors.leaders.detection.support import weighed_candidates
from processors.leaders.detection.surname_evidence import is_too_obscure
from processors.leaders.languages.files import load_words, with_offices
from processors.leaders.languages.topics import Topics, load_topics

FEATURES = Path(__file__).with_name("surname_features.csv")
OUT = Path(surname_model.__file__).parent / "data" / "weights.csv"
RIDGE = 0.02
LOWER_IS_WRONG = 1.2
"""How much more a wrong name costs than a missed one."""
DOUBT = 0.5
"""How much of a telling-nothing frame of a frequent surname is a namesake's."""
OTHER_TIMES = (
    ("elect", 0.95),
    ("left_lately", 0.8),
    ("left_long_ago", 0.6),
    ("not_yet", 0.02),
    ("in_office", 0.7),
)
"""What a bearer can be who does not lead, and how often a plain headline then means them."""
OTHER_WEIGHT = 0.3
TEXT_EVERY = 3
MAX_TEXT = 4_000
LONG_TEXT = 1_500
WELL_KNOWN = 0.5
MAX_TEXT_PER_PERSON = 60
TEXT_WEIGHT = 1.0
AS_TEXT_WEIGHT = 0.5
HOME_EVERY = 3
PROMINENT = 60
FRAMES_EACH = 12
STREAM_WEIGHT = 0.6
MAX_PER_PERSON = 400


@dataclass(frozen=True, slots=True)
class Example:
    """Features of one surname, whether it is the leader's, and how much the example counts."""

    features: dict[str, float]
    is_leader: bool
    weight: float
    source: str
    text: str


class Reader:
    """Reads surnames with the detector's own steps, as if the text were all that is known."""

    def __init__(self, words: Path | None) -> None:
        self.registry = load_registry()
        self.detector = Detector(self.registry)
        self.words = with_offices(load_words("en"), self.registry.offices)
        self.automaton = Automaton(self.registry, self.words)
        self.topics = load_topics("en")
        self._folds = [self.topics]
        if words is not None:
            self._folds = [_without_fold(self.topics, words, fold) for fold in range(FOLDS)]
        self.holders = Holders.of(self.registry)
        self.model = surname_model.load_surname_model()

    def candidates(
        self, headline: str, text: str, on: date, country: str = "", frame: str = ""
    ) -> Iterator[tuple[str, str, int, dict[str, float]]]:
        """Yield the person, the surname, its offset and the features of each bare surname."""
        topics = self._folds[fold_of(frame) % len(self._folds)] if frame else self.topics
        readings = (
            read_field("headline", headline, self.automaton),
            read_field("text", text, self.automaton),
        )
        article = Article(
            self.holders,
            self.words,
            on,
            home_of(readings[1], country),
            countries_in(readings),
            model=self.model,
            topics=topics,
        )
        for reading in readings:
            note_strangers(reading, article)
        strangers = all_strangers(readings)
        for reading in readings:
            for each in weighed_candidates(reading, article, strangers, frozenset()):
                if is_too_obscure(each.features, reading):
                    continue
                hit = reading.hits[each.index]
                yield each.person_id, reading.text[hit.start : hit.end], hit.start, each.features


def _without_fold(topics: Topics, words: Path, fold: int) -> Topics:
    """Return the words with scores that never saw the frames of a fold."""
    rows = csv.DictReader(words.open(encoding="utf-8"))
    public = {
        row["word"]: float(row[str(fold)])
        for row in rows
        if row["public"] and row["word"] in topics.public
    }
    return replace(topics, public=public)


def frame_examples(reader: Reader) -> list[Example]:
    """Return examples of the frames of the split train."""
    examples = []
    frames = load_frames("train")
    for on in DATES:
        holders = leading_holders(reader.registry, on)
        sets = ((holders[:PROMINENT], FRAMES_EACH, "prominent"), (holders, FRAMES_EACH // 2, "all"))
        for people, count, name in sets:
            for each in fill(frames, people, on, count, f"train {name}"):
                examples += _as_text(each, reader)
                for person, _, _, features in reader.candidates(
                    each.headline, "", on, frame=each.frame.headline
                ):
                    if each.frame.about_leader and person not in each.expected:
                        continue
                    if not each.frame.about_leader and person != each.holder.person_id:
                        continue
                    source = f"frame {each.frame.about_leader}"
                    examples.append(
                        Example(features, each.frame.about_leader, 1.0, source, each.headline)
                    )
                    doubt = max(
                        features.get("frequent_surname", 0.0),
                        0.5 * features.get("common_surname", 0.0),
                        0.3 * features.get("marked_surname", 0.0),
                    )
                    # Who is little known is told from namesakes by country or company alone.
                    doubt *= DOUBT * max(0.0, 0.9 - features["prominence"])
                    if each.frame.about_leader and each.frame.topic in (
                        "plain",
                        "travel",
                        "titlecase",
                    ):
                        examples.append(Example(features, False, doubt, "doubt", each.headline))
    return examples


def _as_text(filled: Filled, reader: Reader) -> Iterator[Example]:
    """Yield a frame as running text, where a common surname without its country is nobody's."""
    if filled.frame.topic in ("caps", "titlecase", "wire"):
        return
    home = filled.holder.code if sum(filled.headline.encode()) % HOME_EVERY == 0 else ""
    for person, _, _, features in reader.candidates(
        "", f"{filled.headline}.", filled.on, home, filled.frame.headline
    ):
        is_leader = person in filled.expected
        if filled.frame.about_leader and not is_leader:
            continue
        is_telling = "statecraft" in features and "deed" in features
        is_leader = is_leader and (is_telling or "unplaced_common_in_text" not in features)
        yield Example(features, is_leader, AS_TEXT_WEIGHT, f"as text {is_leader}", filled.headline)


def stream_examples(reader: Reader, paths: Sequence[Path]) -> list[Example]:
    """Return examples of headlines whose articles say who is meant."""
    examples = []
    per_person: Counter[str] = Counter()
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                article = json.loads(line)
                on = date.fromisoformat(article["published"][:10])
                headline, text = article["title"], article["text"]
                found = list(reader.candidates(headline, "", on))
                if not found:
                    continue
                named = {
                    one.leader_id
                    for one in reader.detector.detect("", text, on)
                    if {"full_name", "titled_surname"} & set(one.rungs)
                }
                for person, surname, _, features in found:
                    label = _label(person, surname, text, named, reader)
                    if label is None or per_person[person, label] >= MAX_PER_PERSON:
                        continue
                    per_person[person, label] += 1
                    examples.append(
                        Example(features, label, STREAM_WEIGHT, f"stream {label}", headline)
                    )
    return examples


def text_examples(reader: Reader, paths: Sequence[Path]) -> list[Example]:
    """Return examples of running text: who is named surely, and who little known is never named."""
    examples = []
    per_person: Counter[tuple[str, bool]] = Counter()
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for number, line in enumerate(file):
                if number % TEXT_EVERY:
                    continue
                article = json.loads(line)
                on = date.fromisoformat(article["published"][:10])
                text = article["text"][:MAX_TEXT]
                found = list(reader.candidates("", text, on))
                if not found:
                    continue
                named = {
                    one.leader_id
                    for one in reader.detector.detect("", article["text"], on)
                    if {"full_name", "titled_surname"} & set(one.rungs)
                }
                for person, _, start, features in found:
                    is_leader = person in named
                    if not is_leader and (
                        features["prominence"] >= WELL_KNOWN or len(article["text"]) < LONG_TEXT
                    ):
                        continue
                    if per_person[person, is_leader] >= MAX_TEXT_PER_PERSON:
                        continue
                    per_person[person, is_leader] += 1
                    excerpt = text[max(0, start - 40) : start + 60]
                    examples.append(
                        Example(features, is_leader, TEXT_WEIGHT, f"text {is_leader}", excerpt)
                    )
    return examples


def out_of_office(examples: Sequence[Example]) -> list[Example]:
    """Return the frames once more for people who are elected, have left or are still to come."""
    found = []
    for number, each in enumerate(examples):
        if "leads" not in each.features or each.source == "doubt":
            continue
        name, weight = OTHER_TIMES[number % len(OTHER_TIMES)]
        features = {**each.features, name: 1.0}
        del features["leads"]
        if each.is_leader:
            found.append(Example(features, True, OTHER_WEIGHT * weight, f"{name} True", each.text))
        found.append(
            Example(
                features,
                False,
                OTHER_WEIGHT * (1.0 - weight if each.is_leader else 1.0),
                f"{name} False",
                each.text,
            )
        )
    return found


def _label(person: str, surname: str, text: str, named: set[str], reader: Reader) -> bool | None:
    if person in named:
        return True
    plain = surname.capitalize()
    others = re.findall(rf"\b([A-Z][a-z]+) {re.escape(plain)}\b", text)
    given = {name.lower() for name in others}
    if given & (reader.words.given_names | reader.topics.given) - reader.automaton.given_names.get(
        person, set()
    ):
        return False
    companies = re.findall(
        rf"\b{re.escape(plain)}(?: [A-Z][\w&]+)* (?:Inc|Corp|Co|Ltd|Plc|and Co)\b", text
    )
    if companies:
        return False
    # The article never names anybody so: a word, or a company.
    return False if re.search(rf"\b{re.escape(plain)}\b", text) is None else None


def load_features() -> dict[str, tuple[tuple[float | None, float | None], str]]:
    """Read the features: within which bounds a weight may be, and what the feature means.

    Most can only speak for a leader, or only against one, whatever few examples say.
    """
    rows = csv.DictReader(FEATURES.read_text("utf-8").splitlines())
    return {
        row["feature"]: (
            (
                float(row["low"]) if row["low"] else None,
                float(row["high"]) if row["high"] else None,
            ),
            row["meaning"],
        )
        for row in rows
    }


def train(examples: Sequence[Example]) -> dict[str, float]:
    """Fit a logistic regression whose signs are held, and return the weights by feature."""
    names = sorted({name for each in examples for name in each.features if name[0] != "_"})
    columns = {name: at for at, name in enumerate(names)}
    matrix = np.zeros((len(examples), len(names)))
    for row, each in enumerate(examples):
        for name, value in each.features.items():
            if name in columns:
                matrix[row, columns[name]] = value
    labels = np.array([each.is_leader for each in examples], dtype=float)
    weights = np.array([each.weight for each in examples])
    weights = np.where(labels > 0, weights, weights * LOWER_IS_WRONG)
    total = weights.sum()

    def loss(beta: np.ndarray) -> tuple[float, np.ndarray]:
        z = matrix @ beta
        value = (weights * (np.logaddexp(0.0, z) - labels * z)).sum() / total
        gradient = matrix.T @ (weights * (1.0 / (1.0 + np.exp(-z)) - labels)) / total
        free = np.array([name != "bias" for name in names])
        value += RIDGE * 0.5 * (beta[free] ** 2).sum() * 0.05
        gradient += RIDGE * 0.05 * beta * free
        return value, gradient

    described = load_features()
    bounds = [described[name][0] for name in names]
    fitted = minimize(
        loss,
        np.zeros(len(names)),
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": 3_000, "ftol": 1e-12, "gtol": 1e-7},
    )
    return dict(zip(names, fitted.x, strict=True))


def main() -> int:
    """Write the weights."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("streams", type=Path, nargs="*")
    parser.add_argument("--words", type=Path, help="what topic_words.py wrote: scores by fold")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    reader = Reader(options.words)
    frames = frame_examples(reader)
    examples = [
        *frames,
        *out_of_office(frames),
        *stream_examples(reader, options.streams),
        *text_examples(reader, options.streams),
    ]
    print(Counter((each.source, each.is_leader) for each in examples))
    with threadpool_limits(1):
        weights = train(examples)
    described = load_features()
    with options.out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["feature", "weight", "meaning"])
        writer.writerows(
            [name, f"{weight:.2f}", described[name][1]]
            for name, weight in sorted(weights.items(), key=lambda item: (-item[1], item[0]))
        )
    wrong: Counter[str] = Counter()
    for each in examples:
        score = sum(weights.get(name, 0.0) * value for name, value in each.features.items())
        wrong[each.source] += (score > 0) != each.is_leader
    print(wrong)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
