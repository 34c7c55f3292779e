"""The words that show what a text is about: politics, sport, crime, business, arts, science, life.

Owns the form of `data/topics/<language>.txt`, which `benchmarks/training/topic_words.py` writes.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import resources

TOPICS = ("politics", "sport", "crime", "business", "arts", "science", "life")
_TENTH = 0.1


@dataclass(frozen=True, slots=True)
class Topics:
    """One language's topic words, lower case.

    `strengths` say to which topic a word belongs, and how surely (0.6 to 1). `ordinary` are words
    that are no names. `trades` are what people are by occupation or part: "goalkeeper", "widow".
    `followers` are what belongs to a leader: "administration", "ally". `given` are given names.
    `ceremonies` are verbs of what a leader does at others' events: "attends", "mourns". `deeds` are
    verbs of what leaders do. `public` says how much a word speaks of public affairs.
    """

    strengths: Mapping[str, tuple[str, float]]
    ordinary: frozenset[str]
    trades: frozenset[str]
    followers: frozenset[str]
    given: frozenset[str]
    ceremonies: frozenset[str]
    deeds: frozenset[str]
    public: Mapping[str, float]

    def sums(self, words: Iterable[str]) -> dict[str, float]:
        """Return the strength of each topic in these words."""
        found: dict[str, float] = {}
        for word in words:
            known = self.strengths.get(word)
            if known is not None:
                found[known[0]] = found.get(known[0], 0.0) + known[1]
        return found

    def publicness(self, words: Iterable[str]) -> float:
        """Return how much these words speak of public affairs: their scores, long texts damped."""
        scores = [score for word in words if (score := self.public.get(word)) is not None]
        return sum(scores) / math.sqrt(len(scores)) if scores else 0.0


_NO_WORDS: frozenset[str] = frozenset()
NO_TOPICS = Topics({}, _NO_WORDS, _NO_WORDS, _NO_WORDS, _NO_WORDS, _NO_WORDS, _NO_WORDS, {})


def load_topics(language: str) -> Topics:
    """Read the packaged words of a language; without a file there are none."""
    path = resources.files(__package__).joinpath("data", "topics", f"{language}.txt")
    return read_topics(path.read_text("utf-8")) if path.is_file() else NO_TOPICS


def read_topics(text: str) -> Topics:
    """Read lines of the form `sport 9: word word`, `ordinary: word`, `trades: word`."""
    strengths: dict[str, tuple[str, float]] = {}
    lists: dict[str, set[str]] = {
        "ordinary": set(),
        "trades": set(),
        "ceremonies": set(),
        "deeds": set(),
        "followers": set(),
        "given": set(),
    }
    public: dict[str, float] = {}
    named: dict[str, tuple[str, float]] = {}
    for line in text.splitlines():
        if not line or line.startswith("#"):
            continue
        head, _, words = line.partition(": ")
        name, _, tenths = head.partition(" ")
        if name.endswith("-names"):
            named.update(
                dict.fromkeys(words.split(), (name.removesuffix("-names"), int(tenths) * _TENTH))
            )
        elif name == "public":
            public.update(dict.fromkeys(words.split(), int(tenths) * _TENTH))
        elif tenths:
            strengths.update(dict.fromkeys(words.split(), (name, int(tenths) * _TENTH)))
        else:
            lists[name].update(words.split())
    ordinary = frozenset(lists["ordinary"] | strengths.keys())
    return Topics(
        named | strengths,
        ordinary,
        frozenset(lists["trades"]),
        frozenset(lists["followers"]),
        frozenset(lists["given"]),
        frozenset(lists["ceremonies"]),
        frozenset(lists["deeds"]),
        public,
    )
