"""The pictures of the dashboards: current, small, whole, and drawn by a program that works."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

LARGEST_BYTES = 300_000
HOW = "run .venv/bin/python -m tools.panels, and look at the pictures"
SPAN = {"start": 1_795_000_000, "end": 1_795_000_600, "step": 60}


def words(svg: str) -> str:
    return " ".join(ET.fromstring(svg).itertext())  # noqa: S314 - our own file


def panels(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in dashboard["panels"] if one["type"] != "row"]


def test_a_picture_is_small_and_needs_nothing_from_elsewhere(
    root: Path, dashboard: dict[str, Any]
) -> None:
    name = dashboard["uid"].removeprefix("tocsin-")
    svg = (root / f"docs/images/dashboard-{name}.svg").read_text(encoding="utf-8")
    assert len(svg.encode()) < LARGEST_BYTES
    assert not re.search(r"<script|<image|<style|@import|href=|url\(", svg)
    said = words(svg)
    assert "Rendered without Grafana" in said
    for panel in panels(dashboard):
        assert panel["title"] in said, HOW


def test_no_panel_of_a_picture_is_empty(root: Path, dashboard: dict[str, Any]) -> None:
    name = dashboard["uid"].removeprefix("tocsin-")
    said = words((root / f"docs/images/dashboard-{name}.svg").read_text(encoding="utf-8"))
    assert "no data" not in said


@pytest.fixture(scope="module")
def drawn(root: Path, tmp_path_factory: Any) -> Path:
    """Draw one flat line for every expression."""
    folder: Path = tmp_path_factory.mktemp("pictures")
    moments = range(SPAN["start"], SPAN["end"] + 1, SPAN["step"])
    labels = {"leader": "Somebody & Co", "instance": "a", "kind": "<b>", "severity": "low"}
    line = [{"labels": labels, "values": [[moment, 1.0] for moment in moments]}]
    found: dict[str, Any] = {"span": SPAN}
    for path in (root / "deploy/grafana/dashboards").glob("*.json"):
        read = json.loads(path.read_text())
        found[path.stem] = {
            "panels": {
                str(panel["id"]): [line for _ in panel["targets"]] for panel in panels(read)
            },
            "annotations": [line for _ in read["annotations"]["list"]],
        }
    (folder / "found.json").write_text(json.dumps(found))
    command = [sys.executable, "-m", "tools.panels", "--from", folder / "found.json"]
    subprocess.run([*command, "--out", folder], check=True, cwd=root, timeout=60)
    return folder


def test_the_program_draws_every_panel(drawn: Path, dashboard: dict[str, Any]) -> None:
    name = dashboard["uid"].removeprefix("tocsin-")
    said = words((drawn / f"dashboard-{name}.svg").read_text(encoding="utf-8"))
    assert all(panel["title"] in said for panel in panels(dashboard))
    assert "no data" not in said
