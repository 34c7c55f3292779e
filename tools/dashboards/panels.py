"""The kinds of panels: their options, once.

Owns how a panel looks. Expressions are PromQL with one shorthand: `{@}`
and `{@, more}` stand for the matchers of the variables `job` and `instance`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

TARGET = 'job=~"$job", instance=~"$instance"'
Steps = Sequence[tuple[float | None, str]]
PLAIN: Steps = ((None, "text"),)
TONES = {"negative": "red", "neutral": "blue", "positive": "green", "unknown": "gray"}
SURGES = {
    -1: ("past too short", "dark-blue"),
    0: ("none", "dark-green"),
    1: ("low", "yellow"),
    2: ("medium", "orange"),
    3: ("high", "red"),
}
SEVERITIES = {"low": "yellow", "medium": "orange", "high": "red"}


@dataclass(frozen=True, slots=True)
class Query:
    """An expression, and what its lines are called: text with `{{label}}` in it."""

    expr: str
    legend: str = ""
    instant: bool = False

    @property
    def full(self) -> str:
        """The expression as Grafana has it."""
        return self.expr.replace("{@", "{" + TARGET)


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel: `width` in columns of 24, `height` in rows of the grid.

    `interval` is the least that lies between two points, and so what a rate is taken over.
    """

    kind: str
    title: str
    description: str
    unit: str
    queries: tuple[Query, ...]
    width: int
    height: int = 8
    defaults: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    overrides: tuple[Mapping[str, Any], ...] = ()
    transformations: tuple[Mapping[str, Any], ...] = ()
    interval: str = ""


def ask(expr: str, legend: str) -> Query:
    """Ask for lines over time."""
    return Query(expr, legend)


def timeseries(
    title: str,
    description: str,
    unit: str,
    *queries: Query,
    width: int = 8,
    stacked: bool = False,
    colors: Mapping[str, str] | None = None,
    limits: Steps = (),
    interval: str = "",
    **defaults: Any,
) -> Panel:
    """Lines over time; `colors` by words in their names, `limits` as dashed lines."""
    many = any("{{" in query.legend for query in queries)
    custom = {
        "drawStyle": "line",
        "lineWidth": 1,
        # Many areas over each other are mud.
        "fillOpacity": 30 if stacked else 0 if many else 8,
        "showPoints": "never",
        "stacking": {"mode": "normal" if stacked else "none", "group": "A"},
    }
    if limits:
        custom["thresholdsStyle"] = {"mode": "dashed"}
        defaults["thresholds"] = thresholds(limits)
    table = {"displayMode": "list", "placement": "bottom", "showLegend": True}
    return Panel(
        "timeseries",
        title,
        description,
        unit,
        queries,
        width,
        8,
        {"custom": custom, **defaults},
        {"legend": table, "tooltip": {"mode": "multi", "sort": "desc"}},
        _colored(colors or {}),
        interval=interval,
    )


def stat(
    title: str,
    description: str,
    unit: str,
    query: Query,
    *,
    steps: Steps = PLAIN,
    none: str = "0",
    width: int = 4,
    **defaults: Any,
) -> Panel:
    """One number, coloured from the step on that it reaches, with its past behind it."""
    return Panel(
        "stat",
        title,
        description,
        unit,
        (query,),
        width,
        4,
        {"noValue": none, "thresholds": thresholds(steps), **defaults},
        {
            "reduceOptions": {"calcs": ["lastNotNull"]},
            "colorMode": "value",
            "graphMode": "area",
            "textMode": "auto",
        },
    )


def bars(
    title: str,
    description: str,
    unit: str,
    query: Query,
    *,
    width: int = 8,
    steps: Steps = ((None, "blue"),),
    colors: Mapping[str, str] | None = None,
    **defaults: Any,
) -> Panel:
    """A bar for each line, by its last value."""
    return Panel(
        "bargauge",
        title,
        description,
        unit,
        (Query(query.expr, query.legend, instant=True),),
        width,
        8,
        {"noValue": "nothing", "thresholds": thresholds(steps), **defaults},
        {
            "reduceOptions": {"calcs": ["lastNotNull"]},
            "orientation": "horizontal",
            "displayMode": "basic",
            "showUnfilled": True,
        },
        _colored(colors or {}),
    )


def states(
    title: str,
    description: str,
    *queries: Query,
    values: Mapping[int, tuple[str, str]],
    width: int = 12,
) -> Panel:
    """Bands over time; `values` gives each state its text and colour."""
    mappings = {str(n): {"text": text, "color": color} for n, (text, color) in values.items()}
    return Panel(
        "state-timeline",
        title,
        description,
        "short",
        queries,
        width,
        8,
        {"mappings": [{"type": "value", "options": mappings}], "custom": {"fillOpacity": 70}},
        {"mergeValues": True, "showValue": "never", "rowHeight": 0.8},
    )


def table(
    title: str,
    description: str,
    queries: Mapping[str, str],
    *,
    hidden: Sequence[str] = (),
    width: int = 12,
    height: int = 8,
    sort: str = "",
    none: str = "nothing",
) -> Panel:
    """The newest values side by side; `queries` gives a column's title its expression."""
    only = len(queries) == 1
    refs = [chr(ord("A") + n) for n in range(len(queries))]
    names = dict(zip((f"Value #{ref}" for ref in refs), queries, strict=True))
    organize = {
        "excludeByName": dict.fromkeys(["Time", "job", "instance", *hidden], True),
        "renameByName": {"Value": next(iter(queries))} if only else names,
    }
    steps: list[Mapping[str, Any]] = [] if only else [{"id": "merge", "options": {}}]
    return Panel(
        "table",
        title,
        description,
        "short",
        tuple(Query(expr, "", instant=True) for expr in queries.values()),
        width,
        height,
        {"noValue": none, "decimals": 2, "custom": {"align": "auto"}},
        {
            "cellHeight": "sm",
            "showHeader": True,
            "sortBy": [{"displayName": sort, "desc": True}] if sort else [],
        },
        transformations=(*steps, {"id": "organize", "options": organize}),
    )


def thresholds(steps: Steps) -> dict[str, Any]:
    """Give colours from values on."""
    return {
        "mode": "absolute",
        "steps": [{"color": color, "value": value} for value, color in steps],
    }


def _colored(colors: Mapping[str, str]) -> tuple[Mapping[str, Any], ...]:
    return tuple(
        {
            "matcher": {"id": "byRegexp", "options": f"/{word}/"},
            "properties": [{"id": "color", "value": {"mode": "fixed", "fixedColor": color}}],
        }
        for word, color in colors.items()
    )
