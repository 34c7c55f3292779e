"""`tocsin rules`: files of rules shown, checked, tested and tried, without a broker."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from processors.rules.condition.facts import describe_facts
from processors.watch import load_rules
from streams.canary.article import canary_article

Tocsin = Callable[..., Any]

TITLE = "Lawmakers condemn Emmanuel Macron over disastrous reform"
TEXT = (
    "Lawmakers condemned Emmanuel Macron for a disastrous and shameful reform, a terrible failure."
)
EXAMPLE = f"""
[[rule.example]]
name = "condemned"
alerts = [{{ leaders = ["Q3052772"], severity = "high" }}]
[[rule.example.articles]]
title = "{TITLE}"
text = "{TEXT}"
"""
STRICT = """
[[rule]]
id = "strong-sentiment"
version = 99
kind = "sentiment"
when = 'relevance >= 101'
severities = [{ severity = "high", polarity_at_least = 0.2 }]
"""


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], str]:
    def write(text: str) -> str:
        path = tmp_path / "my.toml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def lines(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_the_rules_in_force_are_shown(tocsin: Tocsin, file: Callable[[str], str]) -> None:
    done = tocsin("rules", "show")
    assert done.code == 0
    for rule in load_rules():
        assert f"{rule.id}  {rule.kind}, version {rule.version}, to {rule.topic}" in done.out
    mine = file(STRICT)
    assert [one["id"] for one in lines(tocsin("rules", "show", "--json", mine).out)] == [
        "strong-sentiment"
    ]
    by_setting = tocsin("rules", "show", "--json", RULES=mine)
    assert [one["when"] for one in lines(by_setting.out)] == ["relevance >= 101"]


def test_every_field_of_conditions_is_listed(tocsin: Tocsin) -> None:
    listed = lines(tocsin("rules", "fields", "--json").out)
    assert [one["name"] for one in listed if "kind" not in one] == list(describe_facts())
    own = [(one["name"], one["kind"]) for one in listed if "kind" in one]
    assert own == [("companion", "encounter")]
    assert "Id of the other leader. In encounter rules only." in tocsin("rules", "fields").out
    assert "relevance          a number" in tocsin("rules", "fields").out


def test_rules_that_are_well_are_said_to_be(tocsin: Tocsin, file: Callable[[str], str]) -> None:
    assert tocsin("rules", "check").code == 0
    mine = file(STRICT + EXAMPLE)
    done = tocsin("rules", "check", mine)
    assert (done.code, done.err) == (0, "")
    assert done.out == f"{mine} is well: 1 rule in force, 1 of them its own, with 1 example.\n"


def test_every_problem_is_reported_with_its_line(
    tocsin: Tocsin, file: Callable[[str], str]
) -> None:
    mine = file(STRICT.replace("relevance", "relevence") + "leaders = { include = ['Q0'] }")
    done = tocsin("rules", "check", mine)
    assert (done.code, done.out) == (2, "")
    assert f"{mine}:6:9: there is no field relevence. Did you mean relevance?" in done.err
    assert f"{mine}:8:13: leader is never 'Q0'." in done.err
    as_json = tocsin("rules", "check", "--json", mine)
    assert as_json.code == 2
    assert [(one["level"], one["line"]) for one in lines(as_json.out)] == [
        ("error", 6),
        ("error", 8),
    ]


def test_a_warning_is_a_problem_only_if_it_is_to_be(
    tocsin: Tocsin, file: Callable[[str], str]
) -> None:
    mine = file(STRICT.replace("version = 99", "version = 1"))
    done = tocsin("rules", "check", mine)
    assert done.code == 0
    assert f"warning: {mine}:4:1: strong-sentiment differs from the built-in rule" in done.err
    assert tocsin("rules", "check", "--strict", mine).code == 2
    (warning,) = lines(tocsin("rules", "check", "--json", mine).out)
    assert warning["level"] == "warning"


def test_examples_are_run(tocsin: Tocsin, file: Callable[[str], str]) -> None:
    passes = tocsin("rules", "test", file(STRICT.replace("101", "10") + EXAMPLE))
    assert (passes.code, passes.out) == (0, "ok     strong-sentiment: condemned\n")
    fails = tocsin("rules", "test", file(STRICT + EXAMPLE))
    assert fails.code == 2
    assert "FAILED strong-sentiment: condemned  (" in fails.out
    assert "my.toml:9)" in fails.out
    assert "missing     alert high about Q3052772" in fails.out
    assert "1 of 1 example did not pass." in fails.err


def test_what_was_held_back_is_explained(tocsin: Tocsin, file: Callable[[str], str]) -> None:
    mine = file(
        STRICT.replace("101", "10")
        + EXAMPLE.replace('severity = "high" }]', 'severity = "high" }]\nsuppressed = []')
        + f'[[rule.example.articles]]\nafter_seconds = 9\ntitle = "{TITLE}"\ntext = "{TEXT}"'
    )
    done = tocsin("rules", "test", "--explain-suppressed", mine)
    assert done.code == 2
    assert "suppressed  same_window, where none was expected" in done.out
    assert (
        "not sent    2026-05-20 12:00  strong-sentiment: same_window  Emmanuel Macron" in done.out
    )
    (row,) = lines(tocsin("rules", "test", "--json", "--explain-suppressed", mine).out)
    assert row["passed"] is False
    assert [one["reason"] for one in row["not_sent"]] == ["same_window"]


def test_a_rule_without_an_example_is_named(tocsin: Tocsin, file: Callable[[str], str]) -> None:
    done = tocsin("rules", "test", file(STRICT))
    assert (done.code, done.err) == (0, "Without an example: strong-sentiment.\n")


@pytest.fixture
def past(tmp_path: Path) -> str:
    path = tmp_path / "past.jsonl"
    articles = [
        {"id": "late", "title": TITLE, "text": TEXT, "published": "2026-05-22T09:00:00Z"},
        {"id": "early", "title": TITLE, "text": TEXT, "published": "2026-05-20T09:00:00Z"},
        {"id": "undated", "title": TITLE, "text": TEXT},
        {"id": "nothing"},
    ]
    path.write_text("\n".join(map(json.dumps, articles)), encoding="utf-8")
    return str(path)


def test_changed_rules_are_tried_on_past_articles(
    tocsin: Tocsin, file: Callable[[str], str], past: str
) -> None:
    mine = file("extends = 'builtin'" + STRICT)
    done = tocsin("rules", "try", "--articles", past, mine)
    assert done.code == 0
    *removed, summary = done.out.splitlines()
    assert [line[:18] for line in removed] == ["- 2026-05-20 09:00", "- 2026-05-22 09:00"]
    assert summary == "+0 -2, 0 the same; from 2 articles with 2 mentions"
    assert "left out: 1 no_text" in done.err
    assert "left out: 1 published_missing" in done.err


def test_the_rules_in_force_are_those_of_the_settings(
    tocsin: Tocsin, file: Callable[[str], str], past: str
) -> None:
    mine = file("extends = 'builtin'" + STRICT)
    same = tocsin("rules", "try", "--articles", past, mine, RULES=mine)
    assert same.out == "+0 -0, 0 the same; from 2 articles with 2 mentions\n"


def test_a_canarys_alert_is_no_alert_of_a_rule(
    tocsin: Tocsin, file: Callable[[str], str], tmp_path: Path
) -> None:
    _, record = canary_article("", "host", datetime(2026, 5, 20, 9, tzinfo=UTC))
    path = tmp_path / "canary.jsonl"
    path.write_bytes(record.value or b"")
    done = tocsin("rules", "try", "--articles", str(path), file("extends = 'builtin'" + STRICT))
    assert done.out == "+0 -0, 0 the same; from 1 articles with 1 mentions\n"


def test_only_what_rings_since_is_compared_and_the_summary_is_the_last_line(
    tocsin: Tocsin, file: Callable[[str], str], past: str
) -> None:
    mine = file("extends = 'builtin'" + STRICT)
    done = tocsin("rules", "try", "--articles", past, "--since", "2026-05-21", "--json", mine)
    removed, summary = lines(done.out)
    assert removed["change"] == "removed"
    assert removed["alert"]["event_time"] == "2026-05-22T09:00:00Z"
    assert summary == {
        "change": "summary",
        "added": 0,
        "removed": 1,
        "severity": 0,
        "same": 0,
        "articles": 1,
        "mentions": 1,
        "left_out": {"published_missing": 1, "no_text": 1},
    }


def test_what_changed_rules_hold_back_is_listed(
    tocsin: Tocsin, file: Callable[[str], str], past: str
) -> None:
    mine = file(STRICT.replace("101", "10") + "cooldown_seconds = 864_000")
    done = tocsin("rules", "try", "--articles", past, "--explain-suppressed", mine)
    assert "· not sent  2026-05-22 09:00  strong-sentiment: same_window" in done.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["my.toml"], "say which past articles: --since TIME or --articles FILE."),
        (["--since", "yesterday", "my.toml"], "--since: 'yesterday' is no moment"),
        (["--since", "1d", "--warm-up", "x", "my.toml"], "--warm-up: 'x' is no moment"),
        (["--articles", "none.jsonl", "none.toml"], "The rules none.toml cannot be read"),
        (["--since", "1d", "none.toml"], "The rules none.toml cannot be read"),
    ],
)
def test_what_cannot_be_tried_is_refused(tocsin: Tocsin, arguments: list[str], said: str) -> None:
    done = tocsin("rules", "try", *arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_articles_that_are_not_there_are_refused(
    tocsin: Tocsin, file: Callable[[str], str]
) -> None:
    done = tocsin("rules", "try", "--articles", "none.jsonl", file(STRICT))
    assert done.code == 2
    assert "none.jsonl cannot be read" in done.err
    without_broker = tocsin("rules", "try", "--since", "1d", file(STRICT))
    assert without_broker.code == 2
    assert "No broker is set" in without_broker.err
