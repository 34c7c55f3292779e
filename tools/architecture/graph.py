"""The import graph of the packages, and how it is put into layers."""

import ast
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("processors", "streams")
Graph = Mapping[str, frozenset[str]]


def _node(module: str) -> str:
    """Return the part of the graph that a module belongs to: two names of its path."""
    return ".".join(module.split(".")[:2])


def _imports(path: Path) -> Iterator[str]:
    """Yield the modules that a file imports, within functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from streams import logs` imports a module, `from streams.logs import x` does not.
            if node.module in PACKAGES:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
            else:
                yield node.module


def import_graph(root: Path = ROOT) -> Graph:
    """Return which part of the packages imports which others."""
    found: dict[str, set[str]] = {}
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            if module in PACKAGES or module == "streams.__main__":
                continue
            targets = found.setdefault(_node(module), set())
            targets |= {
                _node(name)
                for name in _imports(path)
                if name.split(".")[0] in PACKAGES and name not in PACKAGES
            }
    return {node: frozenset((targets & found.keys()) - {node}) for node, targets in found.items()}


def module_graph(root: Path = ROOT) -> Graph:
    """Return which module of the packages imports which others."""
    paths = {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path
        for package in PACKAGES
        for path in sorted((root / package).rglob("*.py"))
    }
    return {
        module: frozenset(_modules(path, paths.keys()) - {module}) for module, path in paths.items()
    }


def _modules(path: Path, known: AbstractSet[str]) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            # `from streams.kafka import groups` imports a module, not a name of the package.
            found |= (names & known) or {node.module}
    return found & known


def cycles(graph: Graph) -> list[frozenset[str]]:
    """Return the groups of nodes that import each other."""
    beyond = {node: reachable(graph, node) for node in graph}
    groups = {
        frozenset({node, *(one for one in beyond[node] if node in beyond[one])}) for node in graph
    }
    return sorted((group for group in groups if len(group) > 1), key=sorted)


def reachable(graph: Graph, start: str) -> frozenset[str]:
    """Return all that can be reached from a node, without the node unless a cycle leads back."""
    seen: set[str] = set()
    waiting = list(graph[start])
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting += graph[node]
    return frozenset(seen)


def without_implied(graph: Graph) -> dict[str, frozenset[str]]:
    """Return the graph without the arrows that follow from others."""
    beyond = {node: reachable(graph, node) for node in graph}
    kept = {}
    for node, targets in graph.items():
        implied = {
            target
            for target in targets
            for other in targets - {target}
            # Within a cycle, arrows do not follow from each other.
            if target in beyond[other] and other not in beyond[target] and node not in beyond[other]
        }
        kept[node] = targets - implied
    return kept


def layers(graph: Graph) -> list[list[str]]:
    """Return the nodes in layers, the highest first: each imports only from lower ones.

    Nodes of one cycle share a layer.
    """
    beyond = {node: reachable(graph, node) for node in graph}
    cycle = {node: frozenset(o for o in beyond[node] if node in beyond[o]) for node in graph}
    height: dict[str, int] = {}

    def high(node: str) -> int:
        if node not in height:
            members = cycle[node] | {node}
            below = {target for one in members for target in graph[one]} - members
            height.update(dict.fromkeys(members, 1 + max(map(high, below), default=-1)))
        return height[node]

    for node in graph:
        high(node)
    return [
        sorted(node for node in graph if height[node] == level)
        for level in range(max(height.values()), -1, -1)
    ]
