"""The rules of Grafana's dashboard-linter, by the linter's names, and that each finds its fault.

The exceptions are those of `deploy/grafana/dashboards/.lint`, in the linter's own form. The legend
rule is ours: the linter has none that is in force.
"""

import copy
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from expressions import FILLED_IN, fill_in, parse, uses

from streams.service.metrics import CATALOGUE

Dashboard = dict[str, Any]
Rule = Callable[[Dashboard], Iterator[str]]

SOURCES = {"$datasource", "${datasource}"}
# Of Grafana's units those that we use; a new one is looked up in its list first.
UNITS = {"short", "none", "cps", "cpm", "s", "bytes", "percentunit", "dateTimeAsIso"}
HISTOGRAMS = tuple(f"{m.name}_bucket" for m in CATALOGUE if m.kind == "histogram")


def panels(dashboard: Dashboard) -> Iterator[dict[str, Any]]:
    return (one for one in dashboard["panels"] if one["type"] != "row")


def queries(dashboard: Dashboard) -> Iterator[tuple[str, str]]:
    """Give every panel's title with each of its expressions."""
    for panel in panels(dashboard):
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"]


def parsed(dashboard: Dashboard) -> Iterator[tuple[str, Any]]:
    """Give those that can be parsed; that the others cannot is a rule of its own."""
    for title, expr in queries(dashboard):
        try:
            yield title, parse(expr)
        except ValueError:
            continue


def variables(dashboard: Dashboard, kind: str) -> list[dict[str, Any]]:
    return [one for one in dashboard["templating"]["list"] if one["type"] == kind]


def template_datasource(dashboard: Dashboard) -> Iterator[str]:
    found = [
        (one["name"], one["label"], one["query"]) for one in variables(dashboard, "datasource")
    ]
    if found != [("datasource", "Data source", "prometheus")]:
        yield "variables"


def template_target(name: str) -> Rule:
    def rule(dashboard: Dashboard) -> Iterator[str]:
        found = [one for one in variables(dashboard, "query") if one["name"] == name]
        if [
            (one["label"], one["multi"], one["allValue"], one["datasource"]["uid"] in SOURCES)
            for one in found
        ] != [(name.title(), True, ".+", True)]:
            yield name

    return rule


def template_label_promql(dashboard: Dashboard) -> Iterator[str]:
    for one in variables(dashboard, "query"):
        asked = re.fullmatch(r"label_values\((.+), \w+\)", one["query"]["query"])
        try:
            parse(asked[1] if asked else "")
        except ValueError:
            yield one["name"]


def template_reload(dashboard: Dashboard) -> Iterator[str]:
    yield from (one["name"] for one in variables(dashboard, "query") if one["refresh"] != 2)


def uneditable(dashboard: Dashboard) -> Iterator[str]:
    if dashboard["editable"] is not False:
        yield "editable"


def panel_datasource(dashboard: Dashboard) -> Iterator[str]:
    yield from (p["title"] for p in panels(dashboard) if p["datasource"]["uid"] not in SOURCES)


def panel_title_description(dashboard: Dashboard) -> Iterator[str]:
    yield from (p["title"] for p in panels(dashboard) if not (p["title"] and p["description"]))


def panel_units(dashboard: Dashboard) -> Iterator[str]:
    for panel in panels(dashboard):
        if panel["fieldConfig"]["defaults"].get("unit") not in UNITS:
            yield panel["title"]


def panel_no_targets(dashboard: Dashboard) -> Iterator[str]:
    yield from (p["title"] for p in panels(dashboard) if not p.get("targets"))


def target_promql(dashboard: Dashboard) -> Iterator[str]:
    for title, expr in queries(dashboard):
        try:
            parse(expr)
        except ValueError:
            yield title


def target_rate_interval(dashboard: Dashboard) -> Iterator[str]:
    # A length that nobody would write, so that what was written by hand is found.
    filled = FILLED_IN | {"$__rate_interval": "211s"}
    for title, expr in queries(dashboard):
        try:
            found = list(uses(parse(fill_in(expr, filled))))
        except ValueError:
            continue
        for use in found:
            if use.function in {"rate", "irate", "deriv"} and use.range_seconds != 211:
                yield title


def target_matcher(label: str) -> Rule:
    wanted = f'{label}=~"${label}"'

    def rule(dashboard: Dashboard) -> Iterator[str]:
        for title, expr in queries(dashboard):
            selectors = re.findall(r"\b(?:tocsin_\w+|process_\w+|ALERTS)(?:\{([^}]*)\})?", expr)
            if not selectors or any(wanted not in one for one in selectors):
                yield title

    return rule


def target_counter_agg(dashboard: Dashboard) -> Iterator[str]:
    for title, tree in parsed(dashboard):
        for use in uses(tree):
            rated = use.function in {"rate", "irate", "increase"} and use.range_seconds
            if use.name.endswith("_total") and not rated:
                yield title


def target_histogram(dashboard: Dashboard) -> Iterator[str]:
    for title, tree in parsed(dashboard):
        for use in uses(tree):
            if use.name in HISTOGRAMS and "histogram_quantile" not in use.functions:
                yield title


def legend(dashboard: Dashboard) -> Iterator[str]:
    for panel in panels(dashboard):
        legends = [one["legendFormat"] for one in panel.get("targets", ())]
        # A table has a column for each label instead.
        if panel["type"] != "table" and (not all(legends) or len(set(legends)) < len(legends)):
            yield panel["title"]


RULES: Mapping[str, Rule] = {
    "template-datasource-rule": template_datasource,
    "template-job-rule": template_target("job"),
    "template-instance-rule": template_target("instance"),
    "template-label-promql-rule": template_label_promql,
    "template-on-time-change-reload-rule": template_reload,
    "uneditable-dashboard-rule": uneditable,
    "panel-datasource-rule": panel_datasource,
    "panel-title-description-rule": panel_title_description,
    "panel-units-rule": panel_units,
    "panel-no-targets-rule": panel_no_targets,
    "target-promql-rule": target_promql,
    "target-rate-interval-rule": target_rate_interval,
    "target-job-rule": target_matcher("job"),
    "target-instance-rule": target_matcher("instance"),
    "target-counter-agg-rule": target_counter_agg,
    "target-histogram-rule": target_histogram,
    "legend": legend,
}
# What breaks each rule: where in a dashboard, and what stands there then.
COUNTER = 'tocsin_alerts_total{job=~"$job", instance=~"$instance"}'
BUCKET = 'tocsin_article_latency_seconds_bucket{job=~"$job", instance=~"$instance"}'
SOURCE, JOB, INSTANCE = (("templating", "list", n) for n in range(3))
PANEL = ("panels", 1)
TARGET = (*PANEL, "targets", 0)
FAULTS: tuple[tuple[str, tuple[Any, ...], Any], ...] = (
    ("template-datasource-rule", (*SOURCE, "name"), "source"),
    ("template-datasource-rule", (*SOURCE, "label"), "Source"),
    ("template-job-rule", (*JOB, "allValue"), ".*"),
    ("template-job-rule", (*JOB, "multi"), False),
    ("template-job-rule", (*JOB, "name"), "task"),
    ("template-instance-rule", (*INSTANCE, "label"), "instance"),
    ("template-instance-rule", (*INSTANCE, "datasource", "uid"), "prometheus"),
    ("template-label-promql-rule", (*JOB, "query", "query"), "label_values(tocsin_ready{, job)"),
    ("template-label-promql-rule", (*JOB, "query", "query"), "tocsin_ready"),
    ("template-on-time-change-reload-rule", (*JOB, "refresh"), 1),
    ("uneditable-dashboard-rule", ("editable",), True),
    ("panel-datasource-rule", (*PANEL, "datasource", "uid"), "prometheus"),
    ("panel-title-description-rule", (*PANEL, "title"), ""),
    ("panel-title-description-rule", (*PANEL, "description"), ""),
    ("panel-units-rule", (*PANEL, "fieldConfig", "defaults", "unit"), "workers"),
    ("panel-no-targets-rule", (*PANEL, "targets"), []),
    ("target-promql-rule", (*TARGET, "expr"), f"sum(rate({COUNTER}))"),
    ("target-rate-interval-rule", (*TARGET, "expr"), f"sum(rate({COUNTER}[5m]))"),
    ("target-job-rule", (*TARGET, "expr"), 'sum(tocsin_ready{instance=~"$instance"})'),
    ("target-job-rule", (*TARGET, "expr"), "sum(tocsin_ready)"),
    ("target-instance-rule", (*TARGET, "expr"), 'sum(tocsin_ready{job=~"$job"})'),
    ("target-instance-rule", (*TARGET, "expr"), 'sum(tocsin_ready{job=~"$job", instance="a"})'),
    ("target-counter-agg-rule", (*TARGET, "expr"), f"sum({COUNTER})"),
    ("target-counter-agg-rule", (*TARGET, "expr"), f"sum(deriv({COUNTER}[$__rate_interval]))"),
    ("target-histogram-rule", (*TARGET, "expr"), f"sum(rate({BUCKET}[$__rate_interval]))"),
    ("legend", (*TARGET, "legendFormat"), ""),
)


def test_the_rules_hold(dashboard: Dashboard, excluded: Mapping[str, set[str]]) -> None:
    for name, rule in RULES.items():
        assert set(rule(dashboard)) - excluded.get(name, set()) == set(), name


@pytest.fixture
def excluded(root: Path, dashboard: Dashboard) -> Mapping[str, set[str]]:
    """Read which panels are excused from which rule."""
    read = yaml.safe_load((root / "deploy/grafana/dashboards/.lint").read_text())
    return {
        rule: {e["panel"] for e in said["entries"] if e["dashboard"] == dashboard["title"]}
        for rule, said in read["exclusions"].items()
    }


def test_exceptions_have_a_reason_and_are_needed(
    root: Path, dashboard: Dashboard, excluded: Mapping[str, set[str]]
) -> None:
    read = yaml.safe_load((root / "deploy/grafana/dashboards/.lint").read_text())
    assert all(said["reason"] for said in read["exclusions"].values())
    for rule, titles in excluded.items():
        assert titles <= set(RULES[rule](dashboard)), rule


@pytest.mark.parametrize(("rule", "where", "value"), FAULTS)
def test_a_rule_finds_its_fault(
    overview: Dashboard, rule: str, where: tuple[Any, ...], value: Any
) -> None:
    broken = copy.deepcopy(overview)
    spot: Any = broken
    for key in where[:-1]:
        spot = spot[key]
    spot[where[-1]] = value
    assert len(list(RULES[rule](broken))) > len(list(RULES[rule](overview)))


def test_every_rule_was_shown_a_fault() -> None:
    assert {rule for rule, _, _ in FAULTS} == set(RULES)
