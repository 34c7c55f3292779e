"""The tables of topics and of contracts."""

import json

from streams.contracts import published
from streams.kafka.topics import plan
from streams.service.settings import Settings
from tools.reference.table import code, table

_DAY_MS = 86_400_000


def _keys() -> dict[str, str]:
    """Return what the key of each topic is, as the AsyncAPI document says it."""
    document = json.loads(published("asyncapi.json"))
    keys = {}
    for channel in document["channels"].values():
        message, *_ = channel["messages"]
        binding = document["components"]["messages"][message]["bindings"]["kafka"]
        keys[channel["address"]] = binding["key"]["description"]
    return keys


def topics() -> str:
    """Return the table of topics under default settings."""
    keys = _keys()
    rows = []
    for topic in plan(Settings()):
        days = int(topic.config.get("retention.ms", 0)) // _DAY_MS
        kept = f"{days} day{'s' * (days > 1)}" if days else "the newest of each key"
        # The changelog is internal, and in no published contract.
        key = keys.get(topic.name, "Id of the leader. Internal to Tocsin.")
        rows.append([code(topic.name), topic.purpose, key, kept])
    return table(["Topic", "Holds", "Key", "Retention"], rows)
