"""Reads one `[[rule]]` of a file, and checks every key of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from processors.contracts import AlertKind, Severity
from processors.errors import BadConditionError
from processors.rules.condition.evaluation import Condition, compile_condition, not_a_value
from processors.rules.condition.facts import Fact
from processors.rules.file.checked import Table, take_fields
from processors.rules.kind import MAX_SECONDS, RuleKind
from processors.rules.values import ALERTS, EVERYONE, Rule, Scope, SeverityStep

RuleId = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,63}\Z")]
Version = Annotated[int, Meta(ge=1, le=1_000_000)]
Description = Annotated[str, Meta(max_length=1_000)]
Cooldown = Annotated[int, Meta(ge=1, le=MAX_SECONDS)]
Topic = Annotated[str, Meta(pattern=r"^news\.alerts\.[a-z0-9][a-z0-9-]{0,63}\Z")]


@dataclass(frozen=True, slots=True)
class Known:
    """What a file of rules can name.

    Attributes:
        kinds: The kinds of rules, by name.
        values: The values that a field of conditions can have, by the field's name, where that is
            known: see `RulesReader.read`.
    """

    kinds: Mapping[AlertKind, RuleKind[Any]]
    values: Mapping[str, Collection[str]]

    @property
    def kind_type(self) -> Any:
        """The type of the key `kind`: one of the names."""
        return Literal.__getitem__(tuple(self.kinds))

    def own_facts(self, kind: RuleKind[Any] | None) -> tuple[Fact, ...]:
        """Return the fields that only conditions of this kind can read; of all kinds for None."""
        if kind is not None:
            return kind.facts
        return tuple(fact for other in self.kinds.values() for fact in other.facts)

    def facts_of_others(self, name: AlertKind) -> dict[str, str]:
        """Return the fields of other kinds, with a message that says whose they are."""
        return {
            fact.name: f"{fact.name} is a field of {other} rules, and this rule is of kind {name}"
            for other, kind in self.kinds.items()
            for fact in kind.facts
        }

    def parameters_of_others(self, name: AlertKind) -> dict[str, str]:
        """Return the parameters of other kinds, with a message that says whose they are."""
        return {
            field.name: f"{field.name} is a parameter of {other} rules, and this rule is of kind "
            f"{name}"
            for other, kind in self.kinds.items()
            if other != name
            for field in msgspec.structs.fields(kind.parameters)
        }

    def limits_of_others(self, kind: RuleKind[Any]) -> dict[str, str]:
        """Return the limits of other kinds, with a message that says what to use instead."""
        instead = f"use {kind.limit.key}" if kind.limit else "they have no limit"
        return {
            other.limit.key: f"{other.limit.key} is for {other.name} rules; in {kind.name} rules "
            f"{instead}"
            for other in self.kinds.values()
            if other.limit and other.name != kind.name
        }


def read_rule(table: Table, known: Known) -> Rule[Any] | None:
    """Read a rule. Return None if id or kind is missing or wrong, which the table has noted.

    Args:
        table: The rule's table. It notes every problem.
        known: What the rule can name.
    """
    rule_id = table.require("id", RuleId, "")
    version = table.require("version", Version, 1)
    name = table.require("kind", known.kind_type, None)
    kind = known.kinds[name] if name else None
    description = table.take("description", Description, "")
    scope = _scope(table, known.values)
    when = _condition(table, known, kind)
    if kind is None:
        # Without a kind, the other keys cannot be checked.
        table.rest()
        return None
    parameters = take_fields(table, kind.parameters, kind.parameters())
    severities = _severities(table, kind, known)
    cooldown_seconds = table.take("cooldown_seconds", Cooldown, kind.cooldown_seconds)
    topic = _topic(table, kind.name, known)
    table.has("example")
    table.finish(known.parameters_of_others(kind.name))
    if not rule_id:
        return None
    return Rule(
        id=rule_id,
        version=version,
        rule_kind=kind,
        parameters=parameters,
        severities=severities,
        cooldown_seconds=cooldown_seconds,
        topic=topic,
        description=description,
        scope=scope,
        when=when,
    )


def _scope(table: Table, known: Mapping[str, Collection[str]]) -> Scope:
    leaders, excluded_leaders = _chosen(table, "leaders", "leader", known)
    countries, excluded_countries = _chosen(table, "countries", "country", known)
    scope = Scope(leaders, countries, excluded_leaders, excluded_countries)
    return EVERYONE if scope == EVERYONE else scope


def _chosen(
    table: Table, key: str, field: str, known: Mapping[str, Collection[str]]
) -> tuple[frozenset[str], frozenset[str]]:
    """Read `{ include = […], exclude = […] }`."""
    chosen = table.table(key)
    if chosen is None:
        return frozenset(), frozenset()
    lists = []
    for side in ("include", "exclude"):
        ids = chosen.take(side, tuple[str, ...], ())
        values = known.get(field)
        if values is not None:
            for one in ids:
                if one not in values:
                    chosen.problem(side, not_a_value(field, one, values))
        lists.append(frozenset(ids))
    chosen.finish()
    for one in sorted(lists[0] & lists[1]):
        chosen.problem("exclude", f"{one} is included and excluded")
    return lists[0], lists[1]


def _condition(table: Table, known: Known, kind: RuleKind[Any] | None) -> Condition | None:
    text = table.take("when", str, None)
    if text is None:
        return None
    elsewhere = known.facts_of_others(kind.name) if kind is not None else {}
    try:
        return compile_condition(text, known.values, known.own_facts(kind), elsewhere)
    except BadConditionError as error:
        for column, message in error.problems:
            table.problem_in("when", column, message)
        return None


def _severities(table: Table, kind: RuleKind[Any], known: Known) -> tuple[SeverityStep, ...]:
    if not table.has("severities"):
        return Rule.with_defaults(kind).severities
    steps: list[SeverityStep] = []
    for one in table.tables("severities"):
        severity: Severity = one.require("severity", Severity, "low")
        limit = None
        if kind.limit:
            bounds = Annotated[float, Meta(ge=kind.limit.minimum, le=kind.limit.maximum)]
            limit = one.require(kind.limit.key, bounds, None)
        step = SeverityStep(severity, limit, _condition(one, known, kind))
        one.finish(known.limits_of_others(kind))
        if any(_hides(earlier, step, kind) for earlier in steps):
            one.problem("severity", "this step is never reached: one before it takes all of it")
        steps.append(step)
    if not steps:
        table.problem("severities", "severities needs a step at least, or is left out")
    return tuple(steps)


def _hides(earlier: SeverityStep, later: SeverityStep, kind: RuleKind[Any]) -> bool:
    if earlier.when is not None:
        return False
    if earlier.limit is None or later.limit is None:
        return earlier.limit is None
    if kind.limit is not None and kind.limit.smaller_is_stronger:
        return later.limit <= earlier.limit
    return later.limit >= earlier.limit


def _topic(table: Table, name: AlertKind, known: Known) -> str:
    topic: str = table.take("topic", Topic, f"{ALERTS}.{name}")
    kind = topic.removeprefix(f"{ALERTS}.")
    if kind in known.kinds and kind != name:
        table.problem("topic", f"{topic} is the topic of another kind; this rule is of kind {name}")
    return topic
