"""A release: its bill of materials has all that is installed, its wheel only what is ours."""

import json
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

CANONICAL = re.compile(r"[-_.]+")


@pytest.fixture(scope="module")
def release(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the target's own commands, but for the question to the advisory service."""
    makefile = (root / "Makefile").read_text().replace("\\\n", "")
    recipe = makefile.split("\nrelease:", 1)[1].split("\n\n", 1)[0].splitlines()[1:]
    uv = shutil.which("uv") or str(Path(sys.executable).with_name("uv"))
    dist = tmp_path_factory.mktemp("dist")
    commands = [
        line.strip() for line in recipe if line.startswith(("\t$(UV) build", "\t$(UV) export"))
    ]
    assert len(commands) == 3
    for command in commands:
        words = command.replace("$(UV)", uv).replace(">/dev/null", "").split()
        words = [w.replace("dist/", f"{dist}/") if w.startswith("dist/") else w for w in words]
        words = [str(dist) if w == "dist" else w for w in words]
        subprocess.run(words, cwd=root, check=True, capture_output=True, timeout=120)
    return dist


def test_the_bill_of_materials_names_every_package_that_is_locked_for_use(
    release: Path, project: dict[str, Any]
) -> None:
    bill = json.loads((release / "sbom.cdx.json").read_text())
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    assert bill["metadata"]["component"]["name"] == project["project"]["name"]
    listed = {one["name"]: one for one in bill["components"]}
    pinned = (release / "requirements.txt").read_text()
    audited = set(re.findall(r"^([a-z0-9.-]+)==", pinned, re.MULTILINE))
    assert set(listed) == audited
    extras = project["project"]["optional-dependencies"].values()
    for text in (*project["project"]["dependencies"], *(one for some in extras for one in some)):
        name = re.match(r"[A-Za-z0-9._-]+", text)
        assert name
        assert CANONICAL.sub("-", name[0]).lower() in listed
    assert not {"pytest", "ruff", "mypy"} & set(listed)
    assert all(one["purl"].startswith("pkg:pypi/") for one in listed.values())


def test_what_is_audited_is_pinned_by_hash(release: Path) -> None:
    entries = (release / "requirements.txt").read_text().replace("\\\n", "").splitlines()
    pinned = [line for line in entries if "==" in line and not line.lstrip().startswith("#")]
    assert pinned
    assert all("--hash=sha256:" in line for line in pinned)


def test_the_wheel_has_our_packages_and_their_data_and_nothing_else(
    release: Path, root: Path
) -> None:
    (wheel,) = release.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    version = tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"]
    assert {name.split("/")[0] for name in names} == {
        "processors", "streams", f"tocsin-{version}.dist-info"
    }  # fmt: skip
    assert "processors/leaders/registry/data/people.csv" in names
    assert not [name for name in names if "__pycache__" in name or name.endswith(".env")]
