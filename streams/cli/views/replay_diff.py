"""Formats the differences between two sets of alerts for the terminal."""

from collections.abc import Iterator

import msgspec
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from streams.reading.terminal_text import visible
from streams.replay.diff import Comparison, Side

_SIGNS = {"added": "+", "gone": "-", "changed": "~"}


def diff_table(comparison: Comparison, before: str, after: str) -> RenderableType:
    """Return a table of the differences with severity, rule version and reason of both sides."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 1, 0))
    for head, ratio in (("change", None), ("alert", 2), (before, 3), (after, 3)):
        table.add_column(head, overflow="fold", ratio=ratio)
    for one in comparison.differences:
        leaders = visible(" and ".join(one.leaders))
        alert = f"{one.rule}\n{leaders}\n{one.event_time}"
        cells = (f"{_SIGNS[one.change]} {one.change}", alert, _side(one.before), _side(one.after))
        table.add_row(*map(Text, cells))
    return table


def diff_lines(comparison: Comparison, before: str, after: str) -> Iterator[str]:
    """Yield the counts, then the versions behind the differences."""
    counts = ", ".join(f"{comparison.count(c)} {c}" for c in ("added", "gone", "changed"))
    yield f"{comparison.same} the same, {counts}"
    yield from _versions(comparison, before, after)


def _side(side: Side | None) -> str:
    if side is None:
        return ""
    what = "" if side.msg_type == "alert" else f", {side.msg_type}"
    return f"{side.severity}{what}, rule version {side.rule_version}\n{visible(side.reason)}"


def _versions(comparison: Comparison, before: str, after: str) -> Iterator[str]:
    """Yield a line for each set of versions that sent a differing alert."""
    for name, sides in (
        (before, [one.before for one in comparison.differences]),
        (after, [one.after for one in comparison.differences]),
    ):
        found = {tuple(msgspec.structs.asdict(s.versions).items()) for s in sides if s is not None}
        for versions in sorted(found):
            yield f"{name} is of " + ", ".join(f"{part} {value}" for part, value in versions)
