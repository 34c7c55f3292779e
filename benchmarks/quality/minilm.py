"""Measures the small model: cost, and with labelled data accuracy, calibration and what would ring.

    python benchmarks/quality/minilm.py
    python benchmarks/quality/minilm.py --data FOLDER
    python benchmarks/quality/minilm.py --data FOLDER --weights OUT --hold-out 0.15

FOLDER holds files of NewsMTSC (`*newsmtsc*.jsonl` or `.jsonl.gz`). The packaged weights have seen
all of the training file, so a figure on it says nothing and none is given: with `--weights`, a
folder that `benchmarks/training/minilm.py --hold-out` wrote, the part that those weights have not
seen is measured. Other files are measured whole.
"""

import argparse
import hashlib
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "training"))

from lessons import same_name
from newsmtsc import LABELS, Example, part, read

from processors.contracts import Sentiment, Span
from processors.sentiment.confirmation import FROM_RELEVANCE, Confirmation
from processors.sentiment.minilm import model as models
from processors.sentiment.minilm.inputs import encode
from processors.sentiment.news.lexicon import load_news, single_words
from processors.sentiment.news.linear import parse_leader_model
from processors.sentiment.news.scorer import NewsScorer

BINS = 8
RINGING_WORDS = 3
RINGING_POLARITIES = (0.4, 0.5, 0.6, 0.75)
INVENTED = (
    "Lawmakers in the capital condemned Emmanuel Macron on Monday over the failed reform.",
    "Ministers praised Emmanuel Macron for brokering a deal that ends a quarrel over water.",
    "Emmanuel Macron arrived in Athens.",
)
TARGET = "Emmanuel Macron"
NAMES = ("Trump", "Obama", "Clinton", "Putin", "Macron", "Merkel", "Modi", "Xi", "Sheinbaum")
MOST_SWAPPED = 100


def percentile(values: Sequence[float], share: float) -> float:
    """Of the sorted values, the one so far along."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def cost(model: models.Model, load_seconds: float, weights: int) -> None:
    """Prints size, load time and the time that one core works on invented sentences."""
    took = []
    for _ in range(60):
        for sentence in INVENTED:
            start = sentence.index(TARGET)
            begun = time.thread_time()
            model.read([encode(sentence, [(start, start + len(TARGET))], model.pieces)])
            took.append(1_000 * (time.thread_time() - begun))
    print(f"weights and vocabulary {weights / 1e6:.1f} MB; loaded in {load_seconds:.2f} s")
    print(
        f"invented sentences: median {statistics.median(took):.1f} ms, "
        f"p90 {percentile(took, 0.9):.1f} ms, one thread"
    )


def classes(gold: Sequence[int], said: Sequence[int]) -> str:
    """Macro-F1, accuracy and the F1 of each class."""
    each = []
    for label in range(len(LABELS)):
        right = sum(g == s == label for g, s in zip(gold, said, strict=True))
        each.append(2 * right / max(1, gold.count(label) + said.count(label)))
    accuracy = sum(g == s for g, s in zip(gold, said, strict=True)) / len(gold)
    named = ", ".join(f"{name} {value:.3f}" for name, value in zip(LABELS, each, strict=True))
    return f"macro-F1 {sum(each) / len(each):.3f}, accuracy {accuracy:.3f} ({named})"


def calibration(gold: Sequence[int], opinions: Sequence[models.Opinion]) -> None:
    """Prints, of the answers by the probability that they were given at, how many are right."""
    ordered = sorted(
        (opinion.probability, LABELS.index(opinion.label) == label)
        for label, opinion in zip(gold, opinions, strict=True)
    )
    error = 0.0
    for index in range(BINS):
        inside = ordered[index * len(ordered) // BINS : (index + 1) * len(ordered) // BINS]
        said = statistics.fmean(probability for probability, _ in inside)
        right = statistics.fmean(was_right for _, was_right in inside)
        error += abs(said - right) * len(inside) / len(ordered)
        print(f"  said {said:.2f}: right {right:.2f} of {len(inside)}")
    print(f"  expected calibration error {error:.3f}")


def ringing(name: str, gold: Sequence[int], sentiments: Sequence[Sentiment]) -> None:
    """Prints how many would ring, and how many of those rightly."""
    for limit in RINGING_POLARITIES:
        rang = [
            (label, sentiment)
            for label, sentiment in zip(gold, sentiments, strict=True)
            if abs(sentiment.polarity) >= limit and sentiment.scored_words >= RINGING_WORDS
        ]
        right = sum(label == (0 if s.polarity < 0 else 2) for label, s in rang)
        opposite = sum(label == (2 if s.polarity < 0 else 0) for label, s in rang)
        print(
            f"  {name}, a rule at {limit:.2f}: {len(rang)} ring, "
            f"{right / max(1, len(rang)):.3f} rightly, {opposite} the wrong way round"
        )


def measured(examples: Sequence[Example], model: models.Model, fast: NewsScorer) -> None:
    """Prints accuracy, calibration and what would ring, of the model and of both stages."""
    gold = [example.label for example in examples]
    took = []
    opinions = []
    for example in examples:
        begun = time.thread_time()
        opinions += model.read(
            [
                encode(
                    example.sentence,
                    same_name(example.sentence, example.start, example.end),
                    model.pieces,
                )
            ]
        )
        took.append(1_000 * (time.thread_time() - begun))
    print(f"  {classes(gold, [LABELS.index(opinion.label) for opinion in opinions])}")
    print(
        f"  median {statistics.median(took):.1f} ms, p90 {percentile(took, 0.9):.1f} ms a sentence"
    )
    calibration(gold, opinions)
    scores = fast_scores(examples, fast)
    confirmation = Confirmation(model)
    both = [
        confirmation.confirmed(sentiment, evidence, spans, FROM_RELEVANCE)[0]
        for sentiment, evidence, spans in scores
    ]
    ringing("the fast scorer alone", gold, [sentiment for sentiment, _, _ in scores])
    ringing("confirmed by the model", gold, both)
    swapped(examples, model)


def swapped(examples: Sequence[Example], model: models.Model) -> None:
    """Prints what another name in the target's place changes: the words being the same, nothing."""
    named = [one for one in examples if one.sentence[one.start : one.end] in NAMES][:MOST_SWAPPED]
    if not named:
        return
    labels = []
    for name in NAMES:
        opinions = []
        for one in named:
            sentence = one.sentence[: one.start] + name + one.sentence[one.end :]
            mentions = same_name(sentence, one.start, one.start + len(name))
            opinions += model.read([encode(sentence, mentions, model.pieces)])
        labels.append([opinion.label for opinion in opinions])
        print(f"  as {name}: mean polarity {statistics.fmean(o.polarity for o in opinions):+.3f}")
    same = sum(len(set(column)) == 1 for column in zip(*labels, strict=True))
    print(f"  the label is the same for all {len(NAMES)} names in {same} of {len(named)} sentences")


def fast_scorer(seen: Sequence[Example]) -> NewsScorer:
    """The fast scorer with its linear model trained on `seen` alone, or as packaged if it is none.

    Training takes the group `training`.
    """
    lexicon = load_news()
    if not seen:
        return NewsScorer(lexicon)
    from leader_model import fit  # noqa: PLC0415 - needs the group `training`

    return NewsScorer(lexicon, parse_leader_model(*fit(seen), single_words(lexicon)))


def fast_scores(examples: Sequence[Example], scorer: NewsScorer) -> list[tuple]:
    """The fast scorer's sentiment and evidence of each target, all names of a sentence masked."""
    names: dict[str, list[Span]] = {}
    spans = []
    for example in examples:
        text = example.sentence[example.start : example.end]
        span = Span(field="text", start=example.start, end=example.end, text=text, kind="name")
        spans.append(span)
        if text[:1].isupper():
            names.setdefault(example.sentence, []).append(span)
    return [
        (
            *scorer.read("", example.sentence, names.get(example.sentence, ())).towards([span]),
            [span],
        )
        for example, span in zip(examples, spans, strict=True)
    ]


def load(folder: Path | None) -> tuple[models.Model, float, int]:
    """The model, the seconds that loading took, and the bytes of its files."""
    begun = time.perf_counter()
    if folder is None:
        model = models.load_model()
        folder = Path(models.__file__).parent / "data"
    else:
        files = (models.WEIGHTS, models.VOCABULARY)
        found = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in files}
        model = models.load_model(folder, found)
    took = time.perf_counter() - begun
    size = sum((folder / name).stat().st_size for name in (models.WEIGHTS, models.VOCABULARY))
    return model, took, size


def main(show: Callable[[str], None] = print) -> None:
    """Prints every figure that can be had."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--data", type=Path, help="folder of labelled sets")
    parser.add_argument("--weights", type=Path, help="folder of other weights than the packaged")
    parser.add_argument("--hold-out", type=float, default=0.15, help="as the weights were trained")
    given = parser.parse_args()
    model, load_seconds, size = load(given.weights)
    show(f"minilm/{model.version}")
    cost(model, load_seconds, size)
    if given.data is None:
        show("Give --data FOLDER to measure on labelled sets.")
        return
    for path in sorted(given.data.rglob("*newsmtsc*.jsonl*")):
        examples, seen = read(path), []
        if "train" in path.name:
            if given.weights is None:
                show(f"{path.name}: the packaged weights were trained on it; see --weights")
                continue
            seen, examples = part(examples, given.hold_out)
        show(f"{path.name}: {len(examples)} targets")
        measured(examples, model, fast_scorer(seen))


if __name__ == "__main__":
    main()
