"""Reads and checks files of article shapes: the names that mark a shape, and its fields' paths.

`data/shapes.toml` has the packaged shapes. TOCSIN_SHAPES names a file of the operator's own, which
are tried before them. Every problem is reported at once, with line and column. A file has one table
for each shape::

    [[shape]]
    name = "acme"
    recognise = ["acmeId", "story.headline"]   # all of these must be there
    id = ["acmeId"]
    title = ["story.headline"]
    text = ["story.body", "story.teaser"]      # the longest real text is taken
    published = ["story.goLive"]               # the first that can be read

Paths are names with dots between them. A list is followed in each of its elements. Of several texts
the longest is taken, of other fields the first path with a value.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path as FilePath
from typing import Annotated, Any, Final

from msgspec import Meta

from processors.articles.document import Document
from processors.articles.formats.paths import Path, has_path, parse_path
from processors.errors import BadShapesError, FileProblem, MisconfigurationError
from processors.rules.file.checked import Problems, Table, syntax_problem
from processors.rules.file.positions import positions

COMMON: Final = "common"
"""The packaged shape of the names that many services share; it is recognised by nothing."""

FIELDS: Final = (
    *("id", "url", "title", "text", "html", "source", "published", "language", "country"),
    *("version", "status"),
)
"""The keys of a shape that take paths."""

_Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}\Z")]
_PathText = Annotated[str, Meta(pattern=r"^[^.\s]{1,100}(\.[^.\s]{1,100}){0,9}\Z")]


@dataclass(frozen=True, slots=True)
class Shape:
    """Where a shape keeps the fields of an article; each a tuple of paths, the best first."""

    name: str
    recognise: tuple[Path, ...]
    id: tuple[Path, ...] = ()
    url: tuple[Path, ...] = ()
    title: tuple[Path, ...] = ()
    text: tuple[Path, ...] = ()
    html: tuple[Path, ...] = ()
    source: tuple[Path, ...] = ()
    published: tuple[Path, ...] = ()
    language: tuple[Path, ...] = ()
    country: tuple[Path, ...] = ()
    version: tuple[Path, ...] = ()
    status: tuple[Path, ...] = ()
    _by_field: Mapping[str, tuple[tuple[Path, ...], frozenset[str]]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        """Gather the first name of each path: most names of a large shape are not there."""
        by_field = {name: getattr(self, name) for name in FIELDS}
        object.__setattr__(
            self,
            "_by_field",
            {
                name: (paths, frozenset(path[0] for path in paths))
                for name, paths in by_field.items()
            },
        )

    def fits(self, document: Document) -> bool:
        """Report whether a document has everything that marks this shape."""
        for path in self.recognise:
            if path[0] not in document or not has_path(document, path):
                return False
        return True

    def paths(self, field_name: str, document: Document) -> Sequence[Path]:
        """Return the paths of a field that may lead somewhere in a document."""
        paths, firsts = self._by_field[field_name]
        if firsts.isdisjoint(document):
            return ()
        return [path for path in paths if path[0] in document]


@cache
def packaged_shapes() -> Mapping[str, Shape]:
    """Return the packaged shapes by name, in the order in which they are tried."""
    text = resources.files(__package__).joinpath("data/shapes.toml").read_text("utf-8")
    return {shape.name: shape for shape in read_shapes(text, "shapes.toml", packaged=True)}


def load_shapes(path: FilePath | None) -> tuple[Shape, ...]:
    """Load the operator's own shapes.

    Args:
        path: The file of TOCSIN_SHAPES; None where there is none.

    Raises:
        BadShapesError: listing every problem of the file.
        MisconfigurationError: the file cannot be read.
    """
    if path is None:
        return ()
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise MisconfigurationError(f"The shapes {path} cannot be read: {why}.") from error
    except UnicodeDecodeError as error:
        raise MisconfigurationError(f"The shapes {path} are not UTF-8.") from error
    return read_shapes(text, str(path))


def read_shapes(text: str, name: str, *, packaged: bool = False) -> tuple[Shape, ...]:
    """Read and check a file of shapes.

    Args:
        text: The file's text.
        name: What messages call it.
        packaged: Whether a shape may be recognised by nothing.

    Raises:
        BadShapesError: with every problem.
    """
    try:
        values = tomllib.loads(text)
        problems = Problems(positions(text))
    except tomllib.TOMLDecodeError as error:
        raise BadShapesError(name, [syntax_problem(error, text)]) from error
    except RecursionError as error:
        raise BadShapesError(name, [FileProblem(1, 1, "nested too deep")]) from error
    file = Table(values, (), problems)
    shapes: list[Shape] = []
    lines: dict[str, int] = {}
    for table in file.tables("shape"):
        shape = _shape(table, packaged=packaged)
        if shape.name in lines:
            table.problem("name", f"the shape of line {lines[shape.name]} is {shape.name} too")
        lines.setdefault(shape.name, table.line)
        shapes.append(shape)
    if not shapes and not problems.found:
        problems.add((), "the file has no [[shape]]")
    file.finish()
    if problems.found:
        raise BadShapesError(name, sorted(problems.found))
    return tuple(shapes)


def _shape(table: Table, *, packaged: bool) -> Shape:
    name = table.require("name", _Name, "?")
    table.take("about", str, "")
    recognise = _paths(table, "recognise", required=not packaged)
    paths: dict[str, Any] = {key: _paths(table, key) for key in FIELDS}
    if not any(table.has(key) for key in ("title", "text", "html")):
        table.problem("name", f"{name} has no title, text or html: an article needs one of them")
    table.finish()
    return Shape(name, recognise, **paths)


def _paths(table: Table, key: str, *, required: bool = False) -> tuple[Path, ...]:
    take = table.require if required else table.take
    found: tuple[str, ...] | None = take(key, tuple[_PathText, ...], None)
    if required and found == ():
        table.problem(key, f"{key} is empty: name at least one path that only this shape has")
    return tuple(map(parse_path, found or ()))
