"""What surrounds the panels: variables, links to the other dashboards, annotations.

Owns what all dashboards share.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tools.dashboards.panels import TARGET, Panel

SOURCE = {"type": "prometheus", "uid": "$datasource"}
TITLES = {
    "overview": "Tocsin / Overview",
    "leaders": "Tocsin / Leaders",
    "pipeline": "Tocsin / Pipeline",
    "replays": "Tocsin / Replays",
    "feeds": "Tocsin / Feeds",
}


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable that is filled from the values of a label.

    `hides` is a pattern of values that are not offered; `chosen` is the value at first, if it is
    offered, and else all.
    """

    name: str
    label: str
    query: str
    hides: str = ""
    chosen: str = ""

    @property
    def json(self) -> dict[str, Any]:
        """The variable as Grafana has it."""
        return {
            "name": self.name,
            "label": self.label,
            "type": "query",
            "datasource": SOURCE,
            "query": {"refId": self.name, "query": self.query},
            "regex": f"/^(?!.*{self.hides}).*$/" if self.hides else "",
            "refresh": 2,
            "sort": 1,
            "multi": True,
            "includeAll": True,
            "allValue": ".+",
            "current": {
                "text": [self.chosen or "All"],
                "value": [self.chosen or "$__all"],
            },
        }


# Only workers have partitions; a replay's workers are of a job of their own, by default.
LIVE = (
    Variable(
        "job",
        "Job",
        "label_values(tocsin_assigned_partitions, job)",
        hides="replay",
        chosen="tocsin",
    ),
    Variable(
        "instance", "Instance", 'label_values(tocsin_assigned_partitions{job=~"$job"}, instance)'
    ),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A heading and what is under it, from left to right."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A dashboard; `name` is its file's and is in its address."""

    name: str
    description: str
    variables: Sequence[Variable]
    rows: Sequence[Row]
    since: str = "now-1h"
    refresh: str = "10s"

    @property
    def uid(self) -> str:
        """What links call it."""
        return uid_of(self.name)


def uid_of(name: str) -> str:
    """Return the uid of a dashboard."""
    return f"tocsin-{name}"


def data_source() -> dict[str, Any]:
    """The variable that every query goes through."""
    return {
        "name": "datasource",
        "label": "Data source",
        "type": "datasource",
        "query": "prometheus",
        "regex": "",
        "refresh": 1,
        "multi": False,
        "includeAll": False,
        "current": {"text": "Prometheus", "value": "prometheus"},
    }


def links(name: str) -> list[dict[str, Any]]:
    """The way to the other dashboards, with the time and the variables that are set."""
    return [
        {
            "title": title.removeprefix("Tocsin / "),
            "type": "link",
            "url": f"/d/{uid_of(other)}",
            "icon": "dashboard",
            "tooltip": title,
            "targetBlank": False,
            # A replay's workers and a feeder are of other jobs and instances.
            "includeVars": not {"replays", "feeds"} & {name, other},
            "keepTime": True,
            "tags": [],
            "asDropdown": False,
        }
        for other, title in TITLES.items()
        if other != name
    ]


def annotations() -> list[dict[str, Any]]:
    """Marks at moments: operating alerts, the strongest of our own, and new versions."""
    build = f"count by (version, registry, lexicon, scorer) (tocsin_build_info{{{TARGET}}}"
    ours = f'tocsin_alerts_total{{{TARGET}, severity="high", kind!="canary"}}'
    return [
        _annotation(
            "Operating alerts",
            "red",
            'ALERTS{alertstate="firing", alertname=~"Tocsin.+"}',
            "{{alertname}}",
            "Prometheus fires it; its runbook says what to do.",
            "severity",
        ),
        _annotation(
            "Alerts sent, high",
            "orange",
            f"sum by (kind) (increase({ours}[$__rate_interval])) > 0",
            "{{kind}}, high",
            "An alert of high severity was published.",
            "kind",
        ),
        _annotation(
            "Versions",
            "blue",
            f"{build}) unless {build} offset $__interval)",
            "Tocsin {{version}}",
            "registry {{registry}}, lexicon {{lexicon}}, scorer {{scorer}}",
            "version",
        ),
    ]


def _annotation(
    name: str, color: str, expr: str, title: str, text: str, tags: str
) -> dict[str, Any]:
    return {
        "name": name,
        "datasource": SOURCE,
        "enable": True,
        "hide": False,
        "iconColor": color,
        "target": {"refId": "Anno", "expr": expr, "interval": "60s"},
        "titleFormat": title,
        "textFormat": text,
        "tagKeys": tags,
        "useValueForTime": False,
    }
