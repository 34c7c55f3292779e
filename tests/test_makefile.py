"""Every target of the Makefile and every script beside the package runs in CI in a small form.

A target or script without an entry here fails: give it a small form, and say where it runs.
"""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SMALL = "tests/benchmarks/test_small_forms.py"
TORTURE = "tests/broker/test_torture.py"
# Where CI runs each target: a file of tests that names what the target runs, or CI itself.
TARGETS = {
    "help": "tests/test_makefile.py",
    "env": ".ci/run",
    "test": ".ci/run",
    "lint": ".ci/run",
    "docs": ".ci/run",
    "check": "tests/test_makefile.py",
    "format": "tests/test_makefile.py",
    "reference": "tests/tools/test_reference.py",
    "unit": ".ci/run",
    "broker": ".ci/run",
    "demo": "tests/broker/test_demo.py",
    "contracts": "tests/tools/contracts/test_generate.py",
    "contracts-html": "tests/test_contracts_page.py",
    "manifests": "tests/deploy/kubernetes/test_generated.py",
    "dashboards": "tests/deploy/test_dashboard_layout.py",
    "bench": SMALL,
    "bench-replays": SMALL,
    "equality": SMALL,
    "quality": SMALL,
    "release": "tests/deploy/test_release.py",
    "torture": TORTURE,
    "clean": "tests/test_makefile.py",
}
# Where CI runs each script that is started by hand.
SCRIPTS = {
    "benchmarks/conditions.py": SMALL,
    "benchmarks/equality.py": SMALL,
    # The program that throughput.py compares with, and starts.
    "benchmarks/latency.py": SMALL,
    "benchmarks/naive.py": SMALL,
    "benchmarks/quality/headlines/measure.py": SMALL,
    "benchmarks/quality/leaders.py": SMALL,
    "benchmarks/quality/minilm.py": SMALL,
    "benchmarks/quality/said.py": SMALL,
    "benchmarks/quality/sentiment.py": SMALL,
    "benchmarks/quality/stories.py": SMALL,
    "benchmarks/replays.py": SMALL,
    "benchmarks/scoring.py": SMALL,
    "benchmarks/throughput.py": SMALL,
    "benchmarks/torture/__main__.py": TORTURE,
    "benchmarks/training/leader_model.py": SMALL,
    "tools/dashboards/__main__.py": SMALL,
    "tools/manifests/__main__.py": SMALL,
    "tools/panels/__main__.py": "tests/deploy/test_dashboard_pictures.py",
    "tools/contracts/generate.py": "tests/tools/contracts/test_generate.py",
    "tools/demo_picture.py": SMALL,
    "tools/prose/__main__.py": ".ci/run",
    "tools/registry/carry_over.py": "tests/tools/registry/test_carry_over.py",
    "tools/site.py": ".ci/run",
    "tools/structure.py": "tests/test_architecture.py",
    "tools/reference/__main__.py": "tests/tools/test_reference.py",
    "docs/guides/subscribers/python/alerts.py": "tests/broker/test_subscribers.py",
}
# What CI does not run, and why.
NOT_RUN = {
    "benchmarks/training/surname_data.py": "reads streams of news from outside the project",
    "benchmarks/training/surname_model.py": "reads streams of news from outside the project",
    "benchmarks/training/topic_words.py": "reads streams of news from outside the project",
    "benchmarks/training/teacher.py": "torch, in an environment of its own, is gigabytes",
    "benchmarks/training/unlabelled.py": "reads streams of news from outside the project",
    "benchmarks/training/minilm.py": "torch, in an environment of its own, is gigabytes",
}


def targets() -> set[str]:
    lines = (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
    return {found[1] for line in lines if (found := re.match(r"([a-z-]+):(?!=)", line))}


def scripts() -> set[str]:
    folders = [ROOT / "benchmarks", ROOT / "deploy", ROOT / "docs", ROOT / "tools"]
    return {
        path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in folder.rglob("*.py")
        if "node_modules" not in path.parts and '__name__ == "__main__"' in path.read_text("utf-8")
    }


def test_every_target_has_its_place_in_ci() -> None:
    assert targets() == TARGETS.keys()


def test_every_script_has_its_place_in_ci() -> None:
    assert scripts() == SCRIPTS.keys() | NOT_RUN.keys()


@pytest.mark.parametrize("place", sorted({*TARGETS.values(), *SCRIPTS.values()} - {".ci/run"}))
def test_a_place_in_ci_is_there(place: str) -> None:
    assert "def test_" in (ROOT / place).read_text(encoding="utf-8")


def test_ci_runs_the_readmes_test_command_and_that_runs_the_other_targets() -> None:
    assert (ROOT / ".ci/run").read_text(encoding="utf-8").rstrip().endswith("\nmake test")
    told = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(r"^test: lint docs unit broker ", told, re.MULTILINE)
    for target in ("lint", "docs", "unit", "broker"):
        assert re.search(rf"^{target}: env ", told, re.MULTILINE)


def asked(*arguments: str) -> str:
    """Return what `make` would run."""
    return subprocess.run(
        ["make", "--no-print-directory", "--dry-run", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_one_part_of_the_tests_runs_without_the_others() -> None:
    lines = asked("test", "ONE=tests/test_docs.py -k links").splitlines()
    assert [line for line in lines if "pytest" in line] == [
        ".venv/bin/pytest -q tests/test_docs.py -k links"
    ]
    assert not any("mypy" in line or "sphinx" in line for line in lines)


def test_the_check_lints_and_starts_no_broker() -> None:
    lines = asked("check").splitlines()
    assert any("tools.prose" in line for line in lines)
    (quick,) = (line for line in lines if "pytest" in line)
    assert quick.endswith('-m "not broker"')
    assert all((ROOT / one).exists() for one in re.findall(r"tests/[\w/.]+", quick))


def test_format_writes_and_lint_only_looks() -> None:
    assert ".venv/bin/ruff format .\n" in asked("format")
    assert ".venv/bin/ruff format --check .\n" in asked("lint")


def test_help_shows_every_target() -> None:
    shown = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert {line.split()[0] for line in shown.splitlines()} == targets()


def test_clean_removes_what_was_made_and_nothing_else(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    made = [".venv", "build", "tools/contracts_page/node_modules", ".mypy_cache", ".hypothesis"]
    for name in (*made, "streams"):
        (tmp_path / name).mkdir(parents=True)
    subprocess.run(["make", "clean"], cwd=tmp_path, capture_output=True, check=True)
    assert not any((tmp_path / name).exists() for name in made)
    assert (tmp_path / "streams").is_dir()
