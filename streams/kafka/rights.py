"""Finds the rights that the broker's user lacks, as the broker reports them.

It compares the rights that a part of Tocsin needs (`streams.kafka.acls`) with those that the broker
allows, and builds the error that names each missing right. A broker without an authorizer allows
all operations. If a broker does not report rights, a missing one shows only when it refuses a
request.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiokafka.errors
import kafka.errors
import structlog
from kafka import KafkaAdminClient

from streams.errors import MissingRightsError, RecordsRefusedError
from streams.kafka.acls import Grant
from streams.kafka.connection import Connection

log = structlog.get_logger(__name__)

_TOPIC_REFUSED = kafka.errors.TopicAuthorizationFailedError.errno
REFUSALS = (
    kafka.errors.TopicAuthorizationFailedError,
    kafka.errors.GroupAuthorizationFailedError,
    kafka.errors.ClusterAuthorizationFailedError,
    aiokafka.errors.TopicAuthorizationFailedError,
    aiokafka.errors.GroupAuthorizationFailedError,
    aiokafka.errors.ClusterAuthorizationFailedError,
)


@dataclass(frozen=True, slots=True)
class Needs:
    """The rights that a part of Tocsin needs at a cluster.

    Attributes:
        connection: How to reach the cluster, and as which user.
        role: The role's name in `tocsin topics acls`.
        grants: The rights.
        group: The consumer group.
    """

    connection: Connection
    role: str
    grants: Sequence[Grant]
    group: str

    def missing(self, missing: Mapping[tuple[str, str], Sequence[str]]) -> MissingRightsError:
        """Return the error that names every missing right.

        Args:
            missing: Operations by resource type and name.
        """
        lines = [
            f"\n  - {' and '.join(operations)} on {resource} {name}"
            for (resource, name), operations in missing.items()
        ]
        return MissingRightsError(
            f"{self._refusal}:{''.join(lines)}\nGrant them (`tocsin topics acls --role "
            f"{self.role}` prints the commands), then start again; nothing is lost meanwhile."
        )

    def refused(self, admin: Any, error: BaseException) -> MissingRightsError:
        """Return the error for a client's refusal, with the missing rights that the broker reports.

        If the broker reports none, the message holds the client's own words.
        """
        missing: dict[tuple[str, str], list[str]] = {}
        try:
            missing = self._asked(admin)
        except (kafka.errors.KafkaError, OSError) as unknown:
            log.warning("rights.not_asked", error=str(unknown) or type(unknown).__name__)
        if missing:
            return self.missing(missing)
        return MissingRightsError(
            f"{self._refusal}: {type(error).__name__}: {error}. `tocsin topics acls --role "
            f"{self.role}` prints the rights that it needs"
        )

    def require(self, admin: Any) -> None:
        """Ask the broker whether every right is granted.

        Raises:
            MissingRightsError: A right is missing.
            KafkaError: The broker does not answer.
        """
        missing = self._asked(admin)
        if missing:
            raise self.missing(missing)

    def _asked(self, admin: Any) -> dict[tuple[str, str], list[str]]:
        names = [grant.name for grant in self.grants if grant.resource == "topic"]
        of_topics = missing_of_topics(self.grants, admin.describe_topics(names))
        missing = {("topic", name): operations for name, operations in of_topics.items()}
        try:
            lacking = missing_of_group(admin, self.grants, self.group)
        except kafka.errors.CoordinatorNotAvailableError:
            # A cluster that has never had a group creates the offsets topic now.
            lacking = []
        return missing | ({("group", self.group): lacking} if lacking else {})

    @property
    def _refusal(self) -> str:
        user = self.connection.sasl_username or "(none: no SASL is set)"
        servers = ",".join(self.connection.bootstrap_servers)
        return f"the broker at {servers} does not grant the user {user} the rights that it needs"


def missing_of_topics(
    grants: Iterable[Grant], described: Iterable[Mapping[str, Any]]
) -> dict[str, list[str]]:
    """Return the operations that are needed and not allowed, by topic.

    Args:
        grants: The needed rights.
        described: Topics as kafka-python's admin client describes them.
    """
    by_name = {topic["name"]: topic for topic in described}
    missing = {}
    for grant in grants:
        topic = by_name.get(grant.name)
        if grant.resource != "topic" or topic is None:
            continue
        allowed = topic.get("authorized_operations")
        if topic.get("error_code") == _TOPIC_REFUSED:
            # Each of the other operations implies Describe, so none is allowed.
            allowed = []
        lacking = _lacking(grant, allowed)
        if lacking:
            missing[grant.name] = lacking
    return missing


def missing_of_group(admin: Any, grants: Iterable[Grant], group: str) -> list[str]:
    """Return the operations on a group that are needed and not allowed.

    Args:
        admin: A kafka-python `KafkaAdminClient`.
        grants: The needed rights.
        group: The group.

    Raises:
        KafkaError: The broker does not answer, or does not know the group's coordinator yet.
    """
    try:
        described = admin.describe_groups([group])[group]
    except kafka.errors.GroupAuthorizationFailedError:
        described = {"authorized_operations": []}
    return [
        operation
        for grant in grants
        if grant.resource == "group" and grant.name == group
        for operation in _lacking(grant, described.get("authorized_operations"))
    ]


def is_refusal(error: BaseException) -> bool:
    """Return whether an error means that a right is missing."""
    refused = error.refused if isinstance(error, RecordsRefusedError) else ()
    return (
        isinstance(error, REFUSALS)
        or any(isinstance(one.error, REFUSALS) for one in refused)
        or _is_refusal_as_text(error)
    )


def _is_refusal_as_text(error: BaseException) -> bool:
    """Return whether aiokafka's group coordinator put a refusal into a bare error, as its repr."""
    said = str(error.args[0]) if type(error) is aiokafka.errors.KafkaError and error.args else ""
    return any(said.startswith(f"{one.__name__}(") for one in REFUSALS)


def with_rights_named(error: BaseException, needs: Needs) -> BaseException:
    """Return the cause of an error that ends the worker. A refusal names the missing rights.

    It blocks while it asks the broker.
    """
    if not is_refusal(error):
        return error
    admin = KafkaAdminClient(**needs.connection.kafka_python())
    try:
        named = needs.refused(admin, error)
    finally:
        admin.close()
    named.__cause__ = error
    return named


def _lacking(grant: Grant, allowed: Sequence[str] | None) -> list[str]:
    if allowed is None:
        return []
    return [operation for operation in grant.operations if _spelt(operation) not in allowed]


def _spelt(operation: str) -> str:
    return "".join(f"_{c}" if c.isupper() else c.upper() for c in operation).lstrip("_")
