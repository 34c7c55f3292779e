"""How the differences between two sets of alerts are shown to a person.

Owns the words. Must not know where the alerts are from.
"""

from collections.abc import Iterator

import msgspec

from streams.reading.visible import visible
from streams.replay.diff import Comparison, Difference, Side

_SIGNS = {"added": "+", "gone": "-", "changed": "~"}


def diff_lines(comparison: Comparison, before: str, after: str) -> Iterator[str]:
    """Show every difference with its reasons, and the counts at the end."""
    for one in comparison.differences:
        yield from _difference(one, before, after)
    counts = ", ".join(f"{comparison.count(c)} {c}" for c in ("added", "gone", "changed"))
    yield f"{comparison.same} the same, {counts}"
    yield from _versions(comparison, before, after)


def _difference(one: Difference, before: str, after: str) -> Iterator[str]:
    leaders = visible(" and ".join(one.leaders))
    yield f"{_SIGNS[one.change]} {one.change}: {one.rule}, {leaders}, {one.event_time}"
    for name, side in ((before, one.before), (after, one.after)):
        if side is not None:
            yield f"    {name}: {_side(side)}"


def _side(side: Side) -> str:
    what = "" if side.msg_type == "alert" else f" {side.msg_type},"
    return f"{side.severity},{what} rule version {side.rule_version}: {visible(side.reason)}"


def _versions(comparison: Comparison, before: str, after: str) -> Iterator[str]:
    """Say which systems the differing alerts are of."""
    for name, sides in (
        (before, [one.before for one in comparison.differences]),
        (after, [one.after for one in comparison.differences]),
    ):
        found = {tuple(msgspec.structs.asdict(s.versions).items()) for s in sides if s is not None}
        for versions in sorted(found):
            yield f"{name} is of " + ", ".join(f"{part} {value}" for part, value in versions)
