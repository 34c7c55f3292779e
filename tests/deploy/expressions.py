"""PromQL expressions as the tests of the dashboards look at them: parsed, and walked.

Owns what an expression selects, groups by and measures. Must not know any dashboard.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import promql_parser as promql

from streams.service.metrics import CATALOGUE, Metrics

# What Prometheus adds to everything that it scrapes.
TARGET_LABELS = frozenset({"job", "instance"})
# What Grafana fills in; every value is one that it could be.
FILLED_IN = {
    "$__rate_interval": "20s",
    "$__interval": "15s",
    "$__range": "1h",
    **dict.fromkeys(("$job", "$instance", "$leader", "$country", "$replay", "$feed"), ".+"),
}


@dataclass(frozen=True, slots=True)
class Series:
    """What one name under which samples are exposed is: its kind, and its labels."""

    kind: str
    labels: frozenset[str]


@dataclass(frozen=True, slots=True)
class Use:
    """A selector as it stands in an expression, inside the call of a function or not.

    `matchers` maps a label to its operator and value; `range_seconds` is 0 for an instant.
    """

    name: str
    matchers: Mapping[str, tuple[str, str]]
    functions: tuple[str, ...]
    range_seconds: float

    @property
    def function(self) -> str:
        """The innermost function, or nothing."""
        return self.functions[-1] if self.functions else ""


def exposed() -> Mapping[str, Series]:
    """Give all that a worker exposes, and what Prometheus says of its own alerts."""
    series: dict[str, Series] = {
        "ALERTS": Series("gauge", frozenset({"alertname", "alertstate", "severity"}))
    }
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


def fill_in(expr: str, values: Mapping[str, str] = FILLED_IN) -> str:
    """Put values for Grafana's variables into an expression."""
    for variable in sorted(values, key=len, reverse=True):
        expr = expr.replace(variable, values[variable])
    return expr


def parse(expr: str) -> Any:
    """Parse an expression as Grafana sends it.

    Raises:
        ValueError: it is none.
    """
    return promql.parse(fill_in(expr))


def children(node: Any) -> list[Any]:
    """List the expressions that stand directly in this one."""
    found: list[Any]
    match node:
        case promql.Call():
            found = list(node.args)
        case promql.BinaryExpr():
            found = [node.lhs, node.rhs]
        case promql.AggregateExpr() if node.param is not None:
            found = [node.param, node.expr]
        case promql.AggregateExpr() | promql.ParenExpr() | promql.UnaryExpr():
            found = [node.expr]
        case promql.SubqueryExpr():
            found = [node.expr]
        case promql.MatrixSelector():
            found = [node.vector_selector]
        case _:
            found = []
    return found


def walk(node: Any) -> Iterator[Any]:
    """Give an expression and all that stands in it."""
    yield node
    for child in children(node):
        yield from walk(child)


def uses(node: Any, functions: tuple[str, ...] = (), seconds: float = 0.0) -> Iterator[Use]:
    """Walk an expression and give its selectors."""
    match node:
        case promql.VectorSelector():
            matchers = {m.name: (str(m.op), m.value) for m in node.matchers.matchers}
            yield Use(node.name, matchers, functions, seconds)
        case promql.MatrixSelector():
            seconds = node.range.total_seconds()
        case promql.Call():
            functions = (*functions, node.func.name)
    for child in children(node):
        yield from uses(child, functions, seconds)


def aggregations(node: Any) -> Iterator[Any]:
    """Walk an expression and give its aggregations."""
    return (one for one in walk(node) if isinstance(one, promql.AggregateExpr))


def labels_of(node: Any, series: Mapping[str, Series]) -> frozenset[str]:
    """Reckon which labels the answer to an expression has."""
    found: frozenset[str]
    match node:
        case promql.VectorSelector():
            found = series[node.name].labels | TARGET_LABELS
        case promql.AggregateExpr() if str(node.op) in {"topk", "bottomk"}:
            found = labels_of(node.expr, series)
        case promql.AggregateExpr():
            found = frozenset(node.modifier.labels if node.modifier else ())
        case promql.Call() if node.func.name == "histogram_quantile":
            found = labels_of(node.args[1], series) - {"le"}
        case promql.Call() if not node.args:
            found = frozenset()
        case promql.BinaryExpr():
            left = labels_of(node.lhs, series)
            # A number or time() has none, and takes those of the other side.
            found = left or (labels_of(node.rhs, series) if is_arithmetic(node) else left)
        case promql.NumberLiteral():
            found = frozenset()
        case _:
            found = labels_of(children(node)[0], series)
    return found


def is_arithmetic(node: Any) -> bool:
    """Say whether an operation reckons, and does not choose."""
    return str(node.op) not in {"and", "or", "unless"}


def quantity(node: Any) -> str:
    """Reckon what an expression measures, from the units in the names of its metrics."""
    found: str
    match node:
        case promql.VectorSelector() if "polarity" in node.name:
            found = "polarity"
        case promql.VectorSelector():
            stem = re.sub(r"_(total|bucket|sum)$", "", node.name)
            found = {"seconds": "s", "bytes": "bytes"}.get(stem.rsplit("_", 1)[-1], "count")
        case promql.NumberLiteral():
            found = f"number {node.val:g}"
        case promql.Call():
            found = _quantity_of_call(node)
        case promql.AggregateExpr() if str(node.op) == "count":
            found = "count"
        case promql.AggregateExpr():
            found = quantity(node.expr)
        case promql.BinaryExpr() if not is_arithmetic(node):
            found = quantity(node.lhs)
        case promql.BinaryExpr():
            found = _quantity_of_two(node)
        case _:
            found = quantity(children(node)[0])
    return found


def _quantity_of_call(node: Any) -> str:
    """Reckon what a function gives; a KeyError is a rate without sense."""
    match node.func.name:
        case "rate" | "deriv":
            rates = {"count": "count/s", "polarity": "polarity/s", "s": "share"}
            return rates[quantity(node.args[0])]
        case "histogram_quantile":
            return quantity(node.args[1].expr.args[0])
        case "time":
            return "s"
        case _:
            return quantity(node.args[0])


def _quantity_of_two(node: Any) -> str:
    """Reckon what two expressions measure together; a KeyError is a combination without sense."""
    operator, left, right = str(node.op), quantity(node.lhs), quantity(node.rhs)
    if operator == "/":
        # A mean divides a histogram's sum by its count.
        if any(use.name.endswith("_sum") for use in uses(node)):
            return {("count/s", "count/s"): "ratio"}[left, right]
        return {
            ("count/s", "count/s"): "share",
            ("count", "count"): "share",
            ("count", "count/s"): "s",
            ("polarity/s", "count/s"): "ratio",
            ("polarity", "count"): "ratio",
        }[left, right]
    if operator == "*":
        return {
            ("number 60", "count/s"): "count/min",
            # A state, weighed against another.
            ("number 2", "count"): "count",
            ("number 1000", "s"): "ms since 1970",
        }[left, right]
    return {(left, left): left, (left, "number 0"): left}[left, right]
