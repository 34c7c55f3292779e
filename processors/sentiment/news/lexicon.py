"""The lexicons: TextBlob's, from its installed package, and our news lexicon, which overrides it.

Owns the files' shapes, their validation and the version that goes on every record. Must not know
how a sentence is read. TextBlob's lexicon is that of the pattern library (T. De Smedt and
W. Daelemans, PDDL); the news lexicon is ours, `data/news_lexicon.csv`, each row with its source.
"""

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Literal, get_args

from msgspec import Struct

from processors.errors import BadLexiconError
from processors.sentiment.news.grammar import INTENSIFIERS, NEGATIONS

Category = Literal[
    "violence",
    "death",
    "politics",
    "law",
    "criticism",
    "accusation",
    "protest",
    "diplomacy",
    "economy",
    "disaster",
    "success",
    "learned",
    "override",
    "name",
]
Source = Literal["hand", "textblob override", "newsmtsc-train"]

NEWS_LEXICON = "data/news_lexicon.csv"
_HEADER = ["word", "weight", "subjectivity", "category", "source"]
_LEAST_TEXTBLOB_POLARITY = 0.05
_VERSION_PREFIX = "news-1"


class TextBlobWord(Struct, frozen=True):
    """A word as TextBlob weighs it.

    `polarity` is -1 to 1, `subjectivity` 0 to 1, `intensity` 0.5 to 2; a `modifier` multiplies the
    next known word; `label` is a note such as "profanity".
    """

    polarity: float
    subjectivity: float
    intensity: float
    modifier: bool
    label: str | None


class Entry(Struct, frozen=True):
    """A word or phrase of the news lexicon; weight 0 means that it is never scored."""

    weight: float
    subjectivity: float
    category: Category | Literal["textblob"]


class Lexicon(Struct, frozen=True):
    """Every word and phrase that the news scorer knows, in lower case, and the whole's version."""

    entries: Mapping[str, Entry]
    version: str


def load_textblob() -> dict[str, TextBlobWord]:
    """Reads the lexicon of the installed textblob package, invented adverbs and all."""
    from textblob.en import sentiment  # noqa: PLC0415 - pulls in nltk: only who scores pays

    len(sentiment)  # TextBlob loads on first use, and not safely from two threads
    words = {}
    for word, tags in dict.items(sentiment):
        polarity, subjectivity, intensity = tags[None]
        label = sentiment.labeler.get(word)
        modifier = any(tag in tags for tag in sentiment.modifiers)
        words[word] = TextBlobWord(polarity, subjectivity, intensity, modifier, label)
    return words


def load_news() -> Lexicon:
    """Reads the packaged news lexicon and lays it over TextBlob's.

    Raises:
        BadLexiconError: A row is wrong.
    """
    text = resources.files(__package__).joinpath(NEWS_LEXICON).read_text("utf-8")
    return parse_news(text, load_textblob(), NEWS_LEXICON)


def parse_news(text: str, textblob: Mapping[str, TextBlobWord], file: str) -> Lexicon:
    """Reads a news lexicon.

    Columns: `word` (a word or phrase with its inflections, separated by `|`), `weight` (-1 to 1;
    0 is never scored), `subjectivity` (0 to 1), `category`, `source`.

    Args:
        text: The file's content, CSV with a header.
        textblob: The words beneath; a row here hides the same word there.
        file: The file's name, for messages.

    Raises:
        BadLexiconError: A row is wrong; names file, line and what to do.
    """
    entries: dict[str, Entry] = {}
    for word, seen in textblob.items():
        invented = seen.modifier and word.endswith("ly") and abs(seen.polarity) < 0.3  # noqa: PLR2004 - weak invented adverbs say nothing
        grammar = "'" in word or word in NEGATIONS or word in INTENSIFIERS  # "isn't" is no opinion
        if abs(seen.polarity) >= _LEAST_TEXTBLOB_POLARITY and not invented and not grammar:
            entries[word] = Entry(seen.polarity, seen.subjectivity, "textblob")
    own: dict[str, int] = {}
    for line, row in _rows(text, file):
        entry = _entry(row, file, line)
        for form in row[0].split("|"):
            _check_form(form, file, line)
            if form in own:
                raise BadLexiconError(
                    f"{file}, line {line}: {form!r} is already in line {own[form]}: "
                    "take one of the two out."
                )
            own[form] = line
            entries[form] = entry
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return Lexicon(entries, f"{_VERSION_PREFIX}+{digest}")


def single_words(lexicon: Lexicon) -> dict[str, float]:
    """The weights of the words that stand alone, without those that are never scored."""
    return {
        word: entry.weight
        for word, entry in lexicon.entries.items()
        if entry.weight != 0.0 and " " not in word
    }


def _rows(text: str, file: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text))
    header = next(reader, [])
    if header != _HEADER:
        raise BadLexiconError(
            f"{file}, line 1: the header is {','.join(header)!r}: make it {','.join(_HEADER)!r}."
        )
    for row in reader:
        if len(row) != len(_HEADER):
            raise BadLexiconError(
                f"{file}, line {reader.line_num}: {len(row)} columns instead of {len(_HEADER)}: "
                "give word, weight, subjectivity, category and source."
            )
        yield reader.line_num, row


def _entry(row: list[str], file: str, line: int) -> Entry:
    _, weight, subjectivity, category, source = row
    if category not in get_args(Category):
        raise BadLexiconError(
            f"{file}, line {line}: category {category!r} is unknown: "
            f"use one of {', '.join(get_args(Category))}."
        )
    if source not in get_args(Source):
        raise BadLexiconError(
            f"{file}, line {line}: source {source!r} is unknown: "
            f"use one of {', '.join(get_args(Source))}."
        )
    return Entry(
        _number(weight, -1.0, "weight", file, line),
        _number(subjectivity, 0.0, "subjectivity", file, line),
        category,  # type: ignore[arg-type] # checked above
    )


def _number(value: str, least: float, name: str, file: str, line: int) -> float:
    try:
        number = float(value)
    except ValueError as error:
        raise BadLexiconError(
            f"{file}, line {line}: {name} {value!r} is no number: give one from {least:g} to 1."
        ) from error
    if not least <= number <= 1.0:
        raise BadLexiconError(
            f"{file}, line {line}: {name} {value} is out of range: give one from {least:g} to 1."
        )
    return number


def _check_form(form: str, file: str, line: int) -> None:
    if not form or form != form.lower() or form != " ".join(form.split()):
        raise BadLexiconError(
            f"{file}, line {line}: {form!r} is no word or phrase: write it in lower case, "
            "words separated by one space, inflections by '|'."
        )
