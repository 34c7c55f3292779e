"""Scorers by name: what a scorer is, and which there are.

Owns the Protocol that every scorer keeps (the contract suite in the tests runs against all of
them). Must not know settings: the name is an argument.
"""

from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points
from typing import Protocol

from processors.contracts import Evidence, Sentiment, Span
from processors.errors import MisconfigurationError
from processors.sentiment.minilm.model import load_model
from processors.sentiment.minilm.scorer import MiniLmScorer
from processors.sentiment.news.lexicon import load_news, load_textblob
from processors.sentiment.news.scorer import NewsScorer
from processors.sentiment.scored import ScoredArticle
from processors.sentiment.textblob.scorer import TextBlobScorer
from processors.sentiment.vader import VaderScorer, load_vader

__all__ = [
    "DEFAULT_SCORER",
    "SCORERS",
    "NewsScorer",
    "Scored",
    "ScoredArticle",
    "Scorer",
    "TextBlobScorer",
    "VaderScorer",
    "load_scorer",
    "scorer_names",
]

DEFAULT_SCORER = NewsScorer.name
ENTRY_POINTS = "tocsin.scorers"
"""The group of entry points by which a package brings a scorer of its own: each names a callable
without arguments that gives a `Scorer`. A packaged name cannot be taken."""


class Scored(Protocol):
    """An article as a scorer read it."""

    @property
    def sentiment(self) -> Sentiment:
        """Of the article as a whole."""
        ...

    def towards(self, spans: Sequence[Span]) -> tuple[Sentiment, list[Evidence]]:
        """What the article says of the leader who is named at `spans`, and on what that rests."""
        ...


class Scorer(Protocol):
    """Reads the sentiment of articles. Deterministic; never raises on any Unicode text."""

    name: str
    """As settings and records name it."""
    version: str
    """Goes up whenever the same text can score otherwise."""
    lexicon_version: str
    """Which words and weights it reads by."""

    def read(self, headline: str, text: str, names: Sequence[Span]) -> Scored:
        """Scores an article in one pass.

        Args:
            headline: Any Unicode text, or empty.
            text: Any Unicode text, or empty.
            names: Stretches of both fields that are names and give no sentiment.
        """
        ...


def _news() -> Scorer:
    return NewsScorer(load_news())


def _textblob() -> Scorer:
    from processors.sentiment.textblob.engine import Engine  # noqa: PLC0415 - pulls in textblob and nltk

    return TextBlobScorer(Engine(load_textblob()))


def _minilm() -> Scorer:
    return MiniLmScorer(NewsScorer(load_news()), load_model())


_SCORERS: Mapping[str, Callable[[], Scorer]] = {
    MiniLmScorer.name: _minilm,
    NewsScorer.name: _news,
    TextBlobScorer.name: _textblob,
    VaderScorer.name: load_vader,
}
SCORERS = tuple(_SCORERS)
"""The names of those that are packaged."""


def scorer_names() -> list[str]:
    """The names that `load_scorer` takes: those packaged, and those of installed packages."""
    return sorted({*SCORERS, *_installed()})


def _installed() -> dict[str, EntryPoint]:
    """The scorers that other packages bring, as entry points of the group `tocsin.scorers`."""
    return {one.name: one for one in entry_points(group=ENTRY_POINTS) if one.name not in _SCORERS}


def load_scorer(name: str) -> Scorer:
    """Loads a scorer with its lexicon; about a second, once: textblob and nltk are imported.

    Raises:
        MisconfigurationError: There is no such scorer.
        MissingExtraError: What it needs is not installed.
        BadLexiconError: Its lexicon is wrong.
        BadWeightsError: Its weights are.
    """
    loader = _SCORERS.get(name) or _load_installed(name)
    return loader()


def _load_installed(name: str) -> Callable[[], Scorer]:
    found = _installed().get(name)
    if found is None:
        raise MisconfigurationError(
            f"scorer {name!r} is unknown: name one of {', '.join(scorer_names())}."
        )
    try:
        loader: Callable[[], Scorer] = found.load()
    except (ImportError, AttributeError) as error:
        raise MisconfigurationError(
            f"scorer {name!r} cannot be loaded from {found.value!r}: {error}. "
            f"Mend the package that brings it, or name one of {', '.join(SCORERS)}."
        ) from error
    return loader
