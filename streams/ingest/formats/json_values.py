"""Reads fields of untrusted JSON: a value of the right type, or an empty one."""

from typing import Any


def text(value: Any, *names: str) -> str:
    """Return the text at this path of names, or "" if there is none."""
    found = at(value, *names)
    if isinstance(found, str):
        return found
    if isinstance(found, int | float) and not isinstance(found, bool):
        return str(found)
    return ""


def at(value: Any, *names: str) -> Any:
    """Return the value at this path of names, or None if there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def objects(value: Any, *names: str) -> list[dict[str, Any]]:
    """Return the objects in the list under these names."""
    found = at(value, *names)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
