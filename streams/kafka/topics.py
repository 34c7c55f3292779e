"""Plans the topics: names, partitions, configuration.

Every topic's name is defined here. `plan` is a pure function of the settings.
`streams.kafka.topic_differences` compares a cluster with the plan.

Partition counts are part of the contract. A leader's id decides a mention's partition, and the
watch state's changelog has exactly the partitions of the mentions. So state and mentions of a
leader are always at the same worker. Articles are read from all partitions of their topic.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from processors.canary import CANARY_KIND
from processors.contracts import AlertKind
from streams.service.settings import Settings

ARTICLES = "news.articles"
ANALYSES = "news.analyses"
MENTIONS = "news.mentions"
DEAD_LETTERS = "news.dead-letters"
ALERTS = "news.alerts"
# Not one of `news.alerts.<kind>`: a subscriber to those by a pattern, or with read rights on their
# prefix, must never take a test for news.
CANARY = "news.canary"
WATCH_TABLE = "watch"

ALERT_KINDS: tuple[AlertKind, ...] = tuple(
    kind for kind in get_args(AlertKind) if kind != CANARY_KIND
)
"""The kinds that tell news."""

CANARY_LIFE_SECONDS = 86_400
# Every mention writes its leader's whole state. Only closed segments are compacted, and a worker
# that is assigned a partition reads all of it. With Kafka's default of 1 GiB that would take most
# of an hour.
CHANGELOG_CONFIG: Mapping[str, str] = {
    "cleanup.policy": "compact",
    "segment.bytes": str(16 * 1024 * 1024),
    "segment.ms": "3600000",
    "min.cleanable.dirty.ratio": "0.2",
}
# Headers, key and the error's description add to a dead letter's original bytes.
ENVELOPE_BYTES = 65_536
# How far ahead of the broker's clock a timestamp may be. Brokers before Kafka 3.6 do not support
# it. There the worker's own check is the only one (`streams.worker.timestamp_check`).
AFTER_MAX = "message.timestamp.after.max.ms"


@dataclass(frozen=True, slots=True)
class TopicNames:
    """The full names of all topics under one prefix, except those that rules name."""

    articles: str
    analyses: str
    mentions: str
    dead_letters: str
    canary: str
    watch_changelog: str
    alerts: Mapping[AlertKind, str]

    @classmethod
    def of(cls, settings: Settings) -> "TopicNames":
        """Return the names for the prefix and the application id of the settings."""
        prefix = settings.topic_prefix
        return cls(
            articles=settings.articles_topic or prefix + ARTICLES,
            analyses=prefix + ANALYSES,
            mentions=prefix + MENTIONS,
            dead_letters=prefix + DEAD_LETTERS,
            canary=prefix + CANARY,
            # Faust's own rule for a table's changelog. Faust recovers the table from this name.
            watch_changelog=f"{settings.application_id}-{WATCH_TABLE}-changelog",
            alerts={kind: f"{prefix}{ALERTS}.{kind}" for kind in ALERT_KINDS},
        )


@dataclass(frozen=True, slots=True)
class AlertTopics:
    """The topics of alerts.

    Attributes:
        kinds: `news.alerts.<kind>`, by kind.
        own: Other topics that rules name, by the name without the prefix.
        canary: The topic of canaries' alerts, which report no news.
    """

    kinds: Mapping[AlertKind, str]
    own: Mapping[str, str]
    canary: str

    @classmethod
    def of(cls, settings: Settings, own_topics: Sequence[str] = ()) -> "AlertTopics":
        """Return the names for the prefix of the settings.

        Args:
            settings: The settings in force.
            own_topics: Topics, without prefix, that rules name: see
                `streams.service.rules.own_topics`.
        """
        names = TopicNames.of(settings)
        own = {topic: f"{settings.topic_prefix}{topic}" for topic in own_topics}
        return cls(names.alerts, own, names.canary)

    @property
    def news(self) -> tuple[str, ...]:
        """All topics whose alerts report news."""
        return (*self.kinds.values(), *self.own.values())

    def of_alert(self, kind: AlertKind, rule_topic: str) -> str:
        """Return the topic of an alert: the one that its rule names, or else its kind's."""
        if kind == CANARY_KIND:
            return self.canary
        return self.own.get(rule_topic) or self.kinds[kind]

    def with_kind(self, kind: AlertKind | None) -> tuple[str, ...]:
        """Return every topic that may hold alerts of a kind. None: of any kind of news."""
        if kind is None:
            return self.news
        # A topic that a rule names can hold alerts of any kind.
        return (self.of_alert(kind, ""), *self.own.values())


PartitionRule = Literal["exact", "at_least", "any"]


@dataclass(frozen=True, slots=True)
class TopicPlan:
    """The plan of one topic. `config` holds Kafka's own names and values, as text.

    `partition_rule` says with which numbers of partitions Tocsin can work: only the planned one,
    that or more (Tocsin does not write to those beyond the plan), or any.
    """

    name: str
    partitions: int
    replication_factor: int
    config: Mapping[str, str]
    purpose: str
    partition_rule: PartitionRule = "at_least"

    def takes(self, partitions: int) -> bool:
        """Return whether Tocsin can work with a topic of this number of partitions."""
        if self.partition_rule == "exact":
            return partitions == self.partitions
        return self.partition_rule == "any" or partitions >= self.partitions


def plan(settings: Settings, own_topics: Sequence[str] = ()) -> list[TopicPlan]:
    """Return the planned topics of these settings, in the order in which data flows.

    Args:
        settings: The settings in force.
        own_topics: Topics, without prefix, that rules name: see `streams.service.rules.own_topics`.
    """
    names, alerts = TopicNames.of(settings), AlertTopics.of(settings, own_topics)
    largest = str(settings.max_message_bytes)
    article_life = str(settings.retention_articles_seconds * 1000)
    alert_life = str(settings.retention_alerts_seconds * 1000)
    # Brokers keep the codec that a producer chose. Any other value makes them compress again, and
    # subscribers may get alerts in a codec that their client does not know.
    as_sent = {"compression.type": "producer"}
    kept = {"cleanup.policy": "delete", "retention.ms": article_life, **as_sent}
    # A topic that you name may be an archive, so Tocsin does not set its retention.
    own = {**kept, "max.message.bytes": largest, AFTER_MAX: _max_ahead_ms(settings)}
    articles = {} if settings.articles_topic else own
    changelog = {**CHANGELOG_CONFIG, **as_sent}
    rung = {"cleanup.policy": "delete", "retention.ms": alert_life, **as_sent}
    brief = str(min(settings.retention_alerts_seconds, CANARY_LIFE_SECONDS) * 1000)
    dead = str(settings.max_message_bytes + ENVELOPE_BYTES)

    def topic(
        name: str, config: Mapping[str, str], purpose: str, rule: PartitionRule = "at_least"
    ) -> TopicPlan:
        partitions, replicas = settings.partitions, settings.replication_factor
        return TopicPlan(name, partitions, replicas, config, purpose, rule)

    return [
        topic(names.articles, articles, "articles, the input", "any"),
        topic(names.analyses, kept, "what each article says"),
        topic(names.mentions, kept, "one record per article and leader, keyed by leader", "exact"),
        topic(names.watch_changelog, changelog, "the state of watch", "exact"),
        *(
            topic(name, rung, f"alerts of kind {kind}, keyed by leader")
            for kind, name in alerts.kinds.items()
        ),
        *(
            topic(name, rung, "alerts of the rules that name it, keyed by leader")
            for name in alerts.own.values()
        ),
        topic(names.canary, {**rung, "retention.ms": brief}, "alerts of canaries: tests, no news"),
        topic(names.dead_letters, {**rung, "max.message.bytes": dead}, "what could not be read"),
    ]


def _max_ahead_ms(settings: Settings) -> str:
    return str(max(1, round(settings.max_ahead_seconds * 1000)))
