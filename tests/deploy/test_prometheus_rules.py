"""The rules of deploy/prometheus: true to the code, tested by promtool, and each with a runbook."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import promql_parser as promql
import pytest
import yaml

from streams.service.metrics import CATALOGUE, CanaryMetrics, Metrics

ROOT = Path(__file__).parents[2]
RULES = sorted((ROOT / "deploy/prometheus/rules").glob("*.yml"))
TESTS = sorted((Path(__file__).parent / "rules").glob("*.yml"))
# What Prometheus itself gives to everything that it scrapes.
TARGET = frozenset({"job", "instance"})
SEVERITIES = {"page", "ticket"}
LONGEST_SUMMARY = 120
RECORDED = re.compile(r"(?P<level>\w+):(?P<metric>\w+):(?P<operation>[a-z]+(_[a-z]+)?(\d+[mh])?)")


@dataclass(frozen=True, slots=True)
class Series:
    """What a name is: of which kind, with which labels, and with which values of `le`."""

    kind: str
    labels: frozenset[str]
    buckets: frozenset[str] = frozenset()


def groups() -> list[dict[str, Any]]:
    return [group for path in RULES for group in yaml.safe_load(path.read_text())["groups"]]


def rules(kind: str) -> dict[str, dict[str, Any]]:
    """Give the rules of a kind (`alert`, `record`) by name, in the order of the files."""
    found = [rule for group in groups() for rule in group["rules"] if kind in rule]
    named = {rule[kind]: rule for rule in found}
    assert len(named) == len(found)
    return named


ALERTS, RECORDS = rules("alert"), rules("record")
every_alert = pytest.mark.parametrize("name", ALERTS)
every_rule = pytest.mark.parametrize("name", [*ALERTS, *RECORDS])


def expr(name: str) -> str:
    return str((ALERTS.get(name) or RECORDS[name])["expr"])


@cache
def exposed() -> Mapping[str, Series]:
    """Give all that our processes expose, and what Prometheus adds."""
    series = {"up": Series("gauge", TARGET)}
    for metric in CATALOGUE:
        labels = frozenset(metric.labels) | TARGET
        if metric.kind == "histogram":
            buckets = frozenset([*(str(float(one)) for one in metric.buckets), "+Inf"])
            series[f"{metric.name}_bucket"] = Series("counter", labels | {"le"}, buckets)
            series[f"{metric.name}_sum"] = series[f"{metric.name}_count"] = Series(
                "counter", labels
            )
        else:
            series[metric.name] = Series(metric.kind, labels)
    for registry in (Metrics(process=True).registry, CanaryMetrics(process=True).registry):
        for family in registry.collect():
            for sample in family.samples:
                series.setdefault(
                    sample.name, Series(family.type, frozenset(sample.labels) | TARGET)
                )
    return series


@cache
def known() -> Mapping[str, Series]:
    """Give also what the rules record."""
    recorded = {}
    for name in RECORDS:
        level = name.split(":")[0]
        recorded[name] = Series("gauge", frozenset(level.split("_")))
    return exposed() | recorded


def children(node: Any) -> list[Any]:
    """List the expressions that stand directly in this one."""
    match node:
        case promql.Call():
            return list(node.args)
        case promql.BinaryExpr():
            return [node.lhs, node.rhs]
        case promql.MatrixSelector():
            return [node.vector_selector]
        case promql.VectorSelector() | promql.NumberLiteral():
            return []
        case _:
            return [node.expr]


def walk(node: Any, function: str = "") -> Iterator[tuple[Any, str]]:
    """Give every part of an expression, with the function that it stands in."""
    yield node, function
    inner = node.func.name if isinstance(node, promql.Call) else function
    for child in children(node):
        yield from walk(child, inner)


def selectors(text: str) -> list[tuple[Any, str]]:
    return [
        (node, function)
        for node, function in walk(promql.parse(text))
        if isinstance(node, promql.VectorSelector)
    ]


def labels_of(node: Any) -> frozenset[str]:
    """Reckon which labels the answer to an expression has."""
    match node:
        case promql.VectorSelector():
            return known()[node.name].labels
        case promql.AggregateExpr():
            return frozenset(node.modifier.labels)
        case promql.BinaryExpr():
            return labels_of(node.lhs) or labels_of(node.rhs)
        case promql.Call() if node.func.name == "absent":
            return frozenset()
        case _:
            # A number and time() have none.
            inner = children(node)
            return labels_of(inner[0]) if inner else frozenset()


def promtool(*arguments: str | Path) -> str:
    program = shutil.which("promtool")
    if program is None:
        message = "promtool is not installed (Debian: apt-get install prometheus)"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    done = subprocess.run(
        [program, *arguments], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@cache
def unit_tests() -> list[dict[str, Any]]:
    return [
        test | {"file": path.name}
        for path in TESTS
        for test in yaml.safe_load(path.read_text())["tests"]
    ]


# By promtool.


def test_the_rules_are_valid() -> None:
    said = promtool("check", "rules", "--lint=all", "--lint-fatal", *RULES)
    assert said.count("SUCCESS") == len(RULES)


def test_the_configuration_is_valid_and_names_every_file_of_rules() -> None:
    said = promtool("check", "config", ROOT / "deploy/prometheus/prometheus.yml")
    assert f"{len(RULES)} rule files found" in said


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name)
def test_the_rules_do_as_their_tests_say(path: Path) -> None:
    assert "SUCCESS" in promtool("test", "rules", path)


# What those tests cover.


@every_alert
def test_each_alert_is_tested_before_it_fires_while_it_does_and_after(name: str) -> None:
    courses = []
    for test in unit_tests():
        mine = [one for one in test.get("alert_rule_test", []) if one["alertname"] == name]
        mine.sort(key=lambda one: int(one["eval_time"].removesuffix("m")))
        courses.append("".join("!" if one["exp_alerts"] else "." for one in mine))
    assert any(re.search(r"\.!+\.", course) for course in courses), courses


@pytest.mark.parametrize("name", RECORDS)
def test_each_record_is_tested_with_a_value(name: str) -> None:
    assert [
        one
        for test in unit_tests()
        for one in test.get("promql_expr_test", [])
        if one["expr"] == name and one["exp_samples"]
    ]


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name)
def test_the_tests_name_every_group_records_first(path: Path) -> None:
    order = yaml.safe_load(path.read_text())["group_eval_order"]
    recording = [one["name"] for one in groups() if all("record" in rule for rule in one["rules"])]
    assert order[: len(recording)] == recording
    assert sorted(order) == sorted(one["name"] for one in groups())


def test_the_series_of_the_tests_are_such_as_are_exposed() -> None:
    for test in unit_tests():
        for one in test["input_series"]:
            ((selector, _),) = selectors(one["series"])
            assert selector.name in exposed(), one["series"]
            named = {matcher.name for matcher in selector.matchers.matchers}
            assert named == exposed()[selector.name].labels, one["series"]


# True to the code.


@every_rule
def test_every_metric_and_every_label_is_there(name: str) -> None:
    found = selectors(expr(name))
    assert found
    for selector, _ in found:
        assert selector.name in known(), selector.name
        series = known()[selector.name]
        for matcher in selector.matchers.matchers:
            assert matcher.name in series.labels, matcher.name
            if matcher.name == "le":
                assert matcher.value in series.buckets


@every_rule
def test_counters_are_read_as_rates_and_gauges_as_they_are(name: str) -> None:
    for selector, function in selectors(expr(name)):
        counts = known()[selector.name].kind == "counter"
        # `absent` asks for the series and not for its value.
        assert (function in {"rate", "increase"}) == (counts and function != "absent"), selector


@every_rule
def test_what_is_grouped_or_matched_by_is_a_label(name: str) -> None:
    for node, _ in walk(promql.parse(expr(name))):
        if isinstance(node, promql.AggregateExpr):
            assert frozenset(node.modifier.labels) <= labels_of(node.expr)
        if isinstance(node, promql.BinaryExpr) and node.modifier and node.modifier.matching:
            assert frozenset(node.modifier.matching.labels) <= labels_of(node.lhs)
            assert frozenset(node.modifier.matching.labels) <= labels_of(node.rhs)


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_is_named_by_its_level_its_metric_and_its_operation(name: str) -> None:
    named = RECORDED.fullmatch(name)
    assert named
    assert labels_of(promql.parse(expr(name))) == frozenset(named["level"].split("_"))
    # A window in the name is the one in the expression.
    window = re.search(r"\d+[mh]$", named["operation"])
    if window:
        assert f"[{window[0]}]" in expr(name)


@every_rule
def test_replays_are_left_out(name: str) -> None:
    for selector, _ in selectors(expr(name)):
        # A replay has no canary or feeds and forwards nothing, and what is recorded has left
        # replays out.
        metric = selector.name.replace("canary_articles", "")
        if ":" in metric or any(part in metric for part in ("canary_", "forward_", "feed_")):
            continue
        matchers = {(m.name, str(m.op), m.value) for m in selector.matchers.matchers}
        assert any(m[0] == "job" and m[2] == ".*replay.*" for m in matchers), selector.name


def test_the_jobs_of_the_configuration_are_found_by_the_rules(scrape: dict[str, Any]) -> None:
    jobs = {job["job_name"] for job in scrape["scrape_configs"]}
    assert {"tocsin", "tocsin-canary", "tocsin-forward", "tocsin-feeder"} <= jobs
    patterns = {
        matcher.value
        for name in ("TocsinTargetDown", "TocsinWorkerRestarting")
        for selector, _ in selectors(expr(name))
        for matcher in selector.matchers.matchers
        if matcher.name == "job" and "replay" not in matcher.value
    }
    assert patterns == {".*tocsin.*"}
    assert all(re.fullmatch(".*tocsin.*", job) for job in jobs)


# For people.


@every_alert
def test_an_alert_says_how_grave_it_is_what_it_is_and_what_to_do(name: str) -> None:
    rule = ALERTS[name]
    assert re.fullmatch(r"Tocsin[A-Z][A-Za-z]+", name)
    assert re.fullmatch(r"\d+m", rule["for"])
    assert rule["labels"].keys() == {"severity"}
    assert rule["labels"]["severity"] in SEVERITIES
    assert rule["annotations"].keys() == {"summary", "description", "runbook_url"}
    for text in (rule["annotations"]["summary"], rule["annotations"]["description"]):
        assert text.endswith(".")
        used = set(re.findall(r"\$labels\.(\w+)", text))
        assert used <= labels_of(promql.parse(expr(name)))
    assert len(re.sub(r"\{\{.*?\}\}", "", rule["annotations"]["summary"])) < LONGEST_SUMMARY


def sections() -> dict[str, str]:
    """Give the sections of the runbooks by their headings."""
    parts = re.split(
        r"^## (.+)$", (ROOT / "docs/operate/runbooks.md").read_text(), flags=re.MULTILINE
    )
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@every_alert
def test_its_runbook_is_there_and_complete(name: str) -> None:
    path, anchor = ALERTS[name]["annotations"]["runbook_url"].split("#")
    assert path == "docs/operate/runbooks.md"
    # A heading of one word is its own anchor, in lower case.
    assert anchor == name.lower()
    section = sections()[name]
    parts = ("Means", "Users see", "First look", "Causes", "Do", "Silence")
    starts = [section.find(f"**{part}") for part in parts]
    assert -1 not in starts
    assert starts == sorted(starts)
    look = section[starts[2] : starts[3]]
    assert "```sh\n" in look
    assert f"amtool silence add alertname={name} " in section[starts[5] :]
    assert "--comment=" in section[starts[5] :]


def test_every_section_is_of_an_alert() -> None:
    assert list(sections()) == list(ALERTS)
