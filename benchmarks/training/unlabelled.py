"""Finds sentences with a target in unlabelled articles, for the teacher to label. Deterministic.

    python unlabelled.py STREAM.jsonl.gz [STREAM.jsonl.gz ...] --out TARGETS.jsonl --most 40000

Targets are the leaders that the detector finds, and other people who are named with a title
somewhere in the same streams ("Sen.", "Mr."). Sentences with a word of the news lexicon come first;
one name fills at most a fifth. The texts are not part of the project.
"""

import argparse
import gzip
import hashlib
import json
import re
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

from processors.leaders import Detector, load_registry
from processors.sentences import split
from processors.sentiment.lexicon import load_news, single_words
from targets import same_name

_TITLED = re.compile(
    r"\b(?:Sen\.|Rep\.|Gov\.|President|Secretary|Senator|Judge|Justice|Mr\.|Mrs\.|Ms\.|Minister"
    r"|Chancellor|Attorney General|Director|Speaker|King|Pope|Dr\.|Gen\.)(?: of State)?"
    r" ((?:[A-Z][a-z]+ )?(?:Mc|Mac|O')?[A-Z][a-z]{2,})\b"
)
_MIN_NAMED, _MAX_SENTENCE_CHARACTERS, _MIN_WORDS = 4, 420, 7
_LOADED_WEIGHT, _SHARE_OF_FLAT, _SHARE_OF_ONE = 0.3, 0.3, 0.2
_NO_NAMES = frozenset("House Senate Court State White The United American Monday Friday".split())


def _luck(text: str) -> float:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") / 2**64


def main() -> None:
    """Write one target a line: sentence, start, end, mentions, name."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("streams", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--most", type=int, default=40_000)
    given = parser.parse_args()
    loaded = {w for w, weight in single_words(load_news()).items() if abs(weight) >= _LOADED_WEIGHT}
    detector = Detector(load_registry())
    articles = []
    for stream in given.streams:
        with gzip.open(stream, "rt", encoding="utf-8") as lines:
            articles += [json.loads(line) for line in lines]
    surnames: Counter[str] = Counter()
    for article in articles:
        surnames.update({m.group(1).split()[-1] for m in _TITLED.finditer(article["text"])})
    known = {n for n, count in surnames.items() if count >= _MIN_NAMED} - _NO_NAMES
    pattern = re.compile(r"\b(?:[A-Z][a-z]+ )?(" + "|".join(sorted(known)) + r")\b")
    found: dict[str, list[tuple[float, dict[str, object]]]] = defaultdict(list)
    seen: set[str] = set()
    for article in articles:
        text = article["text"].replace("\n", " ") if article["source"] == "Reuters" else article["text"]
        on = date.fromisoformat(article["published"][:10])
        leaders = detector.detect(article["title"], text, on)
        by_sentence: dict[tuple[int, int], dict[str, tuple[str, tuple[tuple[int, int], ...]]]] = {}
        for start, end in split(text):
            sentence = text[start:end]
            if len(sentence) > _MAX_SENTENCE_CHARACTERS or len(sentence.split()) < _MIN_WORDS:
                continue
            here = by_sentence[start, end] = {}
            for leader in leaders:
                spans = tuple(
                    (s.start - start, s.end - start)
                    for s in leader.spans
                    if s.field == "text" and start <= s.start < s.end <= end
                )
                if spans:
                    here[leader.leader_id] = ("leader", spans)
            taken = [span for _, spans in here.values() for span in spans]
            for match in pattern.finditer(sentence):
                if any(match.start() < b and a < match.end() for a, b in taken):
                    continue
                name = match.group(1)
                if name not in here:
                    here[name] = ("other", same_name(sentence, *match.span()))
        for (start, end), here in by_sentence.items():
            sentence = text[start:end]
            if sentence in seen or not here:
                continue
            seen.add(sentence)
            words = set(re.findall(r"[a-z]+", sentence.lower()))
            heavy = not loaded.isdisjoint(words)
            for name, (kind, spans) in here.items():
                luck = _luck(sentence + name)
                if not heavy and luck > _SHARE_OF_FLAT:
                    continue
                row = {"sentence": sentence, "start": spans[0][0], "end": spans[0][1],
                       "mentions": spans, "name": name, "kind": kind}  # fmt: skip
                found[name].append((luck - (0.35 if kind == "leader" else 0.0), row))
    rows = []
    for several in found.values():
        several.sort(key=lambda pair: pair[0])
        rows += several[: int(given.most * _SHARE_OF_ONE)]
    rows.sort(key=lambda pair: pair[0])
    with given.out.open("w", encoding="utf-8") as file:
        for _, row in rows[: given.most]:
            file.write(json.dumps(row) + "\n")
    kinds = Counter(str(row["kind"]) for _, row in rows[: given.most])
    names = Counter(str(row["name"]) for _, row in rows[: given.most])
    print(len(rows), kinds, names.most_common(30))


if __name__ == "__main__":
    main()
