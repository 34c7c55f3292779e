"""JSON Schemas (2020-12) of the values that Tocsin writes, from the structs that it writes.

Owns what msgspec's own schemas do not say: which fields are always there, what they mean, and that
times are RFC 3339. Every schema stands alone (`$defs`), and none closes an
object, because fields may be added within a major version and readers must skip them.
"""

import inspect
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final, get_args, get_type_hints

import msgspec
from msgspec import Struct

from processors.contracts import Alert, Analysis, Mention, Withdrawal
from streams.contracts import ALERT_SCHEMA, ANALYSIS_SCHEMA, MENTION_SCHEMA, WITHDRAWAL_SCHEMA
from tools.contracts import describe, examples

Schema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
VERSION: Final = 1
"""Major version of the contracts. Another one means new schema ids and new CloudEvents types."""

ADDED_LATER: Final[Collection[tuple[str, str]]] = frozenset({("Alert", "story")})
"""Fields (struct, name) that came after version 1 was first published.

They are never required, because records from before them are still on the topics.
"""

_STRUCTS: Final[Mapping[str, type[Struct]]] = {s.__name__: s for s in describe.FIELDS}
_REF: Final = "#/$defs/{name}"


def value_schemas() -> dict[str, Schema]:
    """Make the schema of every value that is written, by file name."""
    return {
        ANALYSIS_SCHEMA: _stand_alone(
            "analysis", Analysis, _inside_analysis(), examples.analysis()
        ),
        MENTION_SCHEMA: _stand_alone("mention", Mention, _on_its_topic(), examples.mention()),
        WITHDRAWAL_SCHEMA: _stand_alone(
            "withdrawal", Withdrawal, components(Withdrawal), examples.withdrawal()
        ),
        ALERT_SCHEMA: _stand_alone("alert", Alert, components(Alert), *examples.alerts().values()),
    }


def schema_id(name: str) -> str:
    """Return a schema's id: a name, not an address, so that nobody fetches it."""
    return f"urn:tocsin:schema:{VERSION}:{name}"


def components(root: type[Struct]) -> dict[str, Schema]:
    """Make the schemas of a struct and of all structs within it, by the structs' names.

    Raises:
        KeyError: A field or struct has no description in `tools.contracts.describe`.
    """
    _, found = msgspec.json.schema_components([root], ref_template=_REF)
    return {name: _complete(_STRUCTS[name], schema) for name, schema in sorted(found.items())}


def always_written(
    struct: type[Struct], added_later: Collection[tuple[str, str]] = ADDED_LATER
) -> list[str]:
    """List the fields that every record of a struct has, in the struct's order.

    msgspec's own list has the fields without a default. Those with one are always written too,
    unless the struct leaves defaults out.
    """
    omits = struct.__struct_config__.omit_defaults
    return [
        field.encode_name
        for field in msgspec.structs.fields(struct)
        if (field.required or not omits) and (struct.__name__, field.name) not in added_later
    ]


def _complete(struct: type[Struct], schema: Schema) -> Schema:
    meanings = describe.FIELDS[struct]
    hints = get_type_hints(struct)
    properties = {}
    for field in msgspec.structs.fields(struct):
        found = schema["properties"][field.encode_name]
        if datetime in (hints[field.name], *get_args(hints[field.name])):
            found = _as_time(found)
        properties[field.encode_name] = {"description": meanings[field.name], **found}
    return {
        "title": schema["title"],
        "description": _prose(struct),
        "type": "object",
        "properties": properties,
        "required": always_written(struct),
    }


def _as_time(schema: Schema) -> Schema:
    # msgspec writes aware times in RFC 3339, but says so only of fields that are bound to a zone.
    if "anyOf" in schema:
        return {**schema, "anyOf": [_as_time(choice) for choice in schema["anyOf"]]}
    return {**schema, "format": "date-time"} if schema["type"] == "string" else schema


def _prose(struct: type[Struct]) -> str:
    paragraphs = inspect.cleandoc(struct.__doc__ or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)


def _inside_analysis() -> dict[str, Schema]:
    # A mention inside an analysis has no context: the analysis around it says the same.
    found = components(Analysis)
    del found["Mention"]["properties"]["context"]
    return {name: found[name] for name in _reachable("Analysis", found)}


def _on_its_topic() -> dict[str, Schema]:
    # A mention that travels alone always has one.
    found = components(Mention)
    root = found["Mention"]
    meaning = root["properties"]["context"]["description"]
    root["properties"]["context"] = {"description": meaning, **_ref("MentionContext")}
    root["required"].append("context")
    return found


def _ref(name: str) -> Schema:
    return {"$ref": _REF.format(name=name)}


def _reachable(root: str, definitions: Mapping[str, Schema]) -> list[str]:
    found: set[str] = set()
    waiting = [root]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [ref.removeprefix(_REF.format(name="")) for ref in refs(definitions[name])]
    return sorted(found)


def as_json(value: Struct) -> Any:
    """Turn a value into what a reader of its record gets from a JSON parser."""
    return msgspec.json.decode(msgspec.json.encode(value))


def refs(schema: Any) -> list[str]:
    """List every `$ref` in a schema, in order, as often as it stands there."""
    if isinstance(schema, list):
        return [ref for item in schema for ref in refs(item)]
    if not isinstance(schema, dict):
        return []
    own = [schema["$ref"]] if isinstance(schema.get("$ref"), str) else []
    return own + [ref for value in schema.values() for ref in refs(value)]


def _stand_alone(
    name: str, root: type[Struct], definitions: dict[str, Schema], *shown: Struct
) -> Schema:
    top = definitions.pop(root.__name__)
    return {
        "$schema": DIALECT,
        "$id": schema_id(name),
        **top,
        "examples": [as_json(example) for example in shown],
        "$defs": definitions,
    }
