"""CHANGELOG.md keeps to its form, and knows the version that the package says."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


@pytest.fixture(scope="module")
def changelog() -> str:
    return (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_release_has_a_version_and_a_date_and_the_next_one_comes_first(
    changelog: str,
) -> None:
    titles = re.findall(r"^## (.+)$", changelog, re.MULTILINE)
    assert titles[0] == "[Unreleased]"
    for title in titles[1:]:
        assert re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", title), title


def test_changes_are_of_the_known_kinds_and_none_is_empty(changelog: str) -> None:
    sections = re.findall(r"^### (.+)\n\n(.*)", changelog, re.MULTILINE)
    assert sections
    for kind, first in sections:
        assert kind in KINDS
        assert first.startswith("- "), f"nothing is {kind.lower()}"


def test_the_package_is_the_newest_release_or_the_one_to_come(changelog: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    released = re.findall(r"^## \[(\d+\.\d+\.\d+)\]", changelog, re.MULTILINE)
    version = tuple(map(int, project["version"].split(".")))
    assert all(version >= tuple(map(int, one.split("."))) for one in released)
