"""Write the dashboards that Grafana is provisioned with.

    .venv/bin/python deploy/grafana/build.py      writes deploy/grafana/dashboards/*.json

The JSON is checked in, so that Grafana needs no Python; tests/deploy says when it is out of date.
"""

from pathlib import Path

from grafana_dashboards import DASHBOARDS
from grafana_dashboards.writing import text_of

FOLDER = Path(__file__).with_name("dashboards")

if __name__ == "__main__":
    for dashboard in DASHBOARDS:
        (FOLDER / f"{dashboard.name}.json").write_text(text_of(dashboard), encoding="utf-8")
