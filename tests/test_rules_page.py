"""Test the pages on rules: their files do what the pages say, and their commands are right."""

import re
from pathlib import Path

import msgspec
import pytest

from processors.analyse import load_analyser
from processors.rules import Guards, Scope, StoryParameters
from processors.rules.condition.evaluation import compile_condition
from processors.rules.file.examples import NOON
from processors.rules.file.reading import RulesFile
from processors.sentiment.scorer import DEFAULT_SCORER
from processors.trial import run_example
from processors.watch import KINDS, read_rules

ROOT = Path(__file__).parents[1]
GUIDE = ROOT / "docs/guides/rules.md"
FIRST = ROOT / "docs/start/first-rule.md"
REFERENCE = ROOT / "docs/reference/rules.md"


def blocks(page: Path, language: str) -> list[str]:
    pattern = rf"^```{language}\n(.*?)^```$"
    return re.findall(pattern, page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def example_file(page: Path) -> RulesFile:
    (text,) = blocks(page, "toml")
    return read_rules(text, page.name)


def test_the_file_that_is_shown_is_what_is_said_of_it() -> None:
    read = example_file(GUIDE)
    assert read.warnings == ()
    assert read.own == ("paris-berlin",)
    assert read.rules.of_kind("encounter") == ()
    (rule,) = (one for one in read.rules if one.id == "paris-berlin")
    assert rule.scope == Scope(countries=frozenset({"FR", "DE"}))
    assert read.rules.guards.stale_seconds == 43_200


@pytest.mark.parametrize(("page", "count"), [(GUIDE, 2), (FIRST, 1)], ids=["guide", "first"])
def test_the_examples_that_are_shown_pass(page: Path, count: int) -> None:
    read = example_file(page)
    analyser = load_analyser("0.0.0", DEFAULT_SCORER, "off")
    own = [one for one in read.examples if one.rule_id in read.own]
    assert len(own) == count
    for example in own:
        ran = run_example(example, read.rules, analyser)
        assert ran.passed, (example.name, ran.missing, ran.unexpected, ran.suppressed)


def test_the_first_article_is_that_of_the_first_rules_example() -> None:
    (article,) = blocks(FIRST, "json article")
    (example,) = (one for one in example_file(FIRST).examples if one.rule_id == "kenya-tone")
    shown = msgspec.json.decode(article)
    (first,) = example.articles
    assert {name: shown[name] for name in ("title", "text")}.items() <= first.document.items()


def test_the_conditions_that_are_shown_are_right() -> None:
    (conditions,) = (body for body in blocks(REFERENCE, "") if "label ==" in body)
    for line in conditions.splitlines():
        compile_condition(line)


def test_the_keys_of_the_tables_are_those_that_are_read() -> None:
    # Each key in the first column of a table is taken where the table says.
    text = REFERENCE.read_text(encoding="utf-8")
    keys = re.findall(r"^\| `([a-z_]+)` \|", text.split("## Kinds")[0], re.MULTILINE)
    assert "stale_seconds" in keys
    for key in set(keys) - KINDS.keys():
        assert any(
            f'"{key}"' in path.read_text(encoding="utf-8")
            for path in (ROOT / "processors/rules").rglob("*.py")
        ) or key in {
            one.name for s in (Guards, StoryParameters) for one in msgspec.structs.fields(s)
        }
    assert NOON.isoformat().replace("+00:00", "Z") in text
