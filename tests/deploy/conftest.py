"""What the deployment files say, read once for the tests that hold them to the code.

Owns the reading of the Dockerfile, docker-compose.yml and the dashboards. No Docker is needed.
"""

import json
import re
import shlex
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
INTERPOLATED = re.compile(r"\$\{(?P<name>\w+)(?::-(?P<default>[^}]*))?\}")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction of a Dockerfile: its flags apart, the rest as a list of words."""

    name: str
    flags: Mapping[str, str]
    words: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Image:
    """What the Dockerfile builds, and how: one list of instructions a stage."""

    builder: tuple[Instruction, ...]
    final: tuple[Instruction, ...]

    def last(self, name: str) -> tuple[str, ...]:
        """Give the words of the final stage's last such instruction: the one in force."""
        return [i.words for i in self.final if i.name == name][-1]

    def environment(self, stage: tuple[Instruction, ...]) -> dict[str, str]:
        """Give the variables that a stage sets."""
        words = [word for i in stage if i.name == "ENV" for word in i.words]
        return dict(word.split("=", 1) for word in words)


@dataclass(frozen=True, slots=True)
class Target:
    """One query of one panel or annotation, and what is said about it."""

    dashboard: str
    panel: Mapping[str, Any]
    expr: str
    legend: str

    @property
    def kind(self) -> str:
        """The kind of the panel."""
        return str(self.panel.get("type", "annotation"))


def dashboards() -> dict[str, Any]:
    """Read every dashboard, by file name."""
    folder = ROOT / "deploy/grafana/dashboards"
    return {path.name: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}


def targets() -> dict[str, Target]:
    """List every query of every dashboard, under a name that a failing test can show."""
    return {
        f"{name}: {panel['title']} {target['refId']}": Target(
            name, panel, target["expr"], target["legendFormat"]
        )
        for name, dashboard in dashboards().items()
        for panel in dashboard["panels"]
        for target in panel.get("targets", [])
    }


def marks() -> dict[str, Target]:
    """List every query of every annotation, likewise; text that names labels is its legend."""
    return {
        f"{name}: annotation {one['name']}": Target(
            name, one, one["target"]["expr"], f"{one['titleFormat']} {one['textFormat']}"
        )
        for name, dashboard in dashboards().items()
        for one in dashboard["annotations"]["list"]
    }


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that takes a `target`, a `question` or a `dashboard` once for each.

    A question is a target, or what an annotation asks.
    """
    if "question" in metafunc.fixturenames:
        asked = targets() | marks()
        metafunc.parametrize("question", asked.values(), ids=asked.keys())
    if "target" in metafunc.fixturenames:
        found = targets()
        metafunc.parametrize("target", found.values(), ids=found.keys())
    if "dashboard" in metafunc.fixturenames:
        files = dashboards()
        metafunc.parametrize("dashboard", files.values(), ids=files.keys())


@pytest.fixture(scope="session")
def root() -> Path:
    """Give the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def overview() -> dict[str, Any]:
    """Give the dashboard that Grafana begins with."""
    found: dict[str, Any] = dashboards()["overview.json"]
    return found


@pytest.fixture(scope="session")
def project() -> dict[str, Any]:
    """Read pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())


@pytest.fixture(scope="session")
def image() -> Image:
    """Read deploy/Dockerfile."""
    found = _instructions((ROOT / "deploy/Dockerfile").read_text())
    first, second = [n for n, i in enumerate(found) if i.name == "FROM"]
    return Image(tuple(found[first:second]), tuple(found[second:]))


@pytest.fixture(scope="session")
def compose() -> dict[str, Any]:
    """Read docker-compose.yml as it is when none of its own variables is set."""
    text = (ROOT / "docker-compose.yml").read_text()
    read: dict[str, Any] = yaml.safe_load(INTERPOLATED.sub(lambda m: m["default"], text))
    return read


@pytest.fixture(scope="session")
def scrape() -> dict[str, Any]:
    """Read what Prometheus is told to scrape."""
    read: dict[str, Any] = yaml.safe_load((ROOT / "deploy/prometheus/prometheus.yml").read_text())
    return read


def _instructions(text: str) -> list[Instruction]:
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    return [_instruction(line.strip()) for line in joined.splitlines() if line.strip()]


def _instruction(line: str) -> Instruction:
    name, rest = line.split(None, 1)
    flags: dict[str, str] = {}
    while match := re.match(r"--([a-z-]+)=(\S+)\s+", rest):
        flags[match[1]] = match[2]
        rest = rest[match.end() :]
    exec_form = rest.removeprefix("CMD ") if name == "HEALTHCHECK" else rest
    words = json.loads(exec_form) if exec_form.startswith("[") else shlex.split(rest)
    return Instruction(name, flags, tuple(words), rest)
