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
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from lessons import same_name
from processors.sentiment.lexicon import load_news, single_words

from processors.contracts import Span
from processors.leaders import Detector, load_registry
from processors.sentences import split

_TITLED = re.compile(
    r"\b(?:Sen\.|Rep\.|Gov\.|President|Secretary|Senator|Judge|Justice|Mr\.|Mrs\.|Ms\.|Minister"
    r"|Chancellor|Attorney General|Director|Speaker|King|Pope|Dr\.|Gen\.)(?: of State)?"
    r" ((?:[A-Z][a-z]+ )?(?:Mc|Mac|O')?[A-Z][a-z]{2,})\b"
)
_MIN_NAMED, _MAX_SENTENCE_CHARACTERS, _MIN_WORDS = 4, 420, 7
_LOADED_WEIGHT, _SHARE_OF_FLAT, _SHARE_OF_ONE, _LEADERS_FIRST = 0.3, 0.3, 0.2, 0.35
_NO_NAMES = frozenset(
    """
    House Senate Court State White The United American Monday Friday Democrats Washington Department
    President North General Hill Republicans Republican Democrat Democratic South West East New
    Congress Attorney Office Committee Security Party National Campaign Administration Trade
    Treasury Defense Justice Street Capitol Day America Russia China Iran Israel March April June
    July August Secretary Service Board Bank Union Foreign International Council Federal Agency
    World Center Chairman
    """.split()  # noqa: SIM905 - a list is read more easily so
)

Row = dict[str, object]


def _luck(text: str) -> float:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") / 2**64


def main() -> None:
    """Write one target a line: sentence, start, end, mentions, name."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("streams", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--most", type=int, default=40_000)
    given = parser.parse_args()
    articles = []
    for stream in given.streams:
        with gzip.open(stream, "rt", encoding="utf-8") as lines:
            articles += [json.loads(line) for line in lines]
    by_name: dict[str, list[tuple[float, Row]]] = defaultdict(list)
    for luck, row in _targets(articles):
        by_name[str(row["name"])].append((luck, row))
    ranked = []
    for several in by_name.values():
        several.sort(key=lambda pair: pair[0])
        ranked += several[: int(given.most * _SHARE_OF_ONE)]
    ranked.sort(key=lambda pair: pair[0])
    with given.out.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for _, row in ranked[: given.most])
    print(f"{len(ranked)} targets found, {min(len(ranked), given.most)} written")


def _targets(articles: Sequence[dict[str, str]]) -> Iterator[tuple[float, Row]]:
    """Yield every target with its rank; the lowest ranks are taken."""
    loaded = {w for w, weight in single_words(load_news()).items() if abs(weight) >= _LOADED_WEIGHT}
    detector = Detector(load_registry())
    others = _other_names(articles)
    seen: set[str] = set()
    for article in articles:
        text = article["text"]
        if article["source"] == "Reuters":
            text = text.replace("\n", " ")
        on = date.fromisoformat(article["published"][:10])
        spans = {
            leader.leader_id: [span for span in leader.spans if span.field == "text"]
            for leader in detector.detect(article["title"], text, on)
        }
        for start, end in split(text):
            sentence = text[start:end]
            if (
                len(sentence) > _MAX_SENTENCE_CHARACTERS
                or len(sentence.split()) < _MIN_WORDS
                or sentence in seen
            ):
                continue
            seen.add(sentence)
            is_loaded = not loaded.isdisjoint(re.findall(r"[a-z]+", sentence.lower()))
            for name, kind, mentions in _named(sentence, start, end, spans, others):
                luck = _luck(sentence + name)
                if is_loaded or luck <= _SHARE_OF_FLAT:
                    row: Row = {
                        "sentence": sentence, "start": mentions[0][0], "end": mentions[0][1],
                        "mentions": mentions, "name": name, "kind": kind,
                    }  # fmt: skip
                    yield luck - (_LEADERS_FIRST if kind == "leader" else 0.0), row


def _other_names(articles: Sequence[dict[str, str]]) -> re.Pattern[str]:
    """Return a pattern of the surnames that stand behind a title in several articles."""
    surnames: Counter[str] = Counter()
    for article in articles:
        surnames.update({m.group(1).split()[-1] for m in _TITLED.finditer(article["text"])})
    known = {name for name, count in surnames.items() if count >= _MIN_NAMED} - _NO_NAMES
    return re.compile(r"\b(?:[A-Z][a-z]+ )?(" + "|".join(sorted(known)) + r")\b")


def _named(
    sentence: str,
    start: int,
    end: int,
    spans: Mapping[str, Sequence[Span]],
    others: re.Pattern[str],
) -> Iterator[tuple[str, str, Sequence[tuple[int, int]]]]:
    """Yield who is named in a sentence: name or id, kind, and where."""
    taken = []
    for leader, all_spans in spans.items():
        here = [
            (s.start - start, s.end - start) for s in all_spans if start <= s.start < s.end <= end
        ]
        taken += here
        if here:
            yield leader, "leader", here
    seen = set()
    for match in others.finditer(sentence):
        overlaps = any(match.start() < last and first < match.end() for first, last in taken)
        if not overlaps and match.group(1) not in seen:
            seen.add(match.group(1))
            yield match.group(1), "other", same_name(sentence, *match.span())


if __name__ == "__main__":
    main()
