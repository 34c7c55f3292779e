"""From JSON Schema 2020-12 to the dialect of AsyncAPI 3.0, which is draft 07 with extensions.

Owns the differences that our schemas meet: where definitions stand, tuples, and what may stand
beside a reference.
"""

from collections.abc import Mapping
from typing import Any, Final

from tools.contracts.schemas import Schema

COMPONENTS: Final = "#/components/schemas/"
_DEFINITIONS: Final = "#/$defs/"
_LEFT_OUT: Final = ("$schema", "$id", "$defs", "examples")


def hoist(schema: Schema, names: Mapping[str, str]) -> dict[str, Schema]:
    """Turn a stand-alone schema into components: itself, by its title, and its definitions.

    Args:
        schema: JSON Schema 2020-12 with `title` and `$defs`.
        names: The component's name for a definition, where it is another.
    """
    root = {key: value for key, value in schema.items() if key not in _LEFT_OUT}
    parts = {names.get(name, name): part for name, part in schema["$defs"].items()}
    return {
        name: _translate(part, names) for name, part in {schema["title"]: root, **parts}.items()
    }


def _translate(schema: Any, names: Mapping[str, str]) -> Any:
    if isinstance(schema, list):
        return [_translate(item, names) for item in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: _translate(value, names) for key, value in schema.items()}
    if isinstance(found.get("$ref"), str):
        name = found.pop("$ref").removeprefix(_DEFINITIONS)
        reference = {"$ref": COMPONENTS + names.get(name, name)}
        # Draft 07 skips whatever stands beside a reference.
        return {**found, "allOf": [reference]} if found else reference
    if "prefixItems" in found:
        found["additionalItems"] = found["items"]
        found["items"] = found.pop("prefixItems")
    return found
