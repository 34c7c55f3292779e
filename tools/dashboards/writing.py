"""The JSON of a dashboard, in a form that can be reviewed.

Owns the layout on the grid and the text.
"""

import json
from collections.abc import Iterator
from typing import Any

from tools.dashboards.frame import (
    SOURCE,
    TITLES,
    Dashboard,
    Row,
    annotations,
    data_source,
    links,
)
from tools.dashboards.panels import Panel

COLUMNS = 24
WIDTH = 100


def text_of(dashboard: Dashboard) -> str:
    """Return the file's text."""
    return _text(json_of(dashboard), 0) + "\n"


def json_of(dashboard: Dashboard) -> dict[str, Any]:
    """Return the dashboard as Grafana reads it."""
    return {
        "uid": dashboard.uid,
        "title": TITLES[dashboard.name],
        "description": dashboard.description,
        "tags": ["tocsin"],
        "schemaVersion": 41,
        "version": 1,
        "editable": False,
        "graphTooltip": 1,
        "timezone": "utc",
        "refresh": dashboard.refresh,
        "time": {"from": dashboard.since, "to": "now"},
        "templating": {"list": [data_source(), *(one.json for one in dashboard.variables)]},
        "annotations": {"list": annotations()},
        "links": links(dashboard.name),
        "panels": [{"id": n, **one} for n, one in enumerate(_panels(dashboard.rows), start=1)],
    }


def _panels(rows: Any) -> Iterator[dict[str, Any]]:
    top = 0
    for row in rows:
        yield _heading(row, top)
        top += 1
        left = height = 0
        for panel in row.panels:
            if left + panel.width > COLUMNS:
                top, left, height = top + height, 0, 0
            place = {"x": left, "y": top, "w": panel.width, "h": panel.height}
            yield _panel(panel, place)
            left, height = left + panel.width, max(height, panel.height)
        top += height


def _heading(row: Row, top: int) -> dict[str, Any]:
    place = {"x": 0, "y": top, "w": COLUMNS, "h": 1}
    return {"type": "row", "title": row.title, "collapsed": False, "gridPos": place, "panels": []}


def _panel(panel: Panel, place: dict[str, int]) -> dict[str, Any]:
    found = {
        "type": panel.kind,
        "title": panel.title,
        "description": panel.description,
        "gridPos": place,
        "datasource": SOURCE,
        "targets": [
            {
                "refId": chr(ord("A") + n),
                "expr": query.full,
                "legendFormat": query.legend,
                **({"instant": True, "range": False} if query.instant else {}),
                **({"format": "table"} if panel.kind == "table" else {}),
            }
            for n, query in enumerate(panel.queries)
        ],
        "fieldConfig": {
            "defaults": {"unit": panel.unit, **panel.defaults},
            "overrides": list(panel.overrides),
        },
        "options": panel.options,
    }
    if panel.interval:
        found["interval"] = panel.interval
    if panel.transformations:
        found["transformations"] = list(panel.transformations)
    return found


def _text(value: Any, indent: int) -> str:
    """Write what fits on a line on one line, and the rest one entry a line."""
    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or (indent and len(line) + indent <= WIDTH):
        return line
    inner = " " * (indent + 2)
    if isinstance(value, dict):
        entries = [f"{json.dumps(k)}: {_text(v, indent + 2)}" for k, v in value.items()]
    else:
        entries = [_text(v, indent + 2) for v in value]
    left, right = "{}" if isinstance(value, dict) else "[]"
    body = ",\n".join(inner + entry for entry in entries)
    return f"{left}\n{body}\n{' ' * indent}{right}"
