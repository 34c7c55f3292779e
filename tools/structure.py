"""Measures the structure of the program: packages, the imports between them, and sizes.

    .venv/bin/python -m tools.structure            prints the figures of this checkout
    .venv/bin/python -m tools.structure FOLDER     prints those of another one

A room is a part of the first level of `streams` or `processors`: a package or a loose module. An
arrow is an import from one room to another, counted once. Of a function, the
body is measured, without its docstring. `tests/test_architecture.py` has the limits.
"""

import ast
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.architecture.graph import (
    PACKAGES,
    ROOT,
    Graph,
    cycles,
    import_graph,
    module_graph,
)


@dataclass(frozen=True, slots=True)
class Size:
    """The number of lines of a module or function."""

    lines: int
    name: str


@dataclass(frozen=True, slots=True)
class Structure:
    """The figures of one of the two packages."""

    rooms: int
    arrows: int
    room_cycles: Sequence[frozenset[str]]
    module_cycles: Sequence[frozenset[str]]
    modules: Sequence[Size]
    functions: Sequence[Size]

    def modules_over(self, lines: int) -> int:
        """Return the number of modules with more lines."""
        return sum(one.lines > lines for one in self.modules)

    def functions_over(self, lines: int) -> int:
        """Return the number of functions with more lines."""
        return sum(one.lines > lines for one in self.functions)


def measure(package: str, root: Path = ROOT) -> Structure:
    """Measure one package of a checkout."""
    rooms, imports = import_graph(root), module_graph(root)
    within = _within(package, rooms)
    paths = sorted((root / package).rglob("*.py"))
    return Structure(
        rooms=len(within),
        arrows=sum(map(len, within.values())),
        room_cycles=cycles(within),
        module_cycles=cycles(_within(package, imports)),
        modules=_largest_first(
            Size(len(path.read_text("utf-8").splitlines()), str(path.relative_to(root)))
            for path in paths
        ),
        functions=_largest_first(
            size for path in paths for size in _functions(path, str(path.relative_to(root)))
        ),
    )


def _within(package: str, graph: Graph) -> dict[str, frozenset[str]]:
    nodes = {node for node in graph if node.split(".")[0] == package}
    return {node: graph[node] & nodes for node in nodes}


def _largest_first(sizes: Iterator[Size]) -> list[Size]:
    return sorted(sizes, key=lambda one: (-one.lines, one.name))


def _functions(path: Path, name: str) -> Iterator[Size]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        has_docstring = ast.get_docstring(node, clean=False) is not None
        body = node.body[1:] if has_docstring else node.body
        lines = (node.end_lineno or node.lineno) - body[0].lineno + 1 if body else 0
        yield Size(lines, f"{name}:{node.lineno} {node.name}")


def table(root: Path) -> Iterator[str]:
    """Yield the lines of the figures, cycles and largest parts of both packages."""
    measured = [measure(package, root) for package in PACKAGES]
    rows: list[tuple[str, list[int]]] = [
        ("rooms", [one.rooms for one in measured]),
        ("arrows", [one.arrows for one in measured]),
        ("rooms in cycles", [sum(map(len, one.room_cycles)) for one in measured]),
        ("modules in cycles", [sum(map(len, one.module_cycles)) for one in measured]),
        ("modules", [len(one.modules) for one in measured]),
        ("modules over 300 lines", [one.modules_over(300) for one in measured]),
        ("largest module", [one.modules[0].lines for one in measured]),
        ("functions over 40 lines", [one.functions_over(40) for one in measured]),
        ("largest function", [one.functions[0].lines for one in measured]),
    ]
    yield f"{'':24}" + "".join(f"{package:>12}" for package in PACKAGES)
    for title, figures in rows:
        yield f"{title:24}" + "".join(f"{figure:>12}" for figure in figures)
    for one in measured:
        for cycle in one.module_cycles:
            yield f"cycle: {', '.join(sorted(cycle))}"
        for size in (*one.modules[:5], *one.functions[:5]):
            yield f"{size.lines:5} {size.name}"


if __name__ == "__main__":
    for line in table(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT):
        print(line)
