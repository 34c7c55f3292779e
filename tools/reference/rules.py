"""The tables of rules: the built-in ones, keys of a file, kinds, and fields of conditions."""

from collections.abc import Iterable
from typing import Any

import msgspec

from processors.rules import Fact, Guards, StoryParameters
from processors.rules.condition.evaluation import type_name
from processors.rules.condition.facts import describe_facts
from processors.rules.file.checked import taken
from processors.rules.wording import duration, steps
from processors.watch import KINDS, Kind, load_rules
from tools.contracts.examples import alerts
from tools.reference.table import code, table

_KEYS = ["Key", "Default", "Takes", "Description"]


def builtin_rules() -> str:
    """Return the table of built-in rules, and the guards below it."""
    rules = load_rules()
    rows = [
        [
            code(rule.kind),
            code(rule.id),
            str(rule.version),
            rule.description,
            code(rule.when.source) if rule.when else "always",
            "; ".join(steps(rule)),
            f"{rule.rule_kind.cooldown}: {duration(rule.cooldown_seconds)}",
        ]
        for rule in rules
    ]
    head = ["Kind", "Rule", "Version", "Fires when", "Condition", "Severity", "Cooldown"]
    return table(head, rows) + (
        f"\nArticles that arrive more than {duration(rules.guards.stale_seconds)} after their"
        f" publication, or are dated more than {duration(rules.guards.future_seconds)} ahead,"
        " never trigger alerts.\n"
    )


def rule_file() -> str:
    """Return the tables of the parts of a rule file that are no rules."""
    return (
        f"`[guards]`:\n\n{table(_KEYS, _parameters(Guards, Guards()))}"
        f"\n`[stories]`:\n\n{table(_KEYS, _parameters(StoryParameters, StoryParameters()))}"
    )


def rule_kinds() -> str:
    """Return a section for each kind of rule."""
    return "\n".join(_section(kind) for kind in KINDS.values()).removesuffix("\n")


def rule_fields() -> str:
    """Return the table of fields that every condition can read."""
    return _fields(describe_facts().values())


def _section(kind: Kind[Any, Any]) -> str:
    rule, limit = kind.rule, kind.rule.limit
    severities = ", ".join(
        code(severity) + (f" {step:g}" if step is not None else "")
        for step, severity in rule.severities
    )
    of_step = f"Limit of a step: {code(limit.key)}, {limit.meaning}. " if limit else ""
    cooldown = code(rule.cooldown_seconds)
    parts = [
        f"### {code(kind.name)}\n\n{rule.about}\n\n",
        f"{of_step}Default steps: {severities}.\n\n",
        f"Cooldown: {rule.cooldown}. Default: {cooldown} ({duration(rule.cooldown_seconds)}).\n\n",
        f"An alert says: *{alerts()[kind.name].reason}*\n",
    ]
    rows = _parameters(rule.parameters, rule.parameters())
    if rows:
        parts.append(f"\n{table(_KEYS, rows)}")
    if rule.facts:
        parts.append(f"\nConditions of this kind can also read:\n\n{_fields(rule.facts)}")
    return "".join(parts)


def _fields(facts: Iterable[Fact]) -> str:
    rows = [[code(fact.name), type_name(fact), fact.description] for fact in facts]
    return table(["Field", "Type", "Description"], rows)


def _parameters(struct: type[Any], base: Any) -> list[list[str]]:
    return [
        [
            code(one.name),
            _shown(one.name, getattr(base, one.name)),
            taken(one.type),
            one.type.__metadata__[0].description,
        ]
        for one in msgspec.structs.fields(struct)
    ]


def _shown(name: str, value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(_shown(name, one) for one in value)
    if isinstance(value, bool):
        return code(str(value).lower())
    if isinstance(value, str):
        return code(value)
    return code(value) + (f" ({duration(value)})" if name.endswith("_seconds") and value else "")
