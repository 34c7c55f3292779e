"""The rules in force, as values.

Owns what a rule is. Must not know how rules are written down (`reading`), nor how they are applied
(`processors.watch`). A rule's version is part of its alerts' ids: whoever changes a rule raises it,
so that the changed rule's alerts are new ones and a subscriber's memory of the old ones does not
silence them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from processors.contracts import Severity
from processors.rules.condition.evaluation import Condition
from processors.rules.condition.facts import Facts
from processors.rules.kinds import (
    KINDS,
    BreakingParameters,
    EncounterParameters,
    Guards,
    RuleKind,
    SentimentParameters,
    ShiftParameters,
    StoryParameters,
    SurgeParameters,
)

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Scope:
    """Which leaders a rule is about: all, or those included, without those excluded.

    Leaders are ids, countries are codes. A leader is included by id or by country; where neither
    names any, everyone is.
    """

    leaders: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    excluded_leaders: frozenset[str] = frozenset()
    excluded_countries: frozenset[str] = frozenset()

    def holds(self, leader: str, country: str) -> bool:
        """Say whether a leader, with the country of the office, is meant."""
        if leader in self.excluded_leaders or country in self.excluded_countries:
            return False
        if not self.leaders and not self.countries:
            return True
        return leader in self.leaders or country in self.countries


EVERYONE = Scope()


@dataclass(frozen=True, slots=True)
class SeverityStep:
    """One severity, and from what on it is reached. Steps are asked in order; the first counts.

    `limit` is in the kind's own measure (see `KINDS`), None where the measure does not matter.
    """

    severity: Severity
    limit: float | None = None
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Rule(Generic[P]):
    """One rule. It rings if its scope, its condition and one of its severity steps hold.

    `cooldown_seconds` is how long the rule is silent about the same matter; what that is depends on
    the kind (see `KINDS`). `parameters` are the kind's own.
    """

    id: str
    version: int
    kind: RuleKind
    parameters: P
    severities: tuple[SeverityStep, ...]
    cooldown_seconds: int
    topic: str
    description: str = ""
    scope: Scope = EVERYONE
    when: Condition | None = None

    def covers(self, facts: Facts) -> bool:
        """Say whether scope and condition hold."""
        return self.scope.holds(facts.mention.leader_id, facts.mention.country) and (
            self.when is None or self.when.holds(facts)
        )

    def severity(self, measured: float, facts: Facts) -> Severity | None:
        """Give the first severity that is reached, or None: then the rule does not ring.

        Args:
            measured: What the kind measures: see `KINDS[kind].measure`.
            facts: Of the mention at hand.
        """
        smaller = KINDS[self.kind].smaller_is_stronger
        for step in self.severities:
            limit = step.limit
            if limit is not None and (measured > limit if smaller else measured < limit):
                continue
            if step.when is None or step.when.holds(facts):
                return step.severity
        return None

    @property
    def threshold(self) -> float | None:
        """The weakest limit of all steps: short of it, nothing rings."""
        limits = [step.limit for step in self.severities if step.limit is not None]
        if not limits:
            return None
        return max(limits) if KINDS[self.kind].smaller_is_stronger else min(limits)


SentimentRule = Rule[SentimentParameters]
EncounterRule = Rule[EncounterParameters]
SurgeRule = Rule[SurgeParameters]
ShiftRule = Rule[ShiftParameters]
BreakingRule = Rule[BreakingParameters]


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules in force, by kind, each in the order of the file. `Rules()` has none."""

    guards: Guards = field(default_factory=Guards)
    stories: StoryParameters = field(default_factory=StoryParameters)
    sentiment: tuple[SentimentRule, ...] = ()
    encounter: tuple[EncounterRule, ...] = ()
    surge: tuple[SurgeRule, ...] = ()
    shift: tuple[ShiftRule, ...] = ()
    breaking: tuple[BreakingRule, ...] = ()

    def __iter__(self) -> Iterator[Rule[Any]]:
        yield from self.sentiment
        yield from self.encounter
        yield from self.surge
        yield from self.shift
        yield from self.breaking

    def named(self, rule_id: str) -> Rule[Any] | None:
        """Find a rule by its id."""
        return next((rule for rule in self if rule.id == rule_id), None)
