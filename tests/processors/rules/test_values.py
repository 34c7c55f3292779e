"""When a severity is reached, whom a rule is about, and what no step reaches."""

import pytest
from msgspec.structs import replace

from processors.rules import Rules
from processors.rules.condition.facts import Facts, facts_of
from processors.watch import KINDS, load_rules, read_rules
from tools.contracts import examples


def facts(status: str = "in_office") -> Facts:
    return facts_of(replace(examples.mention(), status=status))


@pytest.mark.parametrize(
    ("kind", "measured", "severity"),
    [
        ("sentiment", 0.8, "high"),
        ("sentiment", 0.799, "medium"),
        ("sentiment", 0.5, "low"),
        ("sentiment", 0.499, None),
        ("surge", 0.0, "high"),
        ("surge", 1e-8, "high"),
        ("surge", 1e-7, "medium"),
        ("surge", 1e-4, "low"),
        ("surge", 0.01, None),
        ("breaking", 4, "low"),
        ("breaking", 3, None),
        ("encounter", 0, "low"),
    ],
)
def test_the_first_step_that_is_reached_gives_the_severity(
    kind: str, measured: float, severity: str | None
) -> None:
    (rule,) = read_rules(f"[[rule]]\nid = 'r'\nversion = 1\nkind = '{kind}'", "my.toml").rules
    assert rule.severity(measured, facts()) == severity


def test_a_step_may_have_a_condition_of_its_own() -> None:
    (rule,) = load_rules().of_kind("encounter")
    assert rule.severity(1.0, facts("in_office")) == "medium"
    assert rule.severity(1.0, facts("former")) == "low"


@pytest.mark.parametrize(
    ("kind", "threshold"),
    [("sentiment", 0.5), ("surge", 1e-4), ("breaking", 4.0), ("encounter", None)],
)
def test_the_threshold_is_the_weakest_limit(kind: str, threshold: float | None) -> None:
    (rule,) = read_rules(f"[[rule]]\nid = 'r'\nversion = 1\nkind = '{kind}'", "my.toml").rules
    assert rule.threshold == threshold


@pytest.mark.parametrize(
    ("body", "covered"),
    [
        ("", True),
        ("leaders = { include = ['Q15031'] }", True),
        ("leaders = { include = ['Q7747'] }", False),
        ("leaders = { exclude = ['Q15031'] }", False),
        ("countries = { include = ['CN'] }", True),
        ("countries = { exclude = ['CN'] }", False),
        ("when = 'relevance > 90'", True),
        ("when = 'relevance > 99'", False),
        ("countries = { include = ['CN'] }\nwhen = 'relevance > 99'", False),
    ],
)
def test_a_rule_covers_a_mention_if_scope_and_condition_hold(body: str, *, covered: bool) -> None:
    text = f"[[rule]]\nid = 'r'\nversion = 1\nkind = 'sentiment'\n{body}"
    (rule,) = read_rules(text, "my.toml").rules
    assert rule.covers(facts()) == covered


def test_the_defaults_of_a_kind_name_the_gravest_step_first() -> None:
    for kind in (one.rule for one in KINDS.values()):
        limits = [limit for limit, _ in kind.severities if limit is not None]
        assert limits == sorted(limits, reverse=not (kind.limit and kind.limit.smaller_is_stronger))


def test_the_defaults_of_a_kind_are_its_built_in_rules() -> None:
    for rule in load_rules():
        kind = rule.rule_kind
        assert rule.cooldown_seconds == kind.cooldown_seconds
        assert rule.parameters == kind.parameters()
        if all(step.when is None for step in rule.severities):
            assert [(step.limit, step.severity) for step in rule.severities] == list(
                kind.severities
            )


def test_no_rules_are_none() -> None:
    assert list(Rules()) == []
    assert Rules().named("encounter") is None
