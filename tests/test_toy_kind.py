"""Test that an alert kind is added in three places: a module, the registry and the contract.

`docs/contribute/add-an-alert-kind.md` names these places. The test adds the kind of
`tests/data/toy_kind.py` to a copy of the program, and finds it everywhere.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
DATA = ROOT / "tests/data"
PAGE = ROOT / "docs/contribute/add-an-alert-kind.md"
MODULE = "processors/watch/kinds/shout.py"
REGISTRY = "processors/watch/kinds/registry.py"
CONTRACT = "processors/contracts.py"
PUBLISHED = "streams/contracts/published/"
KINDS = ["sentiment", "encounter", "surge", "shift", "breaking", "shout"]

RULES = """
[[rule]]
id = "shouted"
version = 1
kind = "shout"
when = 'marks < 10 && relevance >= 20'
severities = [{ severity = "high", marks_at_least = 3 }, { severity = "low", marks_at_least = 1 }]
cooldown_seconds = 7_200

[[rule.example]]
name = "three marks are a shout, and the next headline of the window is not"
alerts = [{ leaders = ["Q3052772"], severity = "high", reason = "3 exclamation marks" }]
suppressed = ["same_window"]

[[rule.example.articles]]
title = "Emmanuel Macron! Stop! Now!"
text = "Emmanuel Macron will meet mayors in Lille on Thursday."

[[rule.example.articles]]
after_seconds = 60
title = "Emmanuel Macron! Again!"
text = "Emmanuel Macron will meet mayors in Lyon on Friday."
"""


def with_toy_kind(folder: Path) -> None:
    """Copy the program, and add the kind as the page says."""
    for package in ("processors", "streams", "tools"):
        for path in (ROOT / package).rglob("*"):
            copy = folder / path.relative_to(ROOT)
            if path.is_dir():
                copy.mkdir(parents=True, exist_ok=True)
                continue
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.symlink_to(path)
    for name in (REGISTRY, CONTRACT, *(f"{PUBLISHED}{one.name}" for one in published())):
        (folder / name).unlink()
        (folder / name).write_bytes((ROOT / name).read_bytes())
    (folder / MODULE).symlink_to(DATA / "toy_kind.py")
    edit(
        folder / REGISTRY,
        "        breaking.KIND,\n",
        "        breaking.KIND,\n        shout.KIND,\n",
    )
    edit(folder / REGISTRY, "shift, surge\n", "shift, shout, surge\n")
    edit(folder / CONTRACT, "AlertKind = Literal[", 'AlertKind = Literal["shout", ')


def published() -> list[Path]:
    return list((ROOT / PUBLISHED).glob("*.json"))


def edit(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1
    path.write_text(text.replace(before, after), encoding="utf-8")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("program")
    with_toy_kind(folder)
    rules, articles = folder / "rules.toml", folder / "past.jsonl"
    rules.write_text(RULES, encoding="utf-8")
    article = {
        "id": "a1",
        "title": "Emmanuel Macron! Stop! Now!",
        "text": "Emmanuel Macron will meet mayors in Lille on Thursday.",
        "published": "2026-05-20T09:00:00Z",
    }
    articles.write_text(json.dumps(article), encoding="utf-8")
    program = subprocess.run(
        [sys.executable, str(DATA / "report_on_toy_kind.py"), str(rules), str(articles)],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert program.returncode == 0, program.stderr
    return dict(json.loads(program.stdout))


def test_the_page_names_the_three_places() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert all(f"`{one}`" in text for one in (REGISTRY, CONTRACT, f"{Path(MODULE).parent}/"))


def test_the_contracts_of_the_program_are_not_touched() -> None:
    assert all("shout" not in path.read_text(encoding="utf-8") for path in published())


def test_rules_and_their_checks_know_it(found: dict[str, Any]) -> None:
    assert "rules.toml is well: 1 rule in force" in found["checked"]
    (shown,) = found["shown"]
    assert (shown["kind"], shown["max_in_window"]) == ("shout", 1)
    assert shown["severities"][0] == {"severity": "high", "marks_at_least": 3}


def test_conditions_can_read_its_fields(found: dict[str, Any]) -> None:
    own = [(one["name"], one["kind"]) for one in found["fields"] if "kind" in one]
    assert own == [("companion", "encounter"), ("marks", "shout")]


def test_examples_and_past_articles_fire_it(found: dict[str, Any]) -> None:
    assert found["examples"] == [True]
    assert [one["passed"] for one in found["tested"]] == [True]
    added = [one["alert"] for one in found["tried"] if one["change"] == "added"]
    assert [(one["kind"], one["severity"]) for one in added] == [("shout", "high")]
    assert added[0]["reason"].startswith("3 exclamation marks at Emmanuel Macron in ")


def test_watch_sends_it_and_keeps_its_memory_in_the_state(found: dict[str, Any]) -> None:
    assert len(found["sent"]) == 1
    assert found["reasons"] == ["same_window"]


def test_it_has_a_topic_and_rights_live_and_in_a_replay(found: dict[str, Any]) -> None:
    assert "news.alerts.shout" in found["topics"]
    assert "replay.try.news.alerts.shout" in found["replay"]
    readers = {"worker", "subscriber", "page", "forward", "operator", "replay", "replay-publish"}
    assert {role for role, grants in found["rights"].items() if grants} == readers


def test_it_is_in_the_contracts(found: dict[str, Any]) -> None:
    assert sorted(found["schema_kinds"]) == sorted([*KINDS, "canary"])
    assert "shout" in found["schema_examples"]
    assert "news.alerts.shout" in found["channels"]
    assert found["message"] == "Alert of kind shout"
    assert found["decoded"]


def test_commands_can_filter_by_it(found: dict[str, Any]) -> None:
    assert all("shout" in one for one in found["filters"])


def test_the_page_shows_it_with_its_own_words(found: dict[str, Any]) -> None:
    assert found["page"]["kinds"][-1] == ["shout", "Shout"]
    assert [name for name, _ in found["page"]["kinds"]] == KINDS
    assert found["page"]["title"] == "Shout"
    assert found["page"]["figures"] == ["Marks", "Usual marks", "Fires from so many"]


def test_the_reference_describes_it(found: dict[str, Any]) -> None:
    section = found["reference"].split("### ")[-1]
    assert section.startswith("`shout`\n\nA headline shouts at a leader.\n")
    for part in (
        "`marks_at_least`",
        "`max_in_window`",
        "`marks` | a number",
        "3 exclamation marks",
    ):
        assert part in section
    assert "| `news.alerts.shout` | alerts of kind shout" in found["topic_table"]


def test_no_other_file_lists_the_kinds() -> None:
    folders = [ROOT / name for name in ("processors", "streams", "tools", "docs/guides")]
    listing = [
        str(path.relative_to(ROOT))
        for folder in folders
        for path in folder.rglob("*")
        if path.suffix in {".py", ".js", ".html", ".css", ".ts", ".java"}
        and "node_modules" not in path.parts
        and len(kinds_named_in(path.read_text(encoding="utf-8"))) > 1
    ]
    assert listing == [CONTRACT]


def kinds_named_in(text: str) -> set[str]:
    """Find kinds that are texts or keys: "surge", surge: or news.alerts.surge."""
    names = "|".join(KINDS)
    pattern = rf"[\"'`]({names})[\"'`]|^\s*({names}):|news\.alerts\.({names})\b"
    return {name for found in re.findall(pattern, text, re.MULTILINE) for name in found if name}


@pytest.mark.parametrize(
    "text", ['["surge", "shift"]', "surge: 1,\n  shift: 2", "news.alerts.surge news.alerts.shift"]
)
def test_a_list_of_kinds_would_be_found(text: str) -> None:
    assert kinds_named_in(text) == {"surge", "shift"}
