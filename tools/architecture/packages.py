"""The picture of the packages, from the imports of the code."""

from collections.abc import Sequence

from tools.architecture.graph import Graph, import_graph, layers, without_implied
from tools.architecture.svg import Box, arrow, arrows, picture

_FILLS = {"streams": "#dceefb", "processors": "#e3f9e5"}
_WIDTH, _MARGIN = 1000.0, 12.0
_ROW = 74.0
_LETTER, _PADDING = 7.3, 20.0
# How often rows are ordered by their neighbours, down and up.
_ROUNDS = 8


def _ordered(rows: Sequence[Sequence[str]], graph: Graph) -> list[list[str]]:
    """Order each row by the mean place of its neighbours, so that few arrows cross."""
    importers = {n: {m for m, targets in graph.items() if n in targets} for n in graph}
    place = {n: (i + 0.5) / len(row) for row in rows for i, n in enumerate(row)}
    ordered = [list(row) for row in rows]
    for turn in range(_ROUNDS):
        neighbours = importers if turn % 2 == 0 else graph
        for row in ordered if turn % 2 == 0 else reversed(ordered):
            mean = {
                n: sum(place[m] for m in sorted(neighbours[n])) / len(neighbours[n])
                if neighbours[n]
                else place[n]
                for n in row
            }
            row.sort(key=lambda n: (mean[n], n))
            place.update({n: (i + 0.5) / len(row) for i, n in enumerate(row)})
    return ordered


def _split(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Break rows that are wider than the picture."""
    split: list[list[str]] = []
    for row in rows:
        line: list[str] = []
        for node in row:
            if line and sum(map(_width, [*line, node])) + _MARGIN * (len(line) + 2) > _WIDTH:
                split.append(line)
                line = []
            line.append(node)
        split.append(line)
    return split


def _width(node: str) -> float:
    return len(node) * _LETTER + _PADDING


def _boxes(rows: Sequence[Sequence[str]]) -> dict[str, Box]:
    boxes = {}
    for level, row in enumerate(rows):
        widths = [_width(node) for node in row]
        gap = (_WIDTH - sum(widths)) / (len(row) + 1)
        x = gap
        for node, width in zip(row, widths, strict=True):
            fill = _FILLS[node.partition(".")[0]]
            boxes[node] = Box(node, x + width / 2, _ROW * (level + 0.5), width, fill)
            x += width + gap
    return boxes


def draw_packages() -> str:
    """Return the picture."""
    graph = import_graph()
    kept = without_implied(graph)
    rows = _split(_ordered(layers(graph), kept))
    boxes = _boxes(rows)
    lines = [
        arrow((boxes[node].x, boxes[node].bottom), (boxes[target].x, boxes[target].top))
        for node in sorted(kept)
        for target in sorted(kept[node])
    ]
    return picture(
        "Packages and what they import",
        _WIDTH,
        _ROW * len(rows),
        [arrows(lines), *(boxes[node].drawn() for row in rows for node in row)],
    )
