"""Test that docs/guides/subscribers keep to the published contract and to the pinned versions.

`tests/broker/test_subscribers.py` runs them.
"""

import ast
import json
import re
import sys
import tomllib
from pathlib import Path

import pytest

from streams.contracts import ASYNCAPI, published
from tools.brokers.kafka_jars import KAFKA_VERSION

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "guides" / "subscribers"
SOURCES = {
    "python": FOLDER / "python" / "alerts.py",
    "typescript": FOLDER / "typescript" / "alerts.ts",
    "java": FOLDER / "java" / "src" / "main" / "java" / "Alerts.java",
}
MOST_LINES = 140


@pytest.mark.parametrize("language", SOURCES)
def test_the_topics_are_those_of_the_published_document(language: str) -> None:
    text = SOURCES[language].read_text(encoding="utf-8")
    channels = json.loads(published(ASYNCAPI))["channels"].values()
    addresses = {one["address"] for one in channels}
    alerts = {one for one in addresses if one.startswith("news.alerts.")}
    (pattern,) = re.findall(r"\"(\^news[^\"]+)\"", text)
    wanted = re.compile(pattern.replace("\\\\", "\\"))
    assert {one for one in addresses if wanted.search(one)} == alerts != set()
    # A topic that a rule names is followed, and no replay's topic.
    assert wanted.search("news.alerts.paris-berlin")
    assert not wanted.search("replay.try.news.alerts.surge")


@pytest.mark.parametrize("language", SOURCES)
def test_a_program_is_short_and_every_variable_of_it_is_described(language: str) -> None:
    text = SOURCES[language].read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MOST_LINES
    described = (FOLDER / "README.md").read_text(encoding="utf-8")
    variables = set(re.findall(r"\bALERTS_[A-Z_]+\b", text))
    assert len(variables) == 4
    assert variables == set(re.findall(r"^\| `(ALERTS_[A-Z_]+)` ", described, re.MULTILINE))


def test_the_python_program_imports_nothing_of_ours() -> None:
    tree = ast.parse(SOURCES["python"].read_text(encoding="utf-8"))
    imported = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported - sys.stdlib_module_names == {"kafka"}


def test_clients_are_pinned_to_what_is_tested() -> None:
    locked = {
        package["name"]: package["version"]
        for package in tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    }
    wanted = (FOLDER / "python" / "requirements.txt").read_text(encoding="utf-8").strip()
    assert wanted == f"kafka-python=={locked['kafka-python']}"
    pom = (FOLDER / "java" / "pom.xml").read_text(encoding="utf-8")
    assert f"<artifactId>kafka-clients</artifactId>\n      <version>{KAFKA_VERSION}<" in pom


@pytest.mark.parametrize(
    "folder",
    [path.parent for path in (ROOT / "tools").glob("*/package.json")] + [FOLDER / "typescript"],
    ids=lambda path: path.name,
)
def test_a_lock_file_pins_every_package_and_names_no_host(folder: Path) -> None:
    package = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    wanted = package.get("dependencies", {}) | package.get("devDependencies", {})
    assert all(re.fullmatch(r"[\d.]+", version) for version in wanted.values())
    locked = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for name, one in locked.items():
        if name:
            assert one["integrity"].startswith("sha512-")
            assert "resolved" not in one
