"""One deployment of Tocsin: settings, cluster, rules in force and topics.

A process builds it once, when it starts, and passes it on. A replay is the same deployment under
other settings (`with_settings`).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Self

from processors.errors import MisconfigurationError
from processors.rules import Rules
from streams.kafka.acls import Grant, Role, roles, worker_grants
from streams.kafka.connection import NO_BROKER, Connection
from streams.kafka.topics import AlertTopics, TopicNames, TopicPlan, plan
from streams.service.rules import own_topics, rules_in_force
from streams.service.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """Settings, and all values derived from them.

    Attributes:
        settings: The settings in force.
        names: The full names of all topics, except those that rules name.
        cluster: How to reach the cluster; None for a command that needs no broker.
        load_rules: Returns the rules in force. It reads their file once, when they are first
            needed. A canary, for example, never needs them.
    """

    settings: Settings
    names: TopicNames
    cluster: Connection | None
    load_rules: Callable[[], Rules]

    @classmethod
    def of(cls, settings: Settings, cluster: Connection | None = None) -> Self:
        """Build the deployment of these settings.

        Args:
            settings: The settings in force.
            cluster: How to reach the cluster; None for a command that needs no broker.
        """
        return cls(
            settings=settings,
            names=TopicNames.of(settings),
            cluster=cluster,
            load_rules=cache(lambda: rules_in_force(settings)),
        )

    def with_settings(self, settings: Settings) -> Self:
        """Return the deployment with other settings, the same rules and the same cluster."""
        return replace(self, settings=settings, names=TopicNames.of(settings))

    @property
    def connection(self) -> Connection:
        """How to reach the cluster.

        Raises:
            MisconfigurationError: The deployment was built without a cluster.
        """
        if self.cluster is None:
            raise MisconfigurationError(NO_BROKER)
        return self.cluster

    @property
    def rules(self) -> Rules:
        """The rules in force.

        Raises:
            BadRulesError: The message lists every problem of the file of rules.
            MisconfigurationError: There is no such file.
        """
        return self.load_rules()

    @property
    def own_topics(self) -> tuple[str, ...]:
        """Topics, without prefix, that rules name beside `news.alerts.<kind>`."""
        return own_topics(self.rules)

    @property
    def alerts(self) -> AlertTopics:
        """The topics of alerts, including those that rules name."""
        return AlertTopics.of(self.settings, self.own_topics)

    def topic_plans(self) -> list[TopicPlan]:
        """Return the planned topics in the order in which data flows."""
        return plan(self.settings, self.own_topics)

    def roles(self) -> list[Role]:
        """Return every role at the broker with its rights."""
        return roles(self.settings, self.own_topics)

    def worker_grants(self) -> list[Grant]:
        """Return the rights that a worker needs, live or in a replay."""
        return worker_grants(self.settings, self.own_topics)
