"""Names of months and weekdays in 57 languages, and the words that stand around a date.

The names are those of Unicode CLDR 48, taken with Babel 2.19: formats of dates and names that stand
alone, whole and abbreviated, with regional variants and clear beginnings of three and four letters;
names that mean two months of one language are left out. They are stored folded, see `fold`. The
words that are found beside dates are our own list.
"""

import csv
import io
import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

_ANY_LANGUAGE: Final = ""
_LONGEST_BEGINNING: Final = 5
# Latin, Greek and Cyrillic.
_ALPHABETS_END: Final = "\u0530"
_SAME_LANGUAGE: Final = {"nb": "no", "fil": "tl", "iw": "he", "in": "id", "hbs": "sr"}

_MORNING: Final = frozenset(("am", "午前", "上午", "오전", "凌晨", "早上", "ص", "πμ"))
_AFTERNOON: Final = frozenset(("pm", "午後", "下午", "오후", "晚上", "م", "μμ"))


@dataclass(frozen=True, slots=True)
class Calendar:
    """The words of dates, folded.

    `months` leads from a language to its names; under "" stand those that mean one month only,
    whatever the language. `fillers` may be written beside a date and mean nothing.
    """

    months: Mapping[str, Mapping[str, int]]
    fillers: frozenset[str]
    weekdays: Mapping[str, Mapping[str, frozenset[int]]]
    all_weekdays: frozenset[str]
    mornings: Mapping[str, frozenset[str]]
    afternoons: Mapping[str, frozenset[str]]

    def month(self, word: str, language: str) -> int | None:
        """Return the month of a word: as the language has it, else English, else any language."""
        for tongue in (_SAME_LANGUAGE.get(language, language), "en", _ANY_LANGUAGE):
            found = self.months.get(tongue, {}).get(word)
            if found is not None:
                return found
        return None

    def weekday_numbers(self, word: str, language: str) -> frozenset[int]:
        """Return which weekdays a word may name, Monday being 0."""
        for tongue in (_SAME_LANGUAGE.get(language, language), "en"):
            found = self.weekdays.get(tongue, {}).get(word)
            if found:
                return found
        return frozenset().union(*(names.get(word, ()) for names in self.weekdays.values()))

    def half_of_day(self, word: str, language: str) -> str:
        """Return "am", "pm", or "" where the word says neither."""
        tongue = _SAME_LANGUAGE.get(language, language)
        if word in _MORNING or word in self.mornings.get(tongue, ()):
            return "am"
        if word in _AFTERNOON or word in self.afternoons.get(tongue, ()):
            return "pm"
        return ""


def fold(text: str) -> str:
    """Return a text as dates are compared: small letters, without accents, with digits 0 to 9."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        digits = {ord(c): str(unicodedata.decimal(c)) for c in set(text) if c.isdecimal()}
        text = unicodedata.normalize("NFD", text.translate(digits).casefold())
        text = "".join(c for c in text if not _is_dropped(c))
        return unicodedata.normalize("NFC", text).replace("\u0131", "i")
    return text.lower()


def _is_dropped(sign: str) -> bool:
    is_accent = "\u0300" <= sign <= "\u036f" or "\u064b" <= sign <= "\u065f"
    return is_accent or unicodedata.category(sign) == "Cf"


def _beginnings(word: str) -> list[str]:
    """Return how feeds cut a weekday's name: "thurs", "weds" and "pi\u0105" are in no table."""
    is_long = len(word) >= _LONGEST_BEGINNING and word[0] < _ALPHABETS_END and word.isalpha()
    return [word[:3], word[:4], word[:5], f"{word[:3]}s"] if is_long else []


@cache
def load_calendar() -> Calendar:
    """Load the packaged names: a millisecond, once per process."""
    text = resources.files(__package__).joinpath("data/calendar.csv").read_text("utf-8")
    months: defaultdict[str, dict[str, int]] = defaultdict(dict)
    weekdays: defaultdict[str, defaultdict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    halves: dict[str, dict[str, frozenset[str]]] = {"am": {}, "pm": {}}
    by_word: defaultdict[str, set[int]] = defaultdict(set)
    fillers: frozenset[str] = frozenset()
    for row in csv.DictReader(io.StringIO(text)):
        language, kind = row["language"], row["kind"]
        words = [word for word in row["words"].split("|") if word]
        if kind == "filler":
            fillers = frozenset(words)
        if kind in halves:
            halves[kind][language] = frozenset(words)
        for word in words if kind == "weekday" else ():
            for name in (word, *_beginnings(word)):
                weekdays[language][name].add(int(row["number"]))
        for word in words if kind == "month" else ():
            months[language][word] = int(row["number"])
            by_word[word].add(int(row["number"]))
    months[_ANY_LANGUAGE] = {
        word: next(iter(numbers)) for word, numbers in by_word.items() if len(numbers) == 1
    }
    return Calendar(
        months,
        fillers,
        {
            language: {word: frozenset(days) for word, days in names.items()}
            for language, names in weekdays.items()
        },
        frozenset(word for names in weekdays.values() for word in names),
        halves["am"],
        halves["pm"],
    )
