"""The dashboards as Grafana shows them: provisioned, read-only, described, and rightly laid out."""

import json
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools.dashboards import DASHBOARDS
from tools.dashboards.writing import text_of

COLUMNS = 24
# Variables that Grafana itself fills in.
BUILT_IN = {"__rate_interval", "__range", "__interval", "__field", "__url_time_range"}
WANTED = {
    "overview": {"job", "instance"},
    "leaders": {"job", "instance", "country", "leader"},
    "pipeline": {"job", "instance"},
    "replays": {"job", "instance", "replay"},
    "feeds": {"job", "instance", "feed"},
}


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


@pytest.fixture(scope="module")
def dashboards(root: Path) -> dict[str, Any]:
    """Read every dashboard, by file name."""
    folder = root / "deploy/grafana/dashboards"
    return {path.name: json.loads(path.read_text()) for path in folder.glob("*.json")}


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
    first, *rest = dashboard["templating"]["list"]
    assert first["type"] == "datasource"
    assert first["current"]["value"] == source["uid"]
    asking = [*shown(dashboard), *rest, *dashboard["annotations"]["list"]]
    assert {a["datasource"]["uid"] for a in asking} == {f"${first['name']}"}


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


def test_every_variable_that_is_used_is_defined(dashboard: dict[str, Any]) -> None:
    used = set(re.findall(r"\$\{?(\w+)", json.dumps(dashboard["panels"])))
    defined = {v["name"] for v in dashboard["templating"]["list"]}
    assert used - BUILT_IN == defined
    assert defined - {"datasource"} == WANTED[dashboard["uid"].removeprefix("tocsin-")]


def test_dashboards_lead_to_each_other(dashboards: dict[str, Any]) -> None:
    uids = {one["uid"] for one in dashboards.values()}
    assert len(uids) == len(WANTED)
    for one in dashboards.values():
        assert {link["url"].removeprefix("/d/") for link in one["links"]} == uids - {one["uid"]}
        assert all(link["keepTime"] for link in one["links"])


def test_links_in_panels_lead_to_a_dashboard_with_the_variable_that_they_set(
    dashboards: dict[str, Any],
) -> None:
    defined = {
        one["uid"]: {v["name"] for v in one["templating"]["list"]} for one in dashboards.values()
    }
    urls = {
        link["url"]
        for one in dashboards.values()
        for panel in shown(one)
        for link in panel["fieldConfig"]["defaults"].get("links", ())
    }
    assert urls
    for url in urls:
        parts = re.match(r"/d/([\w-]+)\?var-(\w+)=", url)
        assert parts is not None
        assert parts[2] in defined[parts[1]]


def test_alerts_and_new_versions_are_marked_in_every_dashboard(dashboard: dict[str, Any]) -> None:
    asked = [one["target"]["expr"] for one in dashboard["annotations"]["list"]]
    for metric in ("ALERTS", "tocsin_alerts_total", "tocsin_build_info"):
        assert any(metric in expr for expr in asked), metric
    assert all(one["enable"] for one in dashboard["annotations"]["list"])


def test_the_live_dashboards_do_not_offer_the_replays_job(
    dashboard: dict[str, Any], scrape: dict[str, Any]
) -> None:
    (job,) = [v for v in dashboard["templating"]["list"] if v["name"] == "job"]
    names = {one["job_name"] for one in scrape["scrape_configs"]}
    assert {"tocsin", "tocsin-replay"} <= names
    if "replay" in WANTED[dashboard["uid"].removeprefix("tocsin-")]:
        assert "tocsin_replay_" in job["query"]["query"]
        return
    if "feed" in WANTED[dashboard["uid"].removeprefix("tocsin-")]:
        assert "tocsin_feed_" in job["query"]["query"]
        return
    offered = {name for name in names if re.search(job["regex"].strip("/"), name)}
    assert job["current"]["value"] == ["tocsin"]
    assert "tocsin" in offered
    assert "tocsin-replay" not in offered


def test_the_files_are_what_the_program_writes(root: Path) -> None:
    folder = root / "deploy/grafana/dashboards"
    written = {f"{one.name}.json": text_of(one) for one in DASHBOARDS}
    for name, text in written.items():
        how = "run `make dashboards`"
        assert (folder / name).read_text(encoding="utf-8") == text, how
    assert {path.name for path in folder.glob("*.json")} == set(written)


def test_the_files_are_such_that_a_person_can_review_them(root: Path) -> None:
    for path in (root / "deploy/grafana/dashboards").glob("*.json"):
        lines = path.read_text().splitlines()
        longest = max(lines, key=len)
        # One long expression on a line of its own is easier to read than a broken one.
        assert len(longest) < 900, longest
        assert len(lines) > 100
