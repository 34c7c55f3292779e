"""Rules in words, for people: severities, durations, scope.

Owns how a rule is put into words. Must not know where the words are shown.
"""

from typing import Any

from processors.rules.kinds import KINDS
from processors.rules.values import Rule, Scope

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def duration(seconds: int) -> str:
    """Say a duration in the largest unit that fits it whole: "3 days", "90 minutes"."""
    length, unit = next(one for one in _UNITS if seconds % one[0] == 0)
    count = seconds // length
    return f"{count:,} {unit}" if count == 1 else f"{count:,} {unit}s"


def steps(rule: Rule[Any]) -> list[str]:
    """Say when each severity is reached: "high: polarity_at_least 0.65"."""
    limit = KINDS[rule.kind].limit
    said = []
    for step in rule.severities:
        parts = []
        if step.limit is not None:
            parts.append(f"{limit} {step.limit:g}")
        if step.when is not None:
            parts.append(f"`{step.when.source}`")
        said.append(f"{step.severity}: {', '.join(parts) or 'otherwise'}")
    return said


def scope(of: Scope) -> str:
    """Say whom a rule is about."""
    included = [*sorted(of.leaders), *sorted(of.countries)]
    excluded = [*sorted(of.without_leaders), *sorted(of.without_countries)]
    said = ", ".join(included) or "every leader"
    return f"{said} without {', '.join(excluded)}" if excluded else said
