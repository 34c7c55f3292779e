"""What stands for a container: built by the Dockerfile's steps, read-only, unprivileged.

Owns the build and the running of programs in what was built. Must not know what is tested there.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

RUN_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Container:
    """What stands for a container: where things are, who runs, and with which variables."""

    installed: Path
    folder: Path
    user: Mapping[str, Any]
    environment: Mapping[str, str]

    def run(
        self, words: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run a program to its end."""
        return subprocess.run(
            [self._program(words[0]), *words[1:]],
            env={**self.environment, **(environment or {})},
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS,
            check=False,
            **self.user,
        )

    def start(
        self, words: Sequence[str], environment: Mapping[str, str], log: Any
    ) -> subprocess.Popen[bytes]:
        """Start a program that goes on, its output in a file."""
        return subprocess.Popen(
            [self._program(words[0]), *words[1:]],
            env={**self.environment, **environment},
            cwd=self.folder,
            stdout=log,
            stderr=log,
            **self.user,
        )

    def _program(self, name: str) -> str:
        # A container looks its program up in its own PATH, not in that of whoever starts it.
        found = shutil.which(name, path=self.environment["PATH"])
        assert found, f"{name} is not in the image"
        return found


@pytest.fixture(scope="session")
def container(image: Any, root: Path) -> Iterator[Container]:
    """Build what the image would hold, and take the right to write to it away.

    HOME and TMPDIR are a folder of its own, in the place of the container's /tmp.
    """
    place = Path(tempfile.mkdtemp(prefix="tocsin-image-"))
    # pytest's own folders are closed to other users.
    place.chmod(0o755)
    try:
        given = image.environment(image.builder)["UV_PROJECT_ENVIRONMENT"]
        installed = place / given.lstrip("/")
        build(image, root, place / "src", installed)
        uid, gid = map(int, image.last("USER")[0].split(":"))
        root_here = os.geteuid() == 0
        user = {"user": uid, "group": gid, "extra_groups": []} if root_here else {}
        home = place / "tmp"
        home.mkdir()
        home.chmod(0o1777)
        environment = {
            name: str(home) if name == "HOME" else value.replace(given, str(installed))
            for name, value in image.environment(image.final).items()
        }
        folder = Path(image.last("WORKDIR")[0].replace(given, str(installed)))
        close(installed)
        yield Container(installed, folder, user, environment | {"TMPDIR": str(home)})
    finally:
        if os.geteuid() != 0:
            open_again(place)
        shutil.rmtree(place)


def build(image: Any, root: Path, folder: Path, installed: Path) -> None:
    """Run the first stage's steps: its copies into an empty folder, its commands in that folder."""
    folder.mkdir()
    uv = shutil.which("uv", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    assert uv, "uv is not installed; `make env` does it"
    stage = image.environment(image.builder) | {
        "UV_PROJECT_ENVIRONMENT": str(installed),
        "UV_PYTHON": python_for_everybody(),
    }
    # What this machine has downloaded already is the same by its hashes.
    del stage["UV_NO_CACHE"]
    for step in image.builder:
        if step.name == "COPY":
            *sources, into = step.words
            for source in sources:
                copy(root / source, folder / into / ("" if into != "./" else source))
        elif step.name == "RUN" and step.words[0] == "uv":
            subprocess.run(
                [uv, *step.words[1:], "--quiet"], cwd=folder, env=os.environ | stage, check=True
            )


def copy(source: Path, target: Path) -> None:
    """Copy a file or a folder as .dockerignore lets it through."""
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*.py[co]"))
    else:
        shutil.copy(source, target)


def python_for_everybody() -> str:
    """Find a Python that an unprivileged user can run: one below /root is no use here."""
    own = Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    others = [shutil.which(own.name, path="/usr/local/bin:/usr/bin"), "/usr/bin/python3"]
    for python in [str(own), *filter(None, others)]:
        path = Path(python).resolve()
        if path.exists() and all(p.stat().st_mode & 0o005 == 0o005 for p in [path, *path.parents]):
            return python
    pytest.fail(f"No Python is open to other users: {own} is not, nor is there one in /usr.")


def close(folder: Path) -> None:
    """Let nobody write to a folder and what is in it; everybody read it."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o555 if path.is_dir() or path.stat().st_mode & 0o100 else 0o444)


def open_again(folder: Path) -> None:
    """Let the owner remove it."""
    for path in [folder, *folder.rglob("*")]:
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
