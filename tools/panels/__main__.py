"""The pictures of the dashboards' panels, rendered without Grafana.

    .venv/bin/python -m tools.panels                        runs Tocsin for 14 minutes, and draws
    .venv/bin/python -m tools.panels --keep FILE            and keeps what Prometheus answered
    .venv/bin/python -m tools.panels --from FILE            draws what was kept

Panels, expressions, units and colours are those of deploy/grafana/dashboards; the figures are what
a real Prometheus answered, which scraped real workers (`run.py`). It needs Java with Maven, for
Apache Kafka, and Debian's `prometheus`. The articles are invented (`articles.py`).
"""

import argparse
import json
from pathlib import Path

from tools.panels.asking import answers
from tools.panels.run import finished_run
from tools.panels.sheet import sheet

ROOT = Path(__file__).parents[2]
DASHBOARDS = ROOT / "deploy/grafana/dashboards"
OUT = ROOT / "docs/images"


def main() -> None:
    """Run, ask and draw, or only draw."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--from", dest="kept", type=Path, help="what was kept of a run")
    options.add_argument("--keep", type=Path, help="where to keep what Prometheus answered")
    options.add_argument("--out", type=Path, default=OUT, help="folder of the pictures")
    given = options.parse_args()
    dashboards = {path.stem: json.loads(path.read_text()) for path in DASHBOARDS.glob("*.json")}
    if given.kept:
        found = json.loads(given.kept.read_text())
    else:
        with finished_run(ROOT) as (address, start, end):
            found = answers(address, dashboards, start, end)
        if given.keep:
            given.keep.write_text(json.dumps(found))
    for name, dashboard in dashboards.items():
        drawn = sheet(dashboard, found[name], found["span"])
        (given.out / f"dashboard-{name}.svg").write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    main()
