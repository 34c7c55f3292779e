"""Every expression of the dashboards, parsed and held to the catalogue of metrics."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import promql_parser as promql
import pytest

from streams.metrics import CATALOGUE, Metrics

# What Prometheus adds to everything that it scrapes.
TARGET_LABELS = frozenset({"job", "instance"})
RATES = frozenset({"rate", "increase"})
# What Grafana fills in; every value is one that it could be.
FILLED_IN = {"$__rate_interval": "20s", "$__range": "1h", "$job": ".*", "$instance": ".*"}
UNITS = {
    "count": {"short", "none"},
    "count/s": {"cps"},
    "count/min": {"cpm"},
    "s": {"s"},
    "bytes": {"bytes"},
    "share": {"percentunit"},
    "ratio": {"short"},
}


@dataclass(frozen=True, slots=True)
class Series:
    """What one name under which samples are exposed is: its kind, and its labels."""

    kind: str
    labels: frozenset[str]


@dataclass(frozen=True, slots=True)
class Use:
    """A selector as it stands in an expression, inside the call of a function or not."""

    name: str
    matched: frozenset[str]
    function: str


@pytest.fixture(scope="module")
def exposed() -> Mapping[str, Series]:
    """Give all that a worker exposes: the catalogue, and what the process says of itself."""
    series: dict[str, Series] = {}
    for metric in CATALOGUE:
        labels = frozenset(metric.labels)
        if metric.kind == "histogram":
            series[f"{metric.name}_bucket"] = Series("bucket", labels | {"le"})
            series[f"{metric.name}_sum"] = Series("counter", labels)
            series[f"{metric.name}_count"] = Series("counter", labels)
        else:
            series[metric.name] = Series(metric.kind, labels)
    for family in Metrics(process=True).registry.collect():
        for sample in family.samples:
            found = Series(family.type, frozenset(sample.labels))
            series.setdefault(sample.name, found)
    return series


def parse(expr: str) -> Any:
    """Parse an expression as Grafana sends it."""
    for variable, value in FILLED_IN.items():
        expr = expr.replace(variable, value)
    return promql.parse(expr)


def children(node: Any) -> list[Any]:
    """List the expressions that stand directly in this one."""
    match node:
        case promql.Call():
            return list(node.args)
        case promql.BinaryExpr():
            return [node.lhs, node.rhs]
        case promql.AggregateExpr() | promql.ParenExpr() | promql.UnaryExpr():
            return [node.expr]
        case promql.SubqueryExpr():
            return [node.expr]
        case promql.MatrixSelector():
            return [node.vector_selector]
        case _:
            return []


def uses(node: Any, function: str = "") -> Iterator[Use]:
    """Walk an expression and give its selectors."""
    if isinstance(node, promql.VectorSelector):
        yield Use(node.name, frozenset(m.name for m in node.matchers.matchers), function)
    inner = node.func.name if isinstance(node, promql.Call) else function
    for child in children(node):
        yield from uses(child, inner)


def aggregations(node: Any) -> Iterator[Any]:
    """Walk an expression and give its aggregations."""
    if isinstance(node, promql.AggregateExpr):
        yield node
    for child in children(node):
        yield from aggregations(child)


def labels_of(node: Any, exposed: Mapping[str, Series]) -> frozenset[str]:
    """Reckon which labels the answer to an expression has."""
    match node:
        case promql.VectorSelector():
            return exposed[node.name].labels | TARGET_LABELS
        case promql.AggregateExpr() if str(node.op) in {"topk", "bottomk"}:
            return labels_of(node.expr, exposed)
        case promql.AggregateExpr():
            return frozenset(node.modifier.labels if node.modifier else ())
        case promql.Call() if node.func.name == "histogram_quantile":
            return labels_of(node.args[1], exposed) - {"le"}
        case promql.BinaryExpr() if isinstance(strip(node.lhs), promql.NumberLiteral | promql.Call):
            return labels_of(node.rhs, exposed) | labels_of(node.lhs, exposed)
        case _:
            inner = children(node)
            return labels_of(inner[0], exposed) if inner else frozenset()


def strip(node: Any) -> Any:
    """Take the parentheses off."""
    return strip(node.expr) if isinstance(node, promql.ParenExpr) else node


def quantity(node: Any) -> str:
    """Reckon what an expression measures, from the units in the names of its metrics."""
    match node:
        case promql.VectorSelector():
            stem = re.sub(r"_(total|bucket|sum)$", "", node.name)
            return {"seconds": "s", "bytes": "bytes"}.get(stem.rsplit("_", 1)[-1], "count")
        case promql.NumberLiteral():
            return f"number {node.val:g}"
        case promql.Call():
            return quantity_of_call(node)
        case promql.BinaryExpr():
            return quantity_of_two(str(node.op), quantity(node.lhs), quantity(node.rhs), node)
        case _:
            return quantity(children(node)[0])


def quantity_of_call(node: Any) -> str:
    """Reckon what a function gives; a KeyError is a rate without sense."""
    match node.func.name:
        case "rate":
            return {"count": "count/s", "s": "share"}[quantity(node.args[0])]
        case "histogram_quantile":
            return quantity(node.args[1].expr.args[0])
        case "time":
            return "s"
        case _:
            return quantity(node.args[0])


def quantity_of_two(operator: str, left: str, right: str, node: Any) -> str:
    """Reckon what two expressions measure together; a KeyError is a combination without sense."""
    if operator == "/":
        names = {u.name for u in uses(node)}
        # A mean divides a histogram's sum by its count; anything else here is a part of a whole.
        mean = any(name.endswith("_sum") for name in names)
        return {("count/s", "count/s"): "ratio" if mean else "share"}[left, right]
    if operator == "*":
        return {"number 60": {"count/s": "count/min"}, "number 0": {"count/s": "count/s"}}[left][
            right
        ]
    if operator == ">":
        return {"number 0": left}[right]
    return {(left, left): left, (left, "number 0"): left}[left, right]


def test_the_parser_refuses_what_prometheus_would() -> None:
    with pytest.raises(ValueError, match="expected"):
        parse("rate(tocsin_alerts_total)")


def test_every_metric_and_every_label_matched_is_exposed(
    target: Any, exposed: Mapping[str, Series]
) -> None:
    found = list(uses(parse(target.expr)))
    assert found
    for use in found:
        assert use.name in exposed
        assert use.matched <= exposed[use.name].labels | TARGET_LABELS, use


def test_the_variables_narrow_every_selector(target: Any) -> None:
    for use in uses(parse(target.expr)):
        assert use.matched >= TARGET_LABELS, use
    assert target.expr.count('job=~"$job", instance=~"$instance"') == len(
        list(uses(parse(target.expr)))
    )


def test_counters_are_read_as_rates_and_gauges_as_they_are(
    target: Any, exposed: Mapping[str, Series]
) -> None:
    for use in uses(parse(target.expr)):
        rated = exposed[use.name].kind in {"counter", "bucket", "histogram"}
        assert (use.function in RATES) == rated, use


def test_what_is_grouped_by_is_a_label(target: Any, exposed: Mapping[str, Series]) -> None:
    for aggregation in aggregations(parse(target.expr)):
        by = frozenset(aggregation.modifier.labels if aggregation.modifier else ())
        assert by <= labels_of(aggregation.expr, exposed), by


def test_quantiles_keep_the_buckets_apart(target: Any, exposed: Mapping[str, Series]) -> None:
    tree = parse(target.expr)
    bucketed = any(exposed[u.name].kind == "bucket" for u in uses(tree))
    grouped = any(a.modifier and "le" in a.modifier.labels for a in aggregations(tree))
    assert bucketed == grouped == ("histogram_quantile(" in target.expr)


def test_legends_name_labels_that_the_answer_has(
    target: Any, exposed: Mapping[str, Series]
) -> None:
    named = frozenset(re.findall(r"\{\{(\w+)\}\}", target.legend))
    has = labels_of(parse(target.expr), exposed)
    assert named <= has
    # And all of them, or two lines would bear one name. A table shows the labels themselves.
    if target.panel["type"] != "table":
        assert has - TARGET_LABELS <= named


def test_the_unit_is_what_the_expression_measures(target: Any) -> None:
    if target.panel["type"] != "table":
        unit = target.panel["fieldConfig"]["defaults"]["unit"]
        assert unit in UNITS[quantity(parse(target.expr))]


def test_lists_of_values_for_a_variable_come_from_a_metric_with_that_label(
    dashboard: dict[str, Any], exposed: Mapping[str, Series]
) -> None:
    for variable in dashboard["templating"]["list"]:
        asked = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"]["query"])
        assert asked is not None
        (use,) = uses(parse(asked[1]))
        assert asked[2] == variable["name"]
        assert asked[2] in exposed[use.name].labels | TARGET_LABELS
