"""Every error that the pure half raises.

    TocsinError
    ├── BadInputError            the record is at fault; it goes to the dead letters
    │   └── BadArticleError      carries a DeadLetterReason
    └── MisconfigurationError    the operator is at fault; the worker does not start
        ├── BadRegistryError     a row of the leaders' registry
        ├── BadLexiconError      a row of a sentiment lexicon
        ├── BadWeightsError      a file of the small model
        └── MissingExtraError    an optional part that is not installed

Anything else that leaves `processors` is a bug. Passing faults (a broker that is away) belong to
`streams.errors`, which adds its own branches below the same root.
"""

from enum import StrEnum


class DeadLetterReason(StrEnum):
    """Why a record could not be used: the closed set behind `tocsin.error.reason`.

    The values are metric labels and part of the published contract: none is ever renamed.
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
    INVALID_LANGUAGE = "invalid_language"
    INVALID_CLOUDEVENT = "invalid_cloudevent"


class TocsinError(Exception):
    """Root of every error that Tocsin raises on purpose."""


class BadInputError(TocsinError):
    """The record is at fault. Another try gives the same answer."""


class BadArticleError(BadInputError):
    """An article that cannot be used, and why.

    Args:
        reason: One of the closed set; a metric label.
        message: What was wrong and where in the record, for a person; never a whole value.
    """

    def __init__(self, reason: DeadLetterReason, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


class MisconfigurationError(TocsinError):
    """The operator is at fault: a setting or a data file. Nothing starts until it is mended."""


class BadRegistryError(MisconfigurationError):
    """The leaders' registry is wrong; the message names file, line and what to do."""


class BadLexiconError(MisconfigurationError):
    """A sentiment lexicon is wrong; the message names file, line and what to do."""


class BadWeightsError(MisconfigurationError):
    """The small model's files are wrong; the message names file, hash and what to do."""


class MissingExtraError(MisconfigurationError):
    """An optional part is named and not installed; the message says what to install."""
