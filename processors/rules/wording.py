"""Rules in words, for people: severities, durations, scope; and as JSON."""

from typing import Any

import msgspec

from processors.rules.values import Rule, Scope

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def duration(seconds: int) -> str:
    """Return a duration in the largest unit that fits it whole: "3 days", "90 minutes"."""
    length, unit = next(one for one in _UNITS if seconds % one[0] == 0)
    count = seconds // length
    return f"{count:,} {unit}" if count == 1 else f"{count:,} {unit}s"


def steps(rule: Rule[Any]) -> list[str]:
    """Return when each severity is reached: "high: polarity_at_least 0.65"."""
    said = []
    for step in rule.severities:
        parts = []
        if step.limit is not None:
            parts.append(f"{_limit_key(rule)} {step.limit:g}")
        if step.when is not None:
            parts.append(f"`{step.when.source}`")
        said.append(f"{step.severity}: {', '.join(parts) or 'otherwise'}")
    return said


def scope(of: Scope) -> str:
    """Return the leaders that a rule is about."""
    included = [*sorted(of.leaders), *sorted(of.countries)]
    excluded = [*sorted(of.excluded_leaders), *sorted(of.excluded_countries)]
    said = ", ".join(included) or "every leader"
    return f"{said} without {', '.join(excluded)}" if excluded else said


def parameters(rule: Rule[Any]) -> dict[str, str]:
    """Return the kind's own parameters, with durations in words."""
    said = {}
    for name, value in msgspec.structs.asdict(rule.parameters).items():
        values = value if isinstance(value, tuple) else (value,)
        is_duration = name.endswith("_seconds")
        said[name] = ", ".join(duration(one) if is_duration else f"{one}" for one in values)
    return said


def document(rule: Rule[Any]) -> dict[str, Any]:
    """Return a rule as JSON, with the keys of a file."""
    limit = _limit_key(rule)
    leaders = {
        "include": sorted(rule.scope.leaders),
        "exclude": sorted(rule.scope.excluded_leaders),
    }
    countries = {
        "include": sorted(rule.scope.countries),
        "exclude": sorted(rule.scope.excluded_countries),
    }
    return {
        "id": rule.id,
        "version": rule.version,
        "kind": rule.kind,
        "description": rule.description,
        "leaders": leaders,
        "countries": countries,
        "when": rule.when.source if rule.when else None,
        "severities": [
            {
                "severity": step.severity,
                **({limit: step.limit} if step.limit is not None else {}),
                **({"when": step.when.source} if step.when else {}),
            }
            for step in rule.severities
        ],
        "cooldown_seconds": rule.cooldown_seconds,
        "topic": rule.topic,
        **msgspec.to_builtins(rule.parameters),
    }


def _limit_key(rule: Rule[Any]) -> str:
    limit = rule.rule_kind.limit
    return limit.key if limit is not None else ""
