"""Programs outside Python that tests need: whether they are there, and what is built with them."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes depends on how busy the machine is; whether a law holds does not.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

CACHE = Path.home() / ".cache" / "tocsin" / "built"
BUILD_SECONDS = 240.0
LEFT_OVER = ("node_modules", "build", "target")


@pytest.fixture(scope="session")
def require_programs() -> Callable[..., None]:
    """`require_programs("what needs them", "node", "npm")`: skip without, and in CI fail."""

    def require(what: str, *programs: str) -> None:
        missing = [name for name in programs if shutil.which(name) is None]
        reason = f"{what} needs {' and '.join(missing)} on the PATH"
        if missing and os.environ.get("CI"):
            pytest.fail(f"{reason}; in CI it must run")
        if missing:
            pytest.skip(reason)

    return require


@pytest.fixture(scope="session")
def built() -> Callable[[Path, Sequence[Sequence[str]]], Path]:
    """`built(folder, commands)`: a copy of the folder in which the commands have run.

    It is kept outside of the checkout, one for each state of the folder, because packages are
    fetched for it.
    """
    return build


@pytest.fixture
def feed_site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A server with ten feeds of different formats: a `FeedSite` of tests/feed_site.py."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    spec = spec_from_file_location("feed_site", Path(__file__).with_name("feed_site.py"))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    with module.serving() as running:
        yield running


def build(sources: Path, commands: Sequence[Sequence[str]]) -> Path:
    digest = hashlib.sha256(repr(commands).encode())
    files = [path for path in sorted(sources.rglob("*")) if path.is_file()]
    for path in files:
        name = path.relative_to(sources)
        if not set(name.parts) & set(LEFT_OVER):
            digest.update(name.as_posix().encode() + b"\0" + path.read_bytes())
    there = CACHE / f"{sources.name}-{digest.hexdigest()[:16]}"
    CACHE.mkdir(parents=True, exist_ok=True)
    with there.with_suffix(".lock").open("w") as lock:
        # Another process may build the same: wait for it.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not there.is_dir():
            build_beside(sources, commands, there)
    return there


def build_beside(sources: Path, commands: Sequence[Sequence[str]], there: Path) -> None:
    """Build in another folder and move it in one step: a half-built one never looks complete."""
    with tempfile.TemporaryDirectory(prefix=".build-", dir=there.parent) as scratch:
        ignored = shutil.ignore_patterns(*LEFT_OVER)
        copy = shutil.copytree(sources, Path(scratch) / sources.name, ignore=ignored)
        for command in commands:
            done = subprocess.run(
                command,
                cwd=copy,
                capture_output=True,
                text=True,
                timeout=BUILD_SECONDS,
                check=False,
            )
            assert done.returncode == 0, f"{command}:\n{done.stdout}{done.stderr}"
        copy.rename(there)
