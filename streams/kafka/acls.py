"""Lists the rights at the broker that each part of Tocsin needs, and no others.

A role reads and writes certain topics and uses one consumer group. `tocsin topics acls` prints the
rights, and `streams.kafka.strimzi` writes them as Kubernetes resources. The names come from the
topic table (`streams.kafka.topics`), so the rights include a prefix, another application id and
topics that rules name.

The rights are those of Apache Kafka's authorizer. Read, Write, Delete and Alter each imply
Describe. A user who may write to a topic may use the idempotent producer.
"""

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from streams.kafka.topics import AlertTopics, TopicNames, plan
from streams.service.settings import Settings

Operation = Literal[
    "Read", "Write", "Create", "Delete", "Describe", "DescribeConfigs", "AlterConfigs"
]

# A replay's topics begin with this. Its application id is the live one, followed by this. See
# `streams.replay.manifest`.
REPLAY = "replay."
# kafka-acls.sh has its own word for a prefixed pattern.
_PATTERNS = {"literal": "literal", "prefix": "prefixed"}
_MAKE: tuple[Operation, ...] = ("Describe", "DescribeConfigs", "Create", "AlterConfigs")


@dataclass(frozen=True, slots=True)
class Grant:
    """Operations that are allowed on one topic or group, or on all whose names have the prefix."""

    resource: Literal["topic", "group"]
    name: str
    operations: tuple[Operation, ...]
    pattern: Literal["literal", "prefix"] = "literal"


@dataclass(frozen=True, slots=True)
class Role:
    """One user at the broker.

    Attributes:
        name: The role's name. The user is called `<application id>-<name>`.
        user: Its name at the broker.
        purpose: The commands that run under it.
        grants: All its rights.
    """

    name: str
    user: str
    purpose: str
    grants: tuple[Grant, ...]


def roles(settings: Settings, own_topics: Sequence[str] = ()) -> list[Role]:
    """Return every role with its rights.

    Args:
        settings: The settings in force.
        own_topics: Topics, without prefix, that rules name: see `streams.service.rules.own_topics`.
    """
    names, alerts = TopicNames.of(settings), AlertTopics.of(settings, own_topics).news
    group = settings.application_id
    read_alerts = _topics(alerts, "Read")
    by_role: list[tuple[str, str, list[Grant]]] = [
        ("worker", "tocsin worker", worker_grants(settings, own_topics)),
        ("ingest", "tocsin ingest", _topics([names.articles], "Write")),
        (
            "subscriber",
            "tocsin alerts, and programs that follow the alerts",
            [*read_alerts, Grant("group", f"{group}-subscriber", ("Read",), "prefix")],
        ),
        (
            "page",
            "tocsin page",
            [
                *read_alerts,
                # The oldest waiting article is read for its age.
                *_topics([names.mentions, names.articles], "Read"),
                Grant("group", group, ("Describe",)),
            ],
        ),
        (
            "forward",
            "tocsin forward",
            forward_grants(settings, f"{group}-forward", alerts),
        ),
        (
            "canary",
            "tocsin canary",
            [*_topics([names.articles], "Write"), *_topics([names.canary], "Read")],
        ),
        (
            "scaler",
            "what scales the workers by their lag",
            [
                *_topics([names.articles, names.mentions], "Describe"),
                Grant("group", group, ("Describe",)),
            ],
        ),
        ("operator", "tocsin topics, tocsin dead-letters", _operator(settings, own_topics)),
        ("replay", "tocsin replay; its diff, list, show, delete", _replay(settings, names, alerts)),
        (
            "replay-publish",
            "tocsin replay publish",
            [*_topics(alerts, "Read", "Write"), *_look_at_replays(settings)],
        ),
    ]
    return [
        Role(name, f"{group}-{name}", purpose, tuple(grants)) for name, purpose, grants in by_role
    ]


def commands(role: Role) -> list[str]:
    """Return a role's rights as commands of kafka-acls.sh for a POSIX shell."""
    return [
        " ".join(
            [
                'kafka-acls.sh --bootstrap-server "$BOOTSTRAP" --command-config "$CONFIG" --add',
                f"--allow-principal {shlex.quote(f'User:{role.user}')}",
                *(f"--operation {operation}" for operation in grant.operations),
                f"--{grant.resource} {shlex.quote(grant.name)}",
                f"--resource-pattern-type {_PATTERNS[grant.pattern]}",
            ]
        )
        for grant in role.grants
    ]


def _topics(names: Sequence[str], *operations: Operation) -> list[Grant]:
    return [Grant("topic", name, operations) for name in names]


def forward_grants(settings: Settings, group: str, alerts: Sequence[str]) -> list[Grant]:
    """Return the rights that `tocsin forward` needs.

    Args:
        settings: The settings in force.
        group: Its consumer group.
        alerts: The topics that it reads.
    """
    return [
        *_topics(alerts, "Read"),
        *_topics([TopicNames.of(settings).dead_letters], "Write"),
        Grant("group", group, ("Read",)),
    ]


def worker_grants(settings: Settings, own_topics: Sequence[str] = ()) -> list[Grant]:
    """Return the rights that a worker needs, live or in a replay.

    Args:
        settings: The settings in force.
        own_topics: As for `roles`.
    """
    names = TopicNames.of(settings)
    reads: dict[str, tuple[Operation, ...]] = {
        names.articles: ("Read",),
        names.mentions: ("Read", "Write"),
        names.watch_changelog: ("Read", "Write"),
    }
    # It writes to all other topics.
    grants = [
        Grant("topic", one.name, reads.get(one.name, ("Write",)))
        for one in plan(settings, own_topics)
    ]
    return [*grants, Grant("group", settings.application_id, ("Read",))]


def _operator(settings: Settings, own_topics: Sequence[str]) -> list[Grant]:
    names, alerts = TopicNames.of(settings), AlertTopics.of(settings, own_topics).news
    more: dict[str, tuple[Operation, ...]] = {
        # A requeue reads a dead letter and writes its record back to the original topic.
        names.dead_letters: ("Read",),
        names.articles: ("Write",),
        **dict.fromkeys(alerts, ("Write",)),
    }
    return [
        Grant("topic", one.name, (*_MAKE, *more.get(one.name, ())))
        for one in plan(settings, own_topics)
    ]


def _replay(settings: Settings, names: TopicNames, alerts: Sequence[str]) -> list[Grant]:
    """Return the rights for running a replay. They allow no change to live topics or groups."""
    group = f"{settings.application_id}.{REPLAY}"
    all_of_it: tuple[Operation, ...] = (*_MAKE, "Read", "Write", "Delete")
    return [
        *_topics([names.articles, *alerts], "Read"),
        Grant("topic", settings.topic_prefix + REPLAY, all_of_it, "prefix"),
        # The changelog. Faust names it after the application.
        Grant("topic", group, all_of_it, "prefix"),
        Grant("group", group, ("Read", "Delete"), "prefix"),
    ]


def _look_at_replays(settings: Settings) -> list[Grant]:
    return [Grant("topic", settings.topic_prefix + REPLAY, ("Read",), "prefix")]
