"""Rules for every module: sizes, cycles, names, imports, and the place of its tests.

import-linter checks the direction of imports (`make lint`).
"""

import ast
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tools.architecture.graph import cycles, module_graph
from tools.structure import Structure, measure, table

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("processors", "streams")
MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
# Limits on the structure. `python -m tools.structure` prints the figures.
MAX_LINES = 400
MAX_MODULES_OVER_300_LINES = {"processors": 8, "streams": 10}
MAX_FUNCTIONS_OVER_40_LINES = {"processors": 1, "streams": 7}
MAX_FUNCTION_LINES = {"processors": 45, "streams": 90}
MAX_ROOMS = {"processors": 18, "streams": 17}
MAX_ARROWS = {"processors": 40, "streams": 57}
# Tests of several modules, which stand in the folder that they belong to.
TESTS_OF_SEVERAL_MODULES = {
    "processors/leaders/registry/test_earlier_holders.py",
    "processors/articles/formats/test_services.py",
    "processors/leaders/detection/test_headlines.py",
    "processors/sentiment/test_said_frames.py",
    "processors/sentiment/test_sentences_of_leaders.py",
    "processors/test_linear_time.py",
    "processors/watch/kinds/test_build.py",
    "processors/watch/test_sources.py",
    "processors/watch/test_time.py",
    "streams/ingest/formats/test_mutations.py",
    # The style sheet is no module.
    "streams/page/test_style.py",
    "streams/reading/test_odd_dates.py",
    # The views of a replay, beside the fixtures of one.
    "streams/replay/test_view.py",
}

# Imports the given modules, and reports side effects while one of them is being executed. An effect
# belongs to the innermost of these modules on the stack, unless the import machinery is between.
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
def test_a_module_has_a_docstring_and_few_lines(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= MAX_LINES
    assert ast.get_docstring(ast.parse(text)), "the module has no docstring"


@pytest.fixture(scope="module", params=PACKAGES)
def structure(request: pytest.FixtureRequest) -> tuple[str, Structure]:
    return request.param, measure(request.param)


def test_no_modules_import_each_other(structure: tuple[str, Structure]) -> None:
    _, measured = structure
    assert measured.module_cycles == []
    assert measured.room_cycles == []


def test_modules_and_functions_stay_small(structure: tuple[str, Structure]) -> None:
    package, measured = structure
    assert measured.modules_over(300) <= MAX_MODULES_OVER_300_LINES[package], measured.modules[:9]
    functions = measured.functions[:9]
    assert measured.functions_over(40) <= MAX_FUNCTIONS_OVER_40_LINES[package], functions
    assert functions[0].lines <= MAX_FUNCTION_LINES[package]


def test_rooms_and_arrows_stay_few(structure: tuple[str, Structure]) -> None:
    package, measured = structure
    assert measured.rooms <= MAX_ROOMS[package]
    assert measured.arrows <= MAX_ARROWS[package]


def test_the_figures_are_shown_side_by_side() -> None:
    lines = list(table(ROOT))
    assert lines[0].split() == list(PACKAGES)
    assert lines[3].split() == ["rooms", "in", "cycles", "0", "0"]


def test_cycles_and_sizes_are_found(tmp_path: Path) -> None:
    long = 'def f():\n    """Docstring."""\n' + "    x = 1\n" * 41
    for name, text in {
        "streams/kafka/topics.py": "from streams.kafka import groups\n",
        "streams/kafka/groups.py": "def g():\n    from streams.kafka.topics import x\n",
        "streams/kafka/__init__.py": "",
        "streams/page/app.py": f"import streams.kafka.groups\n{long}",
        "processors/errors.py": "",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    measured = measure("streams", tmp_path)
    assert measured.module_cycles == [frozenset({"streams.kafka.topics", "streams.kafka.groups"})]
    assert (measured.rooms, measured.arrows) == (2, 1)
    assert [(one.lines, one.name) for one in measured.functions] == [
        (41, "streams/page/app.py:2 f"),
        (1, "streams/kafka/groups.py:1 g"),
    ]
    assert measured.functions_over(40) == 1
    assert cycles(module_graph(tmp_path)) == measured.module_cycles


@pytest.mark.parametrize("package", [*PACKAGES, "tools"])
def test_a_test_module_stands_where_its_module_stands(package: str) -> None:
    tests = {
        path.relative_to(ROOT / "tests") for path in (ROOT / "tests" / package).rglob("test_*.py")
    }
    misplaced = {one.as_posix() for one in tests if not has_module(one)}
    assert misplaced - TESTS_OF_SEVERAL_MODULES == set()
    named = {one for one in TESTS_OF_SEVERAL_MODULES if one.startswith(f"{package}/")}
    assert named <= misplaced, "an exception that is not needed"


def has_module(test: Path) -> bool:
    """Return whether `test_x.py` or `test_x_more.py` has a module or folder `x` at its place."""
    folder = ROOT / test.parent
    parts = test.stem.removeprefix("test_").split("_")
    stems = ["_".join(parts[: n + 1]) for n in range(len(parts))]
    return test.parent.name in stems or any(
        (folder / f"{stem}.py").is_file() or (folder / stem).is_dir() for stem in stems
    )


def test_no_module_has_a_name_without_meaning() -> None:
    meaningless = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}
    assert [name(path) for path in MODULES if {*path.parts, path.stem} & meaningless] == []


def test_nothing_happens_at_import() -> None:
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in MODULES
        # `__main__` is the entry of a program.
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
def test_a_side_effect_at_import_is_found(line: str, tmp_path: Path) -> None:
    (tmp_path / "silent.py").write_text("import json, email.message, http.client\n", "utf-8")
    (tmp_path / "loud.py").write_text(f"import silent\n{line}\n", "utf-8")
    assert done_while_importing(tmp_path, [tmp_path], "silent") == []
    seen = done_while_importing(tmp_path, [tmp_path], "loud")
    assert seen
    assert all("loud.py:2: " in one for one in seen)
