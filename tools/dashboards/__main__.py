"""Writes the dashboards that Grafana is provisioned with: `make dashboards`.

The JSON is checked in, so that Grafana needs no Python. A test compares it with this code.
"""

from pathlib import Path

from tools.dashboards import DASHBOARDS
from tools.dashboards.writing import text_of

FOLDER = Path(__file__).parents[2] / "deploy/grafana/dashboards"


def main() -> None:
    """Write one file for each dashboard."""
    for dashboard in DASHBOARDS:
        (FOLDER / f"{dashboard.name}.json").write_text(text_of(dashboard), encoding="utf-8")


if __name__ == "__main__":
    main()
