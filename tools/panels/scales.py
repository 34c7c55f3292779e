"""Where moments and values stand in a picture, and the series as they are drawn.

Owns series and axes.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tools.panels.svg import COLORS, PALETTE, Box

MOST_TICKS = 4
# From here on a minute is rounder than a hundred seconds.
SECONDS_IN_FULL = 20


@dataclass(frozen=True, slots=True)
class Series:
    """One line: its name, colour, and values by moment, without what is no number."""

    name: str
    color: str
    values: Mapping[int, float]

    @property
    def last(self) -> float:
        """The newest value."""
        return self.values[max(self.values)]


@dataclass(frozen=True, slots=True)
class Axes:
    """Moments from left to right, values from the bottom to the top, in a box."""

    box: Box
    span: Mapping[str, int]
    low: float
    high: float

    def x(self, moment: float) -> float:
        """Where a moment stands."""
        share = (moment - self.span["start"]) / (self.span["end"] - self.span["start"])
        return self.box.x + share * self.box.width

    def y(self, value: float) -> float:
        """Where a value stands; one beyond the axis stands at its end."""
        share = (value - self.low) / (self.high - self.low)
        return self.box.bottom - min(1.0, max(0.0, share)) * self.box.height

    def pieces(self, series: Series) -> list[list[tuple[float, float]]]:
        """Return the points, split where values are missing."""
        found: list[list[tuple[float, float]]] = []
        before = -math.inf
        for moment, value in sorted(series.values.items()):
            if moment - before > self.span["step"]:
                found.append([])
            found[-1].append((self.x(moment), self.y(value)))
            before = moment
        return found


def series_of(
    panel: Mapping[str, Any], answers: Sequence[Sequence[Mapping[str, Any]]]
) -> list[Series]:
    """Name and colour what was answered."""
    found: list[Series] = []
    for target, answer in zip(panel["targets"], answers, strict=True):
        for one in answer:
            values = {m: v for m, v in one["values"] if math.isfinite(v)}
            if values:
                name = named(target["legendFormat"], one["labels"])
                found.append(Series(name, "", values))
    found.sort(key=lambda one: one.name)
    palette = iter(PALETTE * (1 + len(found) // len(PALETTE)))
    return [Series(s.name, _override(panel, s.name) or next(palette), s.values) for s in found]


def named(legend: str, labels: Mapping[str, str]) -> str:
    """Fill a legend with the labels."""
    return re.sub(r"\{\{(\w+)\}\}", lambda m: labels.get(m[1], ""), legend)


def color_at(value: float, thresholds: Mapping[str, Any]) -> str:
    """Return the colour of the highest step that a value reaches."""
    reached = [s for s in thresholds["steps"] if s["value"] is None or value >= s["value"]]
    color: str = reached[-1]["color"]
    return COLORS.get(color, color)


def bounds(
    panel: Mapping[str, Any], tops: Sequence[float], bottoms: Sequence[float]
) -> tuple[float, float]:
    """Return the ends of the axis of values."""
    defaults = panel["fieldConfig"]["defaults"]
    if defaults["unit"] == "dateTimeAsIso":
        low, high = min(bottoms), max(tops)
    else:
        low = defaults.get("min", min(0.0, *bottoms, 0.0))
        high = defaults.get("max", max(0.0, *tops, 0.0))
        limits = defaults.get("thresholds", {}).get("steps", ())
        if defaults.get("custom", {}).get("thresholdsStyle"):
            high = max([high, *(s["value"] * 1.1 for s in limits if s["value"] is not None)])
    if high <= low:
        high = low + 1.0
    return low, high if "max" in defaults else high + (high - low) * 0.06


def ticks(low: float, high: float, unit: str) -> list[float]:
    """Return a few values between two that are round in their unit."""
    least = (high - low) / MOST_TICKS
    step = next((one for one in _steps(unit, least) if one >= least), least)
    first = math.ceil(low / step - 1e-9)
    return [n * step for n in range(first, math.floor(high / step + 1e-9) + 1)]


def _steps(unit: str, least: float) -> list[float]:
    if unit == "dateTimeAsIso":
        return [1000.0 * 3600 * hours for hours in (1, 2, 3, 6, 12, 24, 48, 96)]
    base = 1.0
    if unit == "bytes":
        base = 1024.0 ** max(0, math.floor(math.log(least, 1024)))
    if unit == "s" and least > SECONDS_IN_FULL:
        return [30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 21_600, 43_200, 86_400]
    power = base * 10.0 ** math.floor(math.log10(least / base))
    return [m * power for m in (1, 2, 2.5, 5, 10)]


def _override(panel: Mapping[str, Any], name: str) -> str:
    for one in panel["fieldConfig"]["overrides"]:
        if re.search(one["matcher"]["options"].strip("/"), name):
            color: str = one["properties"][0]["value"]["fixedColor"]
            return COLORS.get(color, color)
    return ""
