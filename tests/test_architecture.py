"""What every module keeps to. The direction of imports is import-linter's (`make lint`)."""

import ast
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("processors", "streams")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
MOST_LINES = 400

# Imports the modules named, and reports what is done while one of ours is being executed: whoever
# asks, the frame that counts is the first of ours above it, unless the machinery that imports
# another module stands between.
WATCHED_IMPORT = """
import importlib, os, sys

folders = tuple(folder + os.sep for folder in sys.argv[1].split(os.pathsep))
modules = sys.argv[2:]
WATCHED = ("open", "os.", "socket.", "subprocess.", "shutil.", "tempfile.", "sqlite3.",
           "_thread.start_new_thread", "urllib.")
found = []


def ours():
    frame = sys._getframe(2)
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith("<frozen importlib"):
            return None
        if name.startswith(folders):
            return name + ":" + str(frame.f_lineno)
        frame = frame.f_back
    return None


def hook(event, arguments):
    if event.startswith(WATCHED):
        where = ours()
        if where:
            found.append(where + ": " + event + " " + repr(arguments)[:100])


class Environment(type(os.environ)):
    def __getitem__(self, key):
        where = ours()
        if where:
            found.append(where + ": reads the environment, " + repr(key))
        return super().__getitem__(key)


sys.path.insert(0, os.getcwd())
sys.addaudithook(hook)
os.environ.__class__ = Environment
for module in modules:
    importlib.import_module(module)
print("\\n".join(found))
"""


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def done_while_importing(root: Path, folders: Sequence[Path], *modules: str) -> list[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    program = subprocess.run(
        [sys.executable, "-c", WATCHED_IMPORT, os.pathsep.join(map(str, folders)), *modules],
        cwd=root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert program.returncode == 0, program.stderr
    return program.stdout.split("\n")[:-1] if program.stdout.strip() else []


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_a_module_is_short_enough_to_be_read_and_says_what_it_owns(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= MOST_LINES
    said = ast.get_docstring(ast.parse(text))
    assert said, "the module has no docstring"


def test_nothing_is_called_by_a_name_that_says_nothing() -> None:
    nothing = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}
    assert [name(path) for path in MODULES if {*path.parts, path.stem} & nothing] == []


def test_nothing_happens_at_import() -> None:
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in MODULES
        # That one is there to be run.
        if path.name != "__main__.py"
    ]
    assert len(modules) > 50
    assert done_while_importing(ROOT, [ROOT / package for package in PACKAGES], *modules) == []


@pytest.mark.parametrize(
    "line",
    [
        "open(__file__).close()",
        "import pathlib; pathlib.Path(__file__).read_text()",
        "import os; os.environ.get('HOME')",
        "import os; os.getenv('HOME')",
        "import socket; socket.socket().close()",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.listdir()",
    ],
)
def test_what_happens_at_import_would_be_seen(line: str, tmp_path: Path) -> None:
    (tmp_path / "silent.py").write_text("import json, email.message, http.client\n", "utf-8")
    (tmp_path / "loud.py").write_text(f"import silent\n{line}\n", "utf-8")
    assert done_while_importing(tmp_path, [tmp_path], "silent") == []
    seen = done_while_importing(tmp_path, [tmp_path], "loud")
    assert seen
    assert all("loud.py:2: " in one for one in seen)
