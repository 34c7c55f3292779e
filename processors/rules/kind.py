"""What a file of rules can say about one kind of alert: its parameters, its limit and its defaults.

Each kind makes one `RuleKind` in its own module (`processors.watch.kinds`). Reading, checking and
the reference pages follow from it.
"""

from dataclasses import dataclass
from typing import Generic, TypeVar

from msgspec import Meta, Struct

from processors.contracts import AlertKind, Severity
from processors.rules.condition.facts import Fact

MINUTE, HOUR, DAY = 60, 3_600, 86_400
# A year: no state is kept for longer.
MAX_SECONDS = 366 * DAY

P = TypeVar("P", bound=Struct)


def seconds(description: str, *, minimum: int = 1) -> Meta:
    """Return the bounds of a duration, with what it means."""
    return Meta(ge=minimum, le=MAX_SECONDS, description=description)


def count(description: str) -> Meta:
    """Return the bounds of a count, with what it means."""
    return Meta(ge=1, le=10_000, description=description)


class NoParameters(Struct, frozen=True, kw_only=True):
    """The parameters of a kind that has only severity steps and conditions."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The limit of a severity step, in the kind's own measure.

    Attributes:
        key: Its name in a file.
        meaning: What is measured.
        minimum: The smallest limit that a file can give.
        maximum: The largest one.
        smaller_is_stronger: Whether a step is reached at or below its limit.
    """

    key: str
    meaning: str
    minimum: float
    maximum: float
    smaller_is_stronger: bool = False


@dataclass(frozen=True, slots=True)
class RuleKind(Generic[P]):
    """What rules of one kind have in common.

    Attributes:
        name: Its name, in the contract's enumeration.
        parameters: The kind's own keys of a rule, with defaults and bounds.
        about: When its rules fire, in one sentence.
        severities: The default steps, the most severe first: limit and severity.
        cooldown_seconds: The default.
        cooldown: For what a rule of this kind is silent, and how long.
        limit: The limit of a step. None: the kind measures no number.
        facts: Fields that only conditions of this kind can read.
    """

    name: AlertKind
    parameters: type[P]
    about: str
    severities: tuple[tuple[float | None, Severity], ...]
    cooldown_seconds: int
    cooldown: str
    limit: Limit | None = None
    facts: tuple[Fact, ...] = ()
