"""The Dockerfile: clean by its linter, locked, unprivileged, and true to the project."""

import fnmatch
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import typer

from streams.cli.main import app

BASE = re.compile(r"^python:(\d+\.\d+)\.\d+-slim-[a-z]+$")


def ignored(path: str, patterns: list[str]) -> bool:
    """Say whether .dockerignore keeps a path at the top of the checkout from the build."""
    out = False
    for pattern in patterns:
        if fnmatch.fnmatch(path, pattern.removeprefix("!")):
            out = not pattern.startswith("!")
    return out


def test_the_linter_finds_nothing(root: Path) -> None:
    linter = Path(sys.executable).with_name("hadolint")
    found = subprocess.run(
        [linter, root / "deploy/Dockerfile"], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout + found.stderr


def test_both_stages_start_from_one_pinned_python_that_the_project_supports(
    image: Any, project: dict[str, Any]
) -> None:
    bases = {stage[0].words[0] for stage in (image.builder, image.final)}
    assert len(bases) == 1
    pinned = BASE.match(bases.pop())
    assert pinned is not None
    assert f"Programming Language :: Python :: {pinned[1]}" in project["project"]["classifiers"]


def test_what_is_installed_is_what_is_locked_and_nothing_for_development(image: Any) -> None:
    syncs = [i.words for i in image.builder if i.name == "RUN" and i.words[:2] == ("uv", "sync")]
    assert syncs
    for sync in syncs:
        assert {"--frozen", "--no-dev"} <= set(sync)
        # The model that confirms; the embedded broker is for demonstrations: an image has a real
        # one beside it.
        assert sync[sync.index("--extra") + 1] == "minilm"
        assert [word for word in sync if "extra" in word or "group" in word] == ["--extra"]
    assert "--no-editable" in syncs[-1]


def test_the_installer_is_pinned(image: Any) -> None:
    (installed,) = [i.words[-1] for i in image.builder if i.words[:2] == ("pip", "install")]
    assert re.match(r"^uv==\d+\.\d+\.\d+$", installed)


def test_what_the_build_copies_is_in_the_checkout_and_not_ignored(image: Any, root: Path) -> None:
    lines = (root / ".dockerignore").read_text().splitlines()
    patterns = [line for line in lines if line and not line.startswith("#")]
    sources = [word for i in image.builder if i.name == "COPY" for word in i.words[:-1]]
    assert {"processors", "streams"} <= set(sources)
    for source in sources:
        assert (root / source).exists(), source
        assert not ignored(source, patterns), source
    for private in (".git", ".venv", ".env", "tests", "docker-compose.yml"):
        assert ignored(private, patterns), private


def test_what_runs_is_what_the_first_stage_built(image: Any) -> None:
    built = image.environment(image.builder)["UV_PROJECT_ENVIRONMENT"]
    (copied,) = [i for i in image.final if i.name == "COPY"]
    assert copied.flags["from"] == image.builder[0].words[-1]
    # An environment's programs name its path: it must stand where it was built.
    assert copied.words == (built, built)
    assert image.environment(image.final)["PATH"].startswith(f"{built}/bin:")


def test_it_runs_as_a_numbered_user_that_is_not_root(image: Any) -> None:
    (user,) = image.last("USER")
    uid, gid = map(int, user.split(":"))
    assert uid > 0
    assert gid > 0
    copied = [i.flags for i in image.final if i.name == "COPY"]
    assert all("chown" not in flags and "chmod" not in flags for flags in copied)


def test_it_starts_a_command_that_exists(image: Any, project: dict[str, Any]) -> None:
    (program,) = image.last("ENTRYPOINT")
    (command,) = image.last("CMD")
    assert program in project["project"]["scripts"]
    found: Any = typer.main.get_command(app)
    assert command in found.commands


def test_its_labels_say_what_the_project_says(image: Any, project: dict[str, Any]) -> None:
    labels = dict(word.split("=", 1) for word in image.last("LABEL"))
    about = project["project"]
    assert labels == {
        "org.opencontainers.image.title": about["name"],
        "org.opencontainers.image.version": about["version"],
        "org.opencontainers.image.description": about["description"],
        "org.opencontainers.image.licenses": about["license"],
    }
