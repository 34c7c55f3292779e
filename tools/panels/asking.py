"""Asking Prometheus what Grafana would ask it.

Owns the values of Grafana's variables.
"""

import json
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any

STEP_SECONDS = 6
SCRAPE_SECONDS = 5


def answers(
    address: str, dashboards: Mapping[str, Any], start: float, end: float
) -> dict[str, Any]:
    """Give, by dashboard, the answers of each panel's queries and of the annotations."""
    span = {"start": int(start), "end": int(end), "step": STEP_SECONDS}
    return {"span": span} | {
        name: {
            "panels": {
                str(panel["id"]): [
                    _ask(
                        address,
                        _filled(name, t["expr"], span, panel.get("interval", "")),
                        span,
                        at_end=t.get("instant"),
                    )
                    for t in panel.get("targets", ())
                ]
                for panel in dashboard["panels"]
            },
            "annotations": [
                _ask(address, _filled(name, one["target"]["expr"], span), span, at_end=False)
                for one in dashboard["annotations"]["list"]
            ],
        }
        for name, dashboard in dashboards.items()
    }


def _filled(name: str, expr: str, span: Mapping[str, int], interval: str = "") -> str:
    # As Grafana reckons it: four scrapes, or one more than lies between two points.
    least = {"": STEP_SECONDS, "1m": 60}[interval]
    job = {"replays": "tocsin-replay", "feeds": "tocsin-feeder"}.get(name, "tocsin")
    values = {
        "$__rate_interval": f"{max(4 * SCRAPE_SECONDS, least + SCRAPE_SECONDS)}s",
        "$__interval": f"{STEP_SECONDS}s",
        "$__range": f"{span['end'] - span['start']}s",
        "$instance": ".+",
        "$country": ".+",
        "$leader": ".+",
        "$replay": ".+",
        "$feed": ".+",
        "$job": job,
    }
    for variable, value in values.items():
        expr = expr.replace(variable, value)
    return expr


def _ask(address: str, expr: str, span: Mapping[str, int], *, at_end: Any) -> list[dict[str, Any]]:
    """Return each series' labels and its values; one where it was asked for the end alone."""
    if at_end:
        parameters = {"query": expr, "time": span["end"]}
        found = _get(address, "query", parameters)
        return [{"labels": one["metric"], "values": [_value(one["value"])]} for one in found]
    found = _get(address, "query_range", {"query": expr, **span})
    return [
        {"labels": one["metric"], "values": [_value(value) for value in one["values"]]}
        for one in found
    ]


def _value(value: tuple[float, str]) -> tuple[int, float]:
    moment, text = value
    number = float(text)
    # Moments in milliseconds need all their digits.
    return int(moment), number if abs(number) > 1e9 else float(f"{number:.5g}")  # noqa: PLR2004


def _get(address: str, path: str, parameters: Mapping[str, Any]) -> Any:
    body = urllib.parse.urlencode(parameters).encode()
    with urllib.request.urlopen(f"http://{address}/api/v1/{path}", body) as response:
        return json.load(response)["data"]["result"]
