"""A dashboard's panels on one sheet.

Owns where a panel stands, the heading and the marks.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from tools.panels.drawing import Mark, draw
from tools.panels.svg import CANVAS, COLORS, FAINT, FONT, TEXT, Box, rect, text, width_of

WIDTH, COLUMNS = 1200, 24
MARGIN, GAP, HEAD = 12, 6, 54
UNIT = 30
NOTE = "Rendered without Grafana, from what Prometheus answered"


def sheet(dashboard: Mapping[str, Any], found: Mapping[str, Any], span: Mapping[str, int]) -> str:
    """Draw a dashboard."""
    marks = list(_marks(dashboard, found["annotations"], span))
    bottom = max(p["gridPos"]["y"] + p["gridPos"]["h"] for p in dashboard["panels"])
    height = HEAD + bottom * UNIT + MARGIN
    parts = [*_head(dashboard, span)]
    for panel in dashboard["panels"]:
        place = _place(panel["gridPos"])
        if panel["type"] == "row":
            y = place.y + place.height - 8
            parts.append(text(f"▾ {panel['title']}", place.x + 2, y, 13, TEXT, weight="600"))
        else:
            answers = found["panels"][str(panel["id"])]
            parts += draw(panel, answers, span, place, marks)
    canvas = rect(Box(0, 0, WIDTH, height), CANVAS)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}"'
        f' height="{height}" font-family="{FONT}" role="img">\n'
        f"<title>{dashboard['title']}</title>\n" + "\n".join([canvas, *parts]) + "\n</svg>\n"
    )


def _place(at: Mapping[str, int]) -> Box:
    column = (WIDTH - 2 * MARGIN + GAP) / COLUMNS
    x, y = MARGIN + at["x"] * column, HEAD + at["y"] * UNIT
    return Box(x, y, at["w"] * column - GAP, at["h"] * UNIT - GAP)


def _head(dashboard: Mapping[str, Any], span: Mapping[str, int]) -> Iterator[str]:
    start, end = (datetime.fromtimestamp(span[name], UTC) for name in ("start", "end"))
    yield text(dashboard["title"], MARGIN, 24, 17, TEXT, weight="600")
    told = f"{start:%Y-%m-%d %H:%M} to {end:%H:%M} UTC"
    yield text(told, WIDTH - MARGIN, 24, 12, FAINT, "end")
    yield text(NOTE, WIDTH - MARGIN, 42, 11, FAINT, "end")
    x = float(MARGIN)
    for one in dashboard["annotations"]["list"]:
        yield rect(Box(x, 37, 3, 9), COLORS[one["iconColor"]])
        yield text(one["name"], x + 8, 45, 11, FAINT)
        x += width_of(one["name"]) + 28


def _marks(
    dashboard: Mapping[str, Any], answers: Sequence[Any], span: Mapping[str, int]
) -> Iterator[Mark]:
    """Return the moments at which each annotation's series begin, and begin again."""
    for one, answer in zip(dashboard["annotations"]["list"], answers, strict=True):
        for series in answer:
            before = -span["step"]
            for moment, _ in series["values"]:
                if moment - before > span["step"] and moment > span["start"]:
                    yield Mark(moment, COLORS[one["iconColor"]])
                before = moment
