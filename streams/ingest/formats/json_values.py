"""Values of JSON from outside: of the right type, or nothing.

Owns the reading of one field. Formats say which.
"""

from typing import Any


def text(value: Any, *names: str) -> str:
    """Return the text under these names, going down one level a name; "" where there is none."""
    found = at(value, *names)
    if isinstance(found, str):
        return found
    if isinstance(found, int | float) and not isinstance(found, bool):
        return str(found)
    return ""


def at(value: Any, *names: str) -> Any:
    """Return what is under these names, going down one level a name; None where nothing is."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def objects(value: Any, *names: str) -> list[dict[str, Any]]:
    """Return the objects in the list under these names."""
    found = at(value, *names)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
