"""The dashboards as Grafana shows them: provisioned, read-only, described, and rightly laid out."""

import json
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

COLUMNS = 24
# Variables that Grafana itself fills in.
BUILT_IN = {"__rate_interval", "__range", "__interval"}


@pytest.fixture(scope="module")
def source(root: Path) -> dict[str, Any]:
    """Read the provisioned data source."""
    read = yaml.safe_load(
        (root / "deploy/grafana/provisioning/datasources/prometheus.yml").read_text()
    )
    (only,) = read["datasources"]
    found: dict[str, Any] = only
    return found


@pytest.fixture(scope="module")
def provider(root: Path) -> dict[str, Any]:
    """Read how dashboards are provisioned."""
    read = yaml.safe_load((root / "deploy/grafana/provisioning/dashboards/tocsin.yml").read_text())
    (only,) = read["providers"]
    found: dict[str, Any] = only
    return found


def shown(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    """List the panels that show something, without the headings of rows."""
    return [p for p in dashboard["panels"] if p["type"] != "row"]


def overlap(one: dict[str, int], other: dict[str, int]) -> bool:
    """Say whether two places on the grid share a cell."""
    return (
        one["x"] < other["x"] + other["w"]
        and other["x"] < one["x"] + one["w"]
        and one["y"] < other["y"] + other["h"]
        and other["y"] < one["y"] + one["h"]
    )


def test_nothing_that_is_provisioned_can_be_changed_in_the_browser(
    dashboard: dict[str, Any], source: dict[str, Any], provider: dict[str, Any]
) -> None:
    assert dashboard["editable"] is False
    assert source["editable"] is False
    assert provider["allowUiUpdates"] is False
    assert provider["disableDeletion"] is True


def test_dashboards_stand_where_grafana_looks_for_them(
    compose: dict[str, Any], provider: dict[str, Any], root: Path
) -> None:
    grafana = compose["services"]["grafana"]
    mounted = {v.split(":")[1]: v.split(":")[0] for v in grafana["volumes"]}
    assert (root / mounted["/etc/grafana/provisioning"] / "datasources").is_dir()
    folder = provider["options"]["path"]
    home = grafana["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert home.startswith(folder)
    assert (root / mounted[folder] / home.removeprefix(folder + "/")).is_file()


def test_the_data_source_is_the_prometheus_beside_grafana(
    compose: dict[str, Any], source: dict[str, Any]
) -> None:
    assert source["url"] == "http://prometheus:9090"
    assert compose["services"]["prometheus"]["ports"] == ["127.0.0.1:9090:9090"]


def test_grafana_reckons_with_the_interval_of_the_scrapes(
    source: dict[str, Any], scrape: dict[str, Any]
) -> None:
    assert source["jsonData"]["timeInterval"] == scrape["global"]["scrape_interval"]


def test_every_query_goes_to_the_provisioned_data_source(
    dashboard: dict[str, Any], source: dict[str, Any]
) -> None:
    asking = [*shown(dashboard), *dashboard["templating"]["list"]]
    assert {a["datasource"]["uid"] for a in asking} == {source["uid"]}


def test_panels_have_ids_of_their_own_and_do_not_overlap(dashboard: dict[str, Any]) -> None:
    panels = dashboard["panels"]
    assert len({p["id"] for p in panels}) == len(panels)
    places = [p["gridPos"] for p in panels]
    assert all(p["x"] + p["w"] <= COLUMNS for p in places)
    assert not [pair for pair in combinations(places, 2) if overlap(*pair)]


def test_every_panel_says_what_it_shows_and_what_it_means(dashboard: dict[str, Any]) -> None:
    for panel in shown(dashboard):
        assert panel["title"]
        assert panel["description"].endswith((".", "%.")), panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
    assert len({p["title"] for p in shown(dashboard)}) == len(shown(dashboard))


def test_lines_of_one_panel_can_be_told_apart(dashboard: dict[str, Any]) -> None:
    for panel in shown(dashboard):
        legends = [t["legendFormat"] for t in panel["targets"]]
        assert len(set(legends)) == len(legends), panel["title"]
        assert all(legends) or panel["type"] == "table", panel["title"]


def test_every_variable_that_is_used_is_defined(dashboard: dict[str, Any]) -> None:
    used = set(re.findall(r"\$\{?(\w+)", json.dumps(dashboard["panels"])))
    defined = {v["name"] for v in dashboard["templating"]["list"]}
    assert used - BUILT_IN == defined


def test_the_file_is_kept_so_that_a_person_can_review_it(root: Path) -> None:
    for path in (root / "deploy/grafana/dashboards").glob("*.json"):
        lines = path.read_text().splitlines()
        longest = max(lines, key=len)
        # One long expression on a line of its own is easier to read than a broken one.
        assert len(longest) < 450, longest
        assert len(lines) > 100
