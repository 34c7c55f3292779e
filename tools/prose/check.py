"""Measures prose and finds words to avoid. The words and the limits are in `words.toml`."""

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.prose.texts import Text

WORDS = Path(__file__).with_name("words.toml")
_WORD = re.compile(r"[A-Za-z][\w'\u2019-]*")
_YOU = re.compile(r"\byou(?:r|rs|rself)?\b", re.IGNORECASE)
_NOTHING = re.compile(r"\b(?:nobody|nothing|none)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Figures:
    """How a body of prose reads: counts per 1,000 words."""

    words: int
    you: float
    semicolons: float
    nothing: float

    @classmethod
    def of(cls, texts: Iterable[Text]) -> "Figures":
        """Measure texts together."""
        prose = "\n".join(text.prose for text in texts)
        words = len(_WORD.findall(prose))
        per_thousand = 1000 / max(words, 1)
        return cls(
            words,
            len(_YOU.findall(prose)) * per_thousand,
            prose.count(";") * per_thousand,
            len(_NOTHING.findall(prose)) * per_thousand,
        )

    def __str__(self) -> str:
        return (
            f"{self.words:7,} words   you {self.you:5.1f}   semicolons {self.semicolons:4.1f}"
            f"   nobody/nothing/none {self.nothing:4.1f}"
        )


@dataclass(frozen=True, slots=True)
class Avoided:
    """A word to avoid, as a pattern, and the better word."""

    word: str
    better: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Limits:
    """The figures that prose must keep, per 1,000 words."""

    min_you: float
    max_semicolons: float
    max_nothing: float


def load_words(path: Path = WORDS) -> tuple[Avoided, ...]:
    """Return the words to avoid."""
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["words"]
    return tuple(_avoided(avoid, better) for avoid, better in rows.items())


def _avoided(avoid: str, better: str) -> Avoided:
    # A space in the list also stands for the end of a line, in Markdown and in a comment.
    pattern = r"\s+".join(re.escape(part) for part in avoid.split())
    return Avoided(avoid, better, re.compile(rf"(?<![\w-]){pattern}(?![\w-])", re.IGNORECASE))


def load_limits(path: Path = WORDS) -> dict[str, Limits]:
    """Return the limits of each body of prose."""
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["limits"]
    return {name: Limits(**row) for name, row in rows.items()}


def load_max_code_words(path: Path = WORDS) -> int:
    """Return how many words to avoid may be left in docstrings and comments."""
    found: int = tomllib.loads(path.read_text(encoding="utf-8"))["code"]["max_words"]
    return found


def find_words(text: Text, words: Iterable[Avoided]) -> Iterator[str]:
    """Yield a message for each word of the text that has a better one."""
    for avoided in words:
        for found in avoided.pattern.finditer(text.prose):
            line = text.first_line + text.prose[: found.start()].count("\n")
            said = " ".join(found[0].split())
            yield f"{text.path}:{line}: “{said}”: write {avoided.better}"


def exceeded(name: str, figures: Figures, limits: Limits) -> Iterator[str]:
    """Yield a message for each figure that is outside of its limit."""
    if figures.you < limits.min_you:
        yield f"{name}: “you” {figures.you:.1f} per 1,000 words, at least {limits.min_you:g}"
    if figures.semicolons > limits.max_semicolons:
        yield (
            f"{name}: semicolons {figures.semicolons:.1f} per 1,000 words,"
            f" at most {limits.max_semicolons:g}"
        )
    if figures.nothing > limits.max_nothing:
        yield (
            f"{name}: nobody/nothing/none {figures.nothing:.1f} per 1,000 words,"
            f" at most {limits.max_nothing:g}"
        )
