"""Every expression of the dashboards, parsed and held to the catalogue of metrics."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from expressions import (
    TARGET_LABELS,
    Series,
    aggregations,
    exposed,
    labels_of,
    parse,
    quantity,
    uses,
)

RATES = frozenset({"rate", "increase"})
UNITS = {
    "count": {"short", "none"},
    "count/s": {"cps"},
    "count/min": {"cpm"},
    "s": {"s"},
    "ms since 1970": {"dateTimeAsIso"},
    "bytes": {"bytes"},
    "share": {"percentunit", "short"},
    "ratio": {"short"},
    "polarity": {"short"},
}


@pytest.fixture(scope="module")
def series() -> Mapping[str, Series]:
    """Give all that a worker exposes."""
    return exposed()


def test_the_parser_refuses_what_prometheus_would() -> None:
    with pytest.raises(ValueError, match="expected"):
        parse("rate(tocsin_alerts_total)")


def test_every_metric_and_every_label_matched_is_exposed(
    question: Any, series: Mapping[str, Series]
) -> None:
    found = list(uses(parse(question.expr)))
    assert found
    for use in found:
        assert use.name in series
        assert use.matchers.keys() <= series[use.name].labels | TARGET_LABELS, use


def test_counters_are_read_as_rates_and_gauges_as_they_are(
    question: Any, series: Mapping[str, Series]
) -> None:
    for use in uses(parse(question.expr)):
        rated = series[use.name].kind in {"counter", "bucket", "histogram"}
        assert (use.function in RATES) == rated, use


def test_what_is_grouped_by_is_a_label(question: Any, series: Mapping[str, Series]) -> None:
    for aggregation in aggregations(parse(question.expr)):
        by = frozenset(aggregation.modifier.labels if aggregation.modifier else ())
        assert by <= labels_of(aggregation.expr, series), by


def test_quantiles_keep_the_buckets_apart(question: Any, series: Mapping[str, Series]) -> None:
    tree = parse(question.expr)
    bucketed = any(series[u.name].kind == "bucket" for u in uses(tree))
    grouped = any(a.modifier and "le" in a.modifier.labels for a in aggregations(tree))
    assert bucketed == grouped == ("histogram_quantile(" in question.expr)


def test_legends_name_labels_that_the_answer_has(
    question: Any, series: Mapping[str, Series]
) -> None:
    named = frozenset(re.findall(r"\{\{(\w+)\}\}", question.legend))
    has = labels_of(parse(question.expr), series)
    assert named <= has
    # And all of them, or two lines would bear one name. A table shows the labels themselves.
    if question.kind not in {"table", "annotation"}:
        assert has - TARGET_LABELS <= named


def test_the_unit_is_what_the_expression_measures(target: Any) -> None:
    if target.kind != "table":
        unit = target.panel["fieldConfig"]["defaults"]["unit"]
        assert unit in UNITS[quantity(parse(target.expr))]


def test_lists_of_values_for_a_variable_come_from_a_metric_with_that_label(
    dashboard: dict[str, Any], series: Mapping[str, Series]
) -> None:
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "datasource":
            continue
        asked = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"]["query"])
        assert asked is not None
        (use,) = uses(parse(asked[1]))
        assert asked[2] == variable["name"]
        assert asked[2] in series[use.name].labels | TARGET_LABELS
