"""The kinds of panels, drawn.

Owns how each kind looks: close to Grafana's, so that one is known from the other.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tools.panels.scales import Axes, Series, bounds, color_at, series_of, ticks
from tools.panels.svg import (
    BORDER,
    COLORS,
    FAINT,
    GRID,
    PANEL,
    TEXT,
    Box,
    area,
    cut,
    level,
    line,
    rect,
    text,
    upright,
    width_of,
    written,
)

Answers = Sequence[Sequence[Mapping[str, Any]]]
LEGEND_ROWS, LEGEND_HEIGHT, LEGEND_SIZE = 3, 15, 10
AXIS_WIDTH, DATE_WIDTH, AXIS_HEIGHT = 52, 68, 18
ROW_HEIGHT = 21
# Where times at every second minute do not touch.
WIDE = 320
MINUTE = 60


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment that is marked in every panel over time."""

    moment: int
    color: str


def draw(
    panel: Mapping[str, Any],
    answers: Answers,
    span: Mapping[str, int],
    box: Box,
    marks: Sequence[Mark],
) -> Iterator[str]:
    """Draw a panel into its place."""
    yield rect(box, PANEL, BORDER, radius=3)
    yield text(cut(panel["title"], box.width - 14, 12), box.x + 10, box.y + 19, 12, weight="600")
    inner = box.inside(10, 28, 10, 8)
    match panel["type"]:
        case "stat":
            yield from _stat(panel, series_of(panel, answers), span, inner)
        case "bargauge":
            yield from _bars(panel, series_of(panel, answers), inner)
        case "state-timeline":
            yield from _states(panel, series_of(panel, answers), span, inner)
        case "table":
            yield from _table(panel, answers, inner)
        case _:
            yield from _lines(panel, series_of(panel, answers), span, inner, marks)


def _nothing(panel: Mapping[str, Any], box: Box) -> str:
    said = panel["fieldConfig"]["defaults"].get("noValue", "no data")
    return text(said, box.x + box.width / 2, box.y + box.height / 2 + 4, 13, FAINT, "middle")


def _lines(
    panel: Mapping[str, Any],
    series: Sequence[Series],
    span: Mapping[str, int],
    box: Box,
    marks: Sequence[Mark],
) -> Iterator[str]:
    if not series:
        yield _nothing(panel, box)
        return
    rows = list(_legend_rows(series, box.width))
    custom = panel["fieldConfig"]["defaults"]["custom"]
    stacked = custom["stacking"]["mode"] == "normal"
    drawn = _stacked(series) if stacked else series
    dated = panel["fieldConfig"]["defaults"]["unit"] == "dateTimeAsIso"
    plot = box.inside(
        DATE_WIDTH if dated else AXIS_WIDTH, 4, 4, AXIS_HEIGHT + LEGEND_HEIGHT * len(rows) + 4
    )
    values = [v for one in drawn for v in one.values.values()]
    axes = Axes(plot, span, *bounds(panel, values, values))
    yield from _grid(panel, axes)
    for mark in marks:
        yield upright(axes.x(mark.moment), plot.y, plot.bottom, mark.color)
    below: Series | None = None
    for one in drawn:
        yield from _one_line(axes, one, below, custom["fillOpacity"] / 100)
        below = one if stacked else None
    if custom.get("thresholdsStyle"):
        for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]:
            if step["value"] is not None:
                color = COLORS.get(step["color"], step["color"])
                yield level(axes.y(step["value"]), plot.x, plot.right, color, "4 3")
    yield from _legend(rows, box, plot.bottom + AXIS_HEIGHT + 12)


def _one_line(axes: Axes, one: Series, below: Series | None, opacity: float) -> Iterator[str]:
    if below is not None:
        moments = sorted(one.values)
        top = [(axes.x(m), axes.y(one.values[m])) for m in moments]
        base = [(axes.x(m), axes.y(below.values[m])) for m in reversed(moments)]
        yield area([*top, *base], one.color, opacity)
        yield line(top, one.color)
        return
    for points in axes.pieces(one):
        foot = axes.y(max(axes.low, min(0.0, axes.high)))
        if len(points) == 1:
            (x, y) = points[0]
            points.append((x + 2, y))
        yield area([(points[0][0], foot), *points, (points[-1][0], foot)], one.color, opacity)
        yield line(points, one.color)


def _stacked(series: Sequence[Series]) -> list[Series]:
    """Add each series to those below it; what is missing is nothing."""
    moments = sorted({m for one in series for m in one.values})
    total = dict.fromkeys(moments, 0.0)
    found = []
    for one in series:
        total = {m: total[m] + one.values.get(m, 0.0) for m in moments}
        found.append(Series(one.name, one.color, total))
    return found


def _grid(panel: Mapping[str, Any], axes: Axes) -> Iterator[str]:
    plot, unit = axes.box, panel["fieldConfig"]["defaults"]["unit"]
    for value in ticks(axes.low, axes.high, unit):
        y = axes.y(value)
        yield level(y, plot.x, plot.right, GRID)
        yield text(written(value, unit), plot.x - 6, y + 3.5, 9.5, FAINT, "end")
    yield from _clock(axes, plot.bottom)


def _clock(axes: Axes, bottom: float) -> Iterator[str]:
    """Write the time below."""
    start, end = axes.span["start"], axes.span["end"]
    apart = MINUTE * (2 if axes.box.width > WIDE else 4)
    for moment in range(start - start % apart + apart, end, apart):
        told = datetime.fromtimestamp(moment, UTC).strftime("%H:%M")
        yield text(told, axes.x(moment), bottom + 13, 9.5, FAINT, "middle")


def _legend_rows(series: Sequence[Series], width: float) -> Iterator[list[Series]]:
    """Part the names into rows; what does not fit is counted in the last one's place."""
    rows: list[list[Series]] = [[]]
    used = 0.0
    for n, one in enumerate(series):
        wide = width_of(one.name, LEGEND_SIZE) + 24
        if used + wide > width and rows[-1]:
            if len(rows) == LEGEND_ROWS:
                rows[-1][-1] = Series(f"and {len(series) - n + 1} more", FAINT, {})
                break
            rows.append([])
            used = 0.0
        rows[-1].append(one)
        used += wide
    yield from rows


def _legend(rows: Sequence[Sequence[Series]], box: Box, top: float) -> Iterator[str]:
    for row in rows:
        x = box.x + 2
        for one in row:
            yield rect(Box(x, top - 5, 11, 3), one.color)
            yield text(one.name, x + 15, top, LEGEND_SIZE, FAINT)
            x += width_of(one.name, LEGEND_SIZE) + 24
        top += LEGEND_HEIGHT


def _stat(
    panel: Mapping[str, Any], series: Sequence[Series], span: Mapping[str, int], box: Box
) -> Iterator[str]:
    defaults = panel["fieldConfig"]["defaults"]
    if not series:
        yield _nothing(panel, box)
        return
    one = series[0]
    color = color_at(one.last, defaults["thresholds"])
    values = list(one.values.values())
    low, high = min(values), max(values)
    foot = Box(box.x - 9, box.bottom - 22, box.width + 18, 29)
    axes = Axes(foot, span, low, high if high > low else low + 1)
    for points in axes.pieces(one):
        edge = [(points[0][0], foot.bottom), *points, (points[-1][0], foot.bottom)]
        yield area(edge, color, 0.18)
        yield line(points, color, 1)
    said = written(one.last, defaults["unit"], defaults.get("decimals"))
    size = min(30.0, box.width / max(1, len(said)) / 0.66)
    yield text(said, box.x + box.width / 2, box.y + 36, size, color, "middle", "600")


def _bars(panel: Mapping[str, Any], series: Sequence[Series], box: Box) -> Iterator[str]:
    defaults = panel["fieldConfig"]["defaults"]
    if not series:
        yield _nothing(panel, box)
        return
    overridden = bool(panel["fieldConfig"]["overrides"])
    ordered = sorted(series, key=lambda one: -one.last)
    values = [one.last for one in ordered]
    low = defaults.get("min", min(0.0, *values, 0.0))
    high = defaults.get("max", max(*values, low + 1e-9))
    tall = min(26.0, box.height / len(ordered))
    names = min(box.width * 0.42, max(width_of(one.name) for one in ordered) + 6)
    bar = box.inside(names + 4, 0, 56, 0)
    for n, one in enumerate(ordered):
        top = box.y + n * tall
        color = one.color if overridden else color_at(one.last, defaults["thresholds"])
        zero, end = ((v - low) / (high - low) * bar.width for v in (max(low, 0.0), one.last))
        left, right = sorted((zero, end))
        yield text(cut(one.name, names), bar.x - 8, top + tall / 2 + 4, 11, TEXT, "end")
        yield rect(Box(bar.x, top + 3, bar.width, tall - 6), "#22252b", radius=2)
        yield rect(Box(bar.x + left, top + 3, right - left, tall - 6), color, "", 0.85, 2)
        said = written(one.last, defaults["unit"], defaults.get("decimals"))
        yield text(said, bar.right + 8, top + tall / 2 + 4, 11, color)


def _states(
    panel: Mapping[str, Any], series: Sequence[Series], span: Mapping[str, int], box: Box
) -> Iterator[str]:
    if not series:
        yield _nothing(panel, box)
        return
    (mapping,) = panel["fieldConfig"]["defaults"]["mappings"]
    known = {int(v): one for v, one in mapping["options"].items()}
    names = min(box.width * 0.4, max(width_of(one.name, 10) for one in series) + 10)
    plot = box.inside(names, 0, 4, 34)
    axes = Axes(plot, span, 0, 1)
    tall = min(24.0, plot.height / len(series))
    for n, one in enumerate(series):
        top = plot.y + n * tall
        yield text(cut(one.name, names - 8, 10), plot.x - 8, top + tall / 2 + 3.5, 10, TEXT, "end")
        for begin, end, value in _bands(one, span["step"]):
            color = COLORS.get(known[value]["color"], known[value]["color"])
            left, right = axes.x(begin), min(plot.right, axes.x(end))
            yield rect(Box(left, top + 2, right - left, tall - 4), color, "", 0.8)
    yield from _clock(axes, min(plot.bottom, plot.y + tall * len(series)))
    seen = {round(v) for one in series for v in one.values.values()}
    rows = [[Series(known[v]["text"], COLORS.get(known[v]["color"], ""), {}) for v in sorted(seen)]]
    yield from _legend(rows, box, box.bottom)


def _bands(one: Series, step: int) -> Iterator[tuple[int, int, int]]:
    """Give stretches of one state: from, to, state."""
    begin = before = state = None
    for moment, value in sorted(one.values.items()):
        now = round(value)
        if begin is None or before is None or now != state or moment - before > step:
            if begin is not None and before is not None and state is not None:
                yield begin, before + step, state
            begin, state = moment, now
        before = moment
    if begin is not None and before is not None and state is not None:
        yield begin, before + step, state


def _table(panel: Mapping[str, Any], answers: Answers, box: Box) -> Iterator[str]:
    organize = panel["transformations"][-1]["options"]
    hidden, renamed = organize["excludeByName"], organize["renameByName"]
    single = len(answers) == 1
    rows: dict[tuple[tuple[str, str], ...], dict[str, float]] = {}
    for target, answer in zip(panel["targets"], answers, strict=True):
        column = renamed["Value" if single else f"Value #{target['refId']}"]
        for one in answer:
            labels = tuple(sorted((k, v) for k, v in one["labels"].items() if not hidden.get(k)))
            rows.setdefault(labels, {})[column] = one["values"][0][1]
    if not rows:
        yield _nothing(panel, box)
        return
    keys = sorted({k for labels in rows for k, _ in labels})
    columns = [*keys, *renamed.values()]
    by = panel["options"]["sortBy"]
    ordered = sorted(
        rows.items(), key=lambda row: -row[1].get(by[0]["displayName"], 0) if by else 0
    )
    lines = [
        [*(dict(labels).get(k, "") for k in keys), *(_cell(values, c) for c in renamed.values())]
        for labels, values in ordered
    ]
    room = int((box.height - ROW_HEIGHT) / ROW_HEIGHT)
    most = [max(len(str(c)) for c in column) + 2 for column in zip(columns, *lines, strict=True)]
    widths = [box.width * m / sum(most) for m in most]
    for n, cells in enumerate([columns, *lines[:room]]):
        y = box.y + 14 + n * ROW_HEIGHT
        x = box.x
        for cell, width in zip(cells, widths, strict=True):
            yield text(cut(cell, width - 6), x, y, 11, TEXT if n else FAINT)
            x += width
        yield level(y + 7, box.x, box.right, GRID)


def _cell(values: Mapping[str, float], column: str) -> str:
    if column not in values:
        return "-"
    value = values[column]
    return f"{value:.0f}" if value == round(value) else f"{value:.2f}"
