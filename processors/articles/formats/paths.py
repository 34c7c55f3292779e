"""Follows paths to values in JSON: "source.name", through objects and lists.

A name leads into an object, and a list is followed in each of its elements.
"""

from collections.abc import Iterator
from typing import Any, Final

Path = tuple[str, ...]

# A list of authors or bodies is short; what is longer is made to cost time.
_MOST_ELEMENTS: Final = 100
_FIRST: Final = 20


def parse_path(text: str) -> Path:
    """Read a path; names are separated by dots."""
    return tuple(text.split("."))


def has_path(value: Any, path: Path) -> bool:
    """Report whether a path leads to a value; null is one."""
    if not path:
        return True
    if isinstance(value, list):
        return any(has_path(element, path) for element in value[:_FIRST])
    return isinstance(value, dict) and path[0] in value and has_path(value[path[0]], path[1:])


def values_at(value: Any, path: Path) -> Iterator[Any]:
    """Yield every value that a path leads to, as it is; null and blank text are none."""
    if isinstance(value, list) and path:
        for element in value[:_MOST_ELEMENTS]:
            yield from values_at(element, path)
    elif not path:
        if value is not None and not (isinstance(value, str) and not value.strip()):
            yield value
    elif isinstance(value, dict) and path[0] in value:
        yield from values_at(value[path[0]], path[1:])


def texts_at(value: Any, path: Path) -> Iterator[str]:
    """Yield every text that a path leads to, also in a list at its end."""
    for found in values_at(value, path):
        if isinstance(found, str):
            yield found
        elif isinstance(found, list):
            for element in found[:_MOST_ELEMENTS]:
                if isinstance(element, str) and element.strip():
                    yield element
