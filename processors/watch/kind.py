"""A kind of alert, as one value. `processors.watch.kinds.registry` lists all of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from msgspec import Struct

from processors.alerts import Trigger
from processors.contracts import Alert, AlertKind, LeaderRef, Mention, Severity
from processors.rules import Rule, RuleKind
from processors.watch.decisions import Decision, Measured
from processors.watch.evaluation import Evaluation
from processors.watch.state import Report, SentAlert

P = TypeVar("P", bound=Struct)
M = TypeVar("M", bound=Measured)


@dataclass(frozen=True, slots=True)
class Figures:
    """The names of an alert's three numbers, for people."""

    observed: str = "Observed"
    expected: str = "Usual"
    threshold: str = "Fires from"


@dataclass(frozen=True, slots=True)
class Sample:
    """Invented news from which every kind makes its example.

    Attributes:
        mention: A leader beside the companion in a headline, with a positive tone.
        companion: Another leader.
        reports: The first reports of five independent sources, that of the mention first.
    """

    mention: Mention
    companion: LeaderRef
    reports: Sequence[Report]


@dataclass(frozen=True, slots=True)
class Example(Generic[M]):
    """A measurement that makes the rule fire. Its alert is in the contracts' examples."""

    severity: Severity
    window_seconds: int
    measured: M


def never_contradicted(_sent: SentAlert, _mention: Mention) -> bool:
    """Return False: alerts of this kind stand when their article is edited."""
    return False


@dataclass(frozen=True, slots=True)
class Kind(Generic[P, M]):
    """One kind of alert.

    Attributes:
        rule: What rules of this kind can say.
        title: Its name for people.
        measure: Yields what the rule measures on a mention. Each measurement is decided before the
            next one is asked for.
        decide: Returns what to do about a measurement that reached a severity and is in the rule's
            scope and condition.
        build: Returns the alert with its reason.
        example: Returns an example.
        figures: The names of its numbers.
        signed_titles: The titles of an alert with a negative and with a positive number, if these
            say more than `title`.
        is_contradicted: Returns whether a newer version of an alert's article no longer supports
            the alert, which is then cancelled.
    """

    rule: RuleKind[P]
    title: str
    measure: Callable[[Evaluation, Rule[P]], Iterable[M]]
    decide: Callable[[Evaluation, Rule[P], M, Severity], Decision]
    build: Callable[[Trigger, Rule[P], M], Alert]
    example: Callable[[Sample, Rule[P]], Example[M]]
    figures: Figures = Figures()
    signed_titles: tuple[str, str] | None = None
    is_contradicted: Callable[[SentAlert, Mention], bool] = never_contradicted

    @property
    def name(self) -> AlertKind:
        """Its name in rules, topics, metrics and contracts."""
        return self.rule.name
