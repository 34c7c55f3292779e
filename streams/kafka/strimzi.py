"""Writes topics and users as resources of Strimzi, the operator of Kafka in Kubernetes.

It defines the layout of `KafkaTopic` and `KafkaUser` (API `kafka.strimzi.io/v1`) and their YAML.
The topics and rights come from `streams.kafka.topics` and `streams.kafka.acls`. The layout was
taken from Strimzi's own API classes, and tests check it against the schemas that they generate.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from streams.kafka.acls import Grant, Role
from streams.kafka.topics import TopicPlan

API = "kafka.strimzi.io/v1"
_NOT_IN_NAMES = re.compile(r"[^a-z0-9.-]+")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9./-]*", re.ASCII)
# Values that YAML 1.1 does not read as text.
_WORDS = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null"])

Resource = Mapping[str, Any]


def topic(planned: TopicPlan, cluster: str) -> Resource:
    """Return a topic as a resource. `cluster` is the name of Strimzi's Kafka resource."""
    name = _resource_name(planned.name)
    spec: dict[str, Any] = {} if name == planned.name else {"topicName": planned.name}
    spec |= {
        "partitions": planned.partitions,
        "replicas": planned.replication_factor,
        "config": {key: _number(value) for key, value in planned.config.items()},
    }
    return _resource("KafkaTopic", name, cluster, spec)


def user(role: Role, cluster: str) -> Resource:
    """Return a role's user as a resource. Strimzi makes a Secret of that name with its password."""
    acls = [
        {
            "resource": {"type": one.resource, "name": one.name, "patternType": one.pattern},
            "operations": list(one.operations),
        }
        for one in map(_with_describe, role.grants)
    ]
    spec = {
        "authentication": {"type": "scram-sha-512"},
        "authorization": {"type": "simple", "acls": acls},
    }
    return _resource("KafkaUser", _resource_name(role.user), cluster, spec)


def to_yaml(resources: Sequence[Resource]) -> str:
    """Return resources as documents of one YAML stream."""
    return "".join("---\n" + "".join(f"{line}\n" for line in _lines(one)) for one in resources)


def _with_describe(grant: Grant) -> Grant:
    # Other rights imply it. It is written out so that readers need not know that.
    if "Describe" in grant.operations:
        return grant
    return Grant(grant.resource, grant.name, (*grant.operations, "Describe"), grant.pattern)


def _resource(kind: str, name: str, cluster: str, spec: Mapping[str, Any]) -> Resource:
    metadata = {"name": name, "labels": {"strimzi.io/cluster": cluster}}
    return {"apiVersion": API, "kind": kind, "metadata": metadata, "spec": spec}


def _resource_name(name: str) -> str:
    """Return a name that Kubernetes accepts. A valid name is unchanged."""
    return _NOT_IN_NAMES.sub("-", name.lower()).strip("-.")


def _number(value: str) -> int | str:
    return int(value) if value.isascii() and value.isdigit() else value


def _lines(value: Mapping[str, Any]) -> Iterator[str]:
    for key, item in value.items():
        if isinstance(item, Mapping) and item:
            yield f"{_scalar(key)}:"
            yield from (f"  {line}" for line in _lines(item))
        elif isinstance(item, list) and item and isinstance(item[0], Mapping):
            yield f"{_scalar(key)}:"
            for one in item:
                first, *rest = _lines(one)
                yield f"  - {first}"
                yield from (f"    {line}" for line in rest)
        elif isinstance(item, list):
            yield f"{_scalar(key)}: [{', '.join(map(_scalar, item))}]"
        else:
            yield f"{_scalar(key)}: {_scalar(item)}"


def _scalar(value: object) -> str:
    text = value if isinstance(value, str) else ""
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    # Every JSON value is a YAML value.
    return json.dumps(value)
