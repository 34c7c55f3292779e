"""The rules in force, as values.

A rule's version is part of its alerts' ids. Raise it when you change a rule: the changed rule's
alerts are then new ones, and are not duplicates of the old ones for a subscriber.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Generic, TypeVar

from msgspec import Struct

from processors.contracts import AlertKind, Severity
from processors.rules.condition.evaluation import Condition
from processors.rules.condition.facts import Facts
from processors.rules.guards import Guards, StoryParameters
from processors.rules.kind import RuleKind

P = TypeVar("P", bound=Struct)

ALERTS = "news.alerts"


@dataclass(frozen=True, slots=True)
class Scope:
    """The leaders that a rule is about: those included, without those excluded.

    Leaders are ids, countries are codes. A leader is included by id or by country. If neither is
    given, every leader is included.
    """

    leaders: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    excluded_leaders: frozenset[str] = frozenset()
    excluded_countries: frozenset[str] = frozenset()

    def holds(self, leader: str, country: str) -> bool:
        """Return whether a leader, with the country of the office, is in scope."""
        if leader in self.excluded_leaders or country in self.excluded_countries:
            return False
        if not self.leaders and not self.countries:
            return True
        return leader in self.leaders or country in self.countries


EVERYONE = Scope()


@dataclass(frozen=True, slots=True)
class SeverityStep:
    """One severity, and when it is reached. The first step of a rule that is reached counts.

    `limit` is in the kind's own measure (see `RuleKind.limit`), or None where the kind has none.
    """

    severity: Severity
    limit: float | None = None
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Rule(Generic[P]):
    """One rule. It fires if its scope, its condition and one of its severity steps hold.

    Attributes:
        id: Its name in the file.
        version: See the module.
        rule_kind: What it has in common with others of its kind.
        parameters: The kind's own.
        severities: The most severe step first.
        cooldown_seconds: How long the rule stays silent about the same matter. The kind says which.
        topic: Of its alerts, without prefix.
        description: One sentence for people.
        scope: The leaders that it is about.
        when: Its condition.
    """

    id: str
    version: int
    rule_kind: RuleKind[P]
    parameters: P
    severities: tuple[SeverityStep, ...]
    cooldown_seconds: int
    topic: str
    description: str = ""
    scope: Scope = EVERYONE
    when: Condition | None = None

    @classmethod
    def with_defaults(cls, rule_kind: RuleKind[P], rule_id: str = "") -> "Rule[P]":
        """Return a rule with the defaults of its kind."""
        return cls(
            id=rule_id or rule_kind.name,
            version=1,
            rule_kind=rule_kind,
            parameters=rule_kind.parameters(),
            severities=tuple(SeverityStep(one, limit) for limit, one in rule_kind.severities),
            cooldown_seconds=rule_kind.cooldown_seconds,
            topic=f"{ALERTS}.{rule_kind.name}",
            description=rule_kind.about,
        )

    @property
    def kind(self) -> AlertKind:
        """The kind's name."""
        return self.rule_kind.name

    def covers(self, facts: Facts) -> bool:
        """Return whether scope and condition hold."""
        return self.scope.holds(facts.mention.leader_id, facts.mention.country) and (
            self.when is None or self.when.holds(facts)
        )

    def severity(self, measured: float, facts: Facts) -> Severity | None:
        """Return the first severity that is reached, or None if the rule does not fire.

        Args:
            measured: In the kind's own measure.
            facts: Of the mention.
        """
        of_kind = self.rule_kind.limit
        smaller = of_kind is not None and of_kind.smaller_is_stronger
        for step in self.severities:
            limit = step.limit
            if limit is not None and (measured > limit if smaller else measured < limit):
                continue
            if step.when is None or step.when.holds(facts):
                return step.severity
        return None

    @property
    def threshold(self) -> float | None:
        """The weakest limit of all steps, short of which the rule does not fire."""
        limits = [step.limit for step in self.severities if step.limit is not None]
        if not limits:
            return None
        of_kind = self.rule_kind.limit
        return max(limits) if of_kind is not None and of_kind.smaller_is_stronger else min(limits)


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules in force, by kind, each in the order of the file. `Rules()` has none."""

    guards: Guards = field(default_factory=Guards)
    stories: StoryParameters = field(default_factory=StoryParameters)
    by_kind: Mapping[AlertKind, tuple[Rule[Any], ...]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        rules: Iterable[Rule[Any]],
        guards: Guards | None = None,
        stories: StoryParameters | None = None,
    ) -> "Rules":
        """Group rules by kind. The kinds keep the order in which they come first."""
        by_kind: dict[AlertKind, tuple[Rule[Any], ...]] = {}
        for rule in rules:
            by_kind[rule.kind] = (*by_kind.get(rule.kind, ()), rule)
        return cls(guards or Guards(), stories or StoryParameters(), by_kind)

    def __iter__(self) -> Iterator[Rule[Any]]:
        return chain.from_iterable(self.by_kind.values())

    def of_kind(self, kind: AlertKind) -> tuple[Rule[Any], ...]:
        """Return the rules of one kind."""
        return self.by_kind.get(kind, ())

    def named(self, rule_id: str) -> Rule[Any] | None:
        """Return the rule with this id, if there is one."""
        return next((rule for rule in self if rule.id == rule_id), None)
