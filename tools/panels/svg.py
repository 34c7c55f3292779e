"""Pieces of SVG, and how numbers are written.

Owns the colours, the text and the units.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif"
CANVAS, PANEL, BORDER, GRID = "#111217", "#181b1f", "#2c3235", "#25292e"
TEXT, FAINT = "#d0d1d9", "#8b8f99"
COLORS = {
    "red": "#f2495c",
    "orange": "#ff9830",
    "yellow": "#fade2a",
    "green": "#73bf69",
    "blue": "#5794f2",
    "gray": "#8e8e8e",
    "text": TEXT,
    "dark-blue": "#1f3a68",
    "dark-green": "#1e3b26",
    "transparent": "none",
}
PALETTE = (
    "#73bf69",
    "#f2cc0c",
    "#8ab8ff",
    "#ff780a",
    "#f2495c",
    "#5794f2",
    "#b877d9",
    "#4cc5c5",
    "#c4b37a",
    "#e8739a",
    "#9ac48a",
    "#a0a8b8",
)
# A character's width, as a share of the size of the letters.
_WIDE = 0.6
_BINARY = ("B", "KiB", "MiB", "GiB")
_DECIMAL = ("", "K", "M", "G")


@dataclass(frozen=True, slots=True)
class Box:
    """A place in the picture."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height

    def inside(self, left: float, top: float, right: float, bottom: float) -> "Box":
        """Return the place that is left within margins."""
        return Box(
            self.x + left, self.y + top, self.width - left - right, self.height - top - bottom
        )


def rect(box: Box, fill: str, stroke: str = "", opacity: float = 1.0, radius: float = 0.0) -> str:
    """Draw a rectangle."""
    more = f' stroke="{stroke}"' if stroke else ""
    more += f' opacity="{opacity:g}"' if opacity < 1 else ""
    more += f' rx="{radius:g}"' if radius else ""
    return (
        f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{max(0.0, box.width):.1f}"'
        f' height="{max(0.0, box.height):.1f}" fill="{fill}"{more}/>'
    )


def text(
    said: str,
    x: float,
    y: float,
    size: float = 11,
    fill: str = TEXT,
    anchor: str = "start",
    weight: str = "",
) -> str:
    """Write a line; `y` is where it stands."""
    more = f' text-anchor="{anchor}"' if anchor != "start" else ""
    more += f' font-weight="{weight}"' if weight else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{fill}"{more}>'
        f"{escape(said)}</text>"
    )


def width_of(said: str, size: float = 11) -> float:
    """Say about how wide a line is."""
    return len(said) * size * _WIDE


def cut(said: str, width: float, size: float = 11) -> str:
    """Shorten a line so that it fits."""
    most = max(1, int(width / size / _WIDE))
    return said if len(said) <= most else said[: most - 1] + "…"


def line(points: Sequence[tuple[float, float]], color: str, width: float = 1.3) -> str:
    """Draw a line through points."""
    return (
        f'<polyline points="{_coordinates(_without_needless(points))}" fill="none"'
        f' stroke="{color}" stroke-width="{width:g}" stroke-linejoin="round"/>'
    )


def area(points: Sequence[tuple[float, float]], color: str, opacity: float) -> str:
    """Fill what points enclose."""
    corners = _coordinates(_without_needless(points))
    return f'<polygon points="{corners}" fill="{color}" opacity="{opacity:g}"/>'


def upright(x: float, top: float, bottom: float, color: str, dash: str = "3 3") -> str:
    """Draw a vertical line."""
    return f'<path d="M{x:.1f} {top:.1f}V{bottom:.1f}" stroke="{color}" stroke-dasharray="{dash}"/>'


def level(y: float, left: float, right: float, color: str, dash: str = "") -> str:
    """Draw a horizontal line."""
    more = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="M{left:.1f} {y:.1f}H{right:.1f}" stroke="{color}"{more}/>'


def written(value: float, unit: str, decimals: int | None = None) -> str:
    """Write a number in a unit, as Grafana calls it."""
    if unit == "dateTimeAsIso":
        return datetime.fromtimestamp(value / 1000, UTC).strftime("%m-%d %H:%M")
    if unit == "percentunit":
        return f"{_short(100 * value, decimals)} %"
    if unit == "s":
        return _duration(value)
    if unit == "bytes":
        return _scaled(value, 1024, _BINARY, " ")
    suffix = {"cps": " /s", "cpm": " /min"}.get(unit, "")
    if decimals is not None and abs(value) < 1000:  # noqa: PLR2004 - where K begins
        return f"{value:.{decimals}f}{suffix}"
    return _scaled(value, 1000, _DECIMAL) + suffix


def _duration(seconds: float) -> str:
    for limit, scale, name in ((0.9995, 1000, "ms"), (90, 1, "s"), (5400, 1 / 60, "min")):
        if abs(seconds) < limit:
            return "0 s" if seconds == 0 else f"{_short(seconds * scale)} {name}"
    if abs(seconds) < 172_800:  # noqa: PLR2004 - two days
        return f"{_short(seconds / 3600)} h"
    return f"{_short(seconds / 86_400)} d"


def _scaled(value: float, base: float, names: Sequence[str], space: str = "") -> str:
    at = 0
    while abs(value) >= base and at < len(names) - 1:
        value, at = value / base, at + 1
    return f"{_short(value)}{space}{names[at]}".rstrip()


def _short(value: float, decimals: int | None = None) -> str:
    if decimals is not None:
        return f"{value:.{decimals}f}"
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:.0f}"  # noqa: PLR2004 - see above


def _without_needless(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Leave out points on a level between two of the same level."""
    kept = [
        point
        for n, point in enumerate(points)
        if not 0 < n < len(points) - 1
        or not abs(points[n - 1][1] - point[1]) < 0.05 > abs(points[n + 1][1] - point[1])  # noqa: PLR2004
    ]
    return kept or list(points)


def _coordinates(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
