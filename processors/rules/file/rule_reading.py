"""Reads one `[[rule]]` of a file.

Owns the keys of a rule and every check of them. Must not know the file around it (`reading`).
"""

from collections.abc import Collection, Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from processors.contracts import Severity
from processors.errors import BadConditionError
from processors.rules.condition.evaluation import Condition, compile_condition, not_a_value
from processors.rules.file.checked import Table, take_fields
from processors.rules.kinds import KINDS, MAX_SECONDS, Kind, RuleKind
from processors.rules.values import EVERYONE, Rule, Scope, SeverityStep

ALERTS = "news.alerts"

RuleId = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,63}\Z")]
Version = Annotated[int, Meta(ge=1, le=1_000_000)]
Description = Annotated[str, Meta(max_length=1_000)]
Cooldown = Annotated[int, Meta(ge=1, le=MAX_SECONDS)]
Topic = Annotated[str, Meta(pattern=r"^news\.alerts\.[a-z0-9][a-z0-9-]{0,63}\Z")]

_Known = Mapping[str, Collection[str]]


def read_rule(table: Table, known: _Known) -> Rule[Any] | None:
    """Read a rule; None where id or kind is missing or wrong, which the table then has noted.

    Args:
        table: The rule's table. It notes every problem.
        known: See `reading.read_rules`.
    """
    rule_id = table.require("id", RuleId, "")
    version = table.require("version", Version, 1)
    name: RuleKind | None = table.require("kind", RuleKind, None)
    kind = KINDS[name] if name else None
    description = table.take("description", Description, "")
    scope = _scope(table, known)
    when = _condition(table, known)
    if name is None or kind is None:
        # Without a kind, nobody can say which of the other keys are wrong.
        table.rest()
        return None
    parameters = take_fields(table, kind.parameters, kind.parameters())
    severities = _severities(table, name, kind, known)
    cooldown_seconds = table.take("cooldown_seconds", Cooldown, kind.cooldown_seconds)
    topic = _topic(table, name)
    table.has("example")
    table.finish(_of_other_kinds(name))
    if not rule_id:
        return None
    return Rule(
        id=rule_id,
        version=version,
        kind=name,
        parameters=parameters,
        severities=severities,
        cooldown_seconds=cooldown_seconds,
        topic=topic,
        description=description,
        scope=scope,
        when=when,
    )


def _scope(table: Table, known: _Known) -> Scope:
    leaders, excluded_leaders = _chosen(table, "leaders", "leader", known)
    countries, excluded_countries = _chosen(table, "countries", "country", known)
    scope = Scope(leaders, countries, excluded_leaders, excluded_countries)
    return EVERYONE if scope == EVERYONE else scope


def _chosen(
    table: Table, key: str, field: str, known: _Known
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


def _condition(table: Table, known: _Known) -> Condition | None:
    text = table.take("when", str, None)
    if text is None:
        return None
    try:
        return compile_condition(text, known)
    except BadConditionError as error:
        for column, message in error.problems:
            table.problem_in("when", column, message)
        return None


def _severities(
    table: Table, name: RuleKind, kind: Kind, known: _Known
) -> tuple[SeverityStep, ...]:
    if not table.has("severities"):
        return tuple(SeverityStep(severity, limit) for limit, severity in kind.severities)
    steps: list[SeverityStep] = []
    for one in table.tables("severities"):
        severity: Severity = one.require("severity", Severity, "low")
        limit = None
        if kind.limit:
            bounds = Annotated[float, Meta(ge=kind.least, le=kind.most)]
            limit = one.require(kind.limit, bounds, None)
        step = SeverityStep(severity, limit, _condition(one, known))
        one.finish(_limits_of_others(name))
        if any(_hides(earlier, step, kind) for earlier in steps):
            one.problem("severity", "this step is never reached: one before it takes all of it")
        steps.append(step)
    if not steps:
        table.problem("severities", "severities needs a step at least, or is left out")
    return tuple(steps)


def _hides(earlier: SeverityStep, later: SeverityStep, kind: Kind) -> bool:
    if earlier.when is not None:
        return False
    if earlier.limit is None or later.limit is None:
        return earlier.limit is None
    if kind.smaller_is_stronger:
        return later.limit <= earlier.limit
    return later.limit >= earlier.limit


def _topic(table: Table, name: RuleKind) -> str:
    topic: str = table.take("topic", Topic, f"{ALERTS}.{name}")
    kind = topic.removeprefix(f"{ALERTS}.")
    if kind in KINDS and kind != name:
        table.problem("topic", f"{topic} is the topic of another kind; this rule is of kind {name}")
    return topic


def _of_other_kinds(name: RuleKind) -> dict[str, str]:
    """Say of the parameters of other kinds whose they are."""
    return {
        field.name: f"{field.name} is a parameter of {other} rules, and this rule is of kind {name}"
        for other, kind in KINDS.items()
        if other != name
        for field in msgspec.structs.fields(kind.parameters)
    }


def _limits_of_others(name: RuleKind) -> dict[str, str]:
    own = KINDS[name].limit
    instead = f"use {own}" if own else "they have no limit"
    return {
        kind.limit: f"{kind.limit} is for {other} rules; in {name} rules {instead}"
        for other, kind in KINDS.items()
        if kind.limit and kind.limit != own
    }
