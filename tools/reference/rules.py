"""The tables of rules: the built-in ones, keys of a file, kinds, and fields of conditions."""

from typing import Any

import msgspec

from processors.rules import KINDS, Guards, StoryParameters, load_rules
from processors.rules.condition.evaluation import kind_of
from processors.rules.condition.facts import describe_facts
from processors.rules.file.checked import taken
from processors.rules.wording import duration, steps
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
            f"{KINDS[rule.kind].cooldown}: {duration(rule.cooldown_seconds)}",
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
    parts = []
    for name, kind in KINDS.items():
        severities = ", ".join(
            code(severity) + (f" {limit:g}" if limit is not None else "")
            for limit, severity in kind.severities
        )
        parts.append(f"### {code(name)}\n\n{kind.about}\n\n")
        limit = f"Limit of a step: {code(kind.limit)}, {kind.measure}. " if kind.limit else ""
        parts.append(f"{limit}Default steps: {severities}.\n\n")
        parts.append(
            f"Cooldown: {kind.cooldown}. Default: {code(kind.cooldown_seconds)}"
            f" ({duration(kind.cooldown_seconds)}).\n\n"
        )
        rows = _parameters(kind.parameters, kind.parameters())
        if rows:
            parts.append(table(_KEYS, rows) + "\n")
    return "".join(parts).removesuffix("\n")


def rule_fields() -> str:
    """Return the table of fields that a condition can read."""
    rows = [
        [code(fact.name), kind_of(fact), fact.description] for fact in describe_facts().values()
    ]
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
