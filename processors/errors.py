"""The errors that `processors` raises.

    TocsinError
    ├── BadInputError            wrong record, which becomes a dead letter
    │   └── BadArticleError      carries a DeadLetterReason
    └── MisconfigurationError    configuration error: the worker does not start
        ├── BadRegistryError     a row of the leaders' registry
        ├── BadLexiconError      a row of a sentiment lexicon
        ├── BadFamiliesError     a row of the publisher families
        ├── BadConditionError    a condition of a rule, with columns
        ├── BadFileError         a TOML file, with every problem and its line
        │   ├── BadRulesError    a file of rules
        │   └── BadShapesError   a file of article shapes
        ├── BadWeightsError      a file of the small model
        └── MissingExtraError    an optional part that is not installed

Any other exception from `processors` is a bug. `streams.errors` adds transient errors, such as an
unavailable broker, below the same root.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class DeadLetterReason(StrEnum):
    """Why a record could not be used: the closed set behind `tocsin.error.reason`.

    The values are metric labels and part of the published contract: they are never renamed.
    """

    NULL_VALUE = "null_value"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    INVALID_UTF8 = "invalid_utf8"
    INVALID_JSON = "invalid_json"
    TOO_DEEP = "too_deep"
    NOT_AN_OBJECT = "not_an_object"
    WRONG_TYPE = "wrong_type"
    NO_IDENTITY = "no_identity"
    NO_TEXT = "no_text"
    TEXT_TOO_LARGE = "text_too_large"
    INVALID_DATE = "invalid_date"
    INVALID_TIMESTAMP = "invalid_timestamp"
    FUTURE_TIMESTAMP = "future_timestamp"
    INVALID_LANGUAGE = "invalid_language"
    INVALID_CLOUDEVENT = "invalid_cloudevent"
    # Errors of Kafka's clients and brokers, before and after the article is read.
    UNREADABLE_RECORD = "unreadable_record"
    OUTPUT_REFUSED = "output_refused"


class TocsinError(Exception):
    """Root of every error that Tocsin raises on purpose."""


class BadInputError(TocsinError):
    """The record is wrong. A retry gives the same result."""


class BadArticleError(BadInputError):
    """An article that cannot be used.

    Args:
        reason: The reason, which is also a metric label.
        message: The problem and its place in the record, without a whole value.
    """

    def __init__(self, reason: DeadLetterReason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


class MisconfigurationError(TocsinError):
    """Configuration error in a setting or a data file: fix it before restarting."""


class BadRegistryError(MisconfigurationError):
    """The leaders' registry is wrong. The message names file, line and fix."""


class BadLexiconError(MisconfigurationError):
    """A sentiment lexicon is wrong. The message names file, line and fix."""


class BadFamiliesError(MisconfigurationError):
    """The file of publisher families is wrong. The message names line and fix."""


class BadConditionError(MisconfigurationError):
    """A rule's condition is not valid.

    Args:
        problems: Columns, counted from 1 in the condition, with the problem.
    """

    def __init__(self, problems: Sequence[tuple[int, str]]) -> None:
        super().__init__("; ".join(f"column {column}: {message}" for column, message in problems))
        self.problems = tuple(problems)

    @classmethod
    def at(cls, column: int, message: str) -> "BadConditionError":
        """Return the error of one problem."""
        return cls([(column, message)])


@dataclass(frozen=True, slots=True, order=True)
class FileProblem:
    """A problem at a place in a checked file. Line and column count from 1."""

    line: int
    column: int
    message: str


class BadFileError(MisconfigurationError):
    """A TOML file is wrong. The message lists every problem with its line.

    Args:
        name: The file's name.
        problems: All of them, in the order of the file.
    """

    heading = "The file is wrong:"

    def __init__(self, name: str, problems: Sequence[FileProblem]) -> None:
        lines = [f"  - {name}:{one.line}:{one.column}: {one.message}" for one in problems]
        super().__init__("\n".join([self.heading, *lines]))
        self.name = name
        self.problems = tuple(problems)


class BadRulesError(BadFileError):
    """A file of rules is wrong."""

    heading = "The rules are wrong:"


class BadShapesError(BadFileError):
    """A file of article shapes is wrong."""

    heading = "The article shapes are wrong:"


class BadWeightsError(MisconfigurationError):
    """The small model's files are wrong. The message names file, hash and fix."""


class MissingExtraError(MisconfigurationError):
    """An optional part is not installed. The message names the package to install."""
