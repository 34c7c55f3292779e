"""Plans the topics (names, partitions, configuration), and compares a cluster with the plan.

Every topic's name is defined here. `plan` is a pure function of the settings. `compare` and `apply`
take an admin client of kafka-python as an argument.

Partition counts are part of the contract. A leader's id decides a mention's partition, and the
watch state's changelog has exactly the partitions of the mentions. So state and mentions of a
leader are always at the same worker. Articles are read from all partitions of their topic.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from kafka.admin import ConfigResource, ConfigResourceType, NewTopic
from kafka.errors import (
    AuthorizationError,
    NoError,
    TopicAlreadyExistsError,
    UnknownTopicOrPartitionError,
    UnsupportedVersionError,
    for_code,
)

from processors.canary import CANARY_KIND
from processors.contracts import AlertKind
from streams.errors import TopicMismatchError
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
_ALTERED = "OK"
# How far ahead of the broker's clock a timestamp may be. Brokers before Kafka 3.6 do not support
# it. There the worker's own check is the only one (`streams.worker.timestamp_check`).
AFTER_MAX = "message.timestamp.after.max.ms"
_OPTIONAL = frozenset({AFTER_MAX})
_INVALID_CONFIG = 40


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


@dataclass(frozen=True, slots=True)
class TopicDifference:
    """How one topic of the cluster differs from the plan.

    Tocsin can create a topic that is `missing`, and alter its `config`. You must fix `partitions`
    yourself, because moving keys to other partitions separates a leader from its state.
    `other_partitions` differ from the plan, and Tocsin works with them.
    """

    name: str
    kind: Literal["missing", "partitions", "other_partitions", "config"]
    message: str


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


def compare(admin: Any, wanted: Sequence[TopicPlan]) -> list[TopicDifference]:
    """Return how the cluster differs from the plan.

    Args:
        admin: A kafka-python `KafkaAdminClient`.
        wanted: The plan.

    Raises:
        KafkaError: The broker does not answer, or does not allow the question. A topic that may not
            be described does not count as missing.
    """
    there = _partitions(admin, wanted)
    differences = []
    for want in wanted:
        differences += _shape_differences(want, there.get(want.name))
        if want.name in there:
            differences += _config_differences(admin, want)
    return differences


def apply(admin: Any, wanted: Sequence[TopicPlan]) -> list[TopicDifference]:
    """Create missing topics, alter configurations that differ, and return the changes.

    Raises:
        TopicMismatchError: A topic has partitions that Tocsin cannot work with, and no change was
            made. Or the broker refuses a topic or a configuration, and the message gives its
            reason.
        KafkaError: The broker does not answer.
    """
    differences = [d for d in compare(admin, wanted) if d.kind != "other_partitions"]
    wrong = [d.message for d in differences if d.kind == "partitions"]
    if wrong:
        raise TopicMismatchError(_listed("Nothing was changed", wrong))
    by_name = {w.name: w for w in wanted}
    for name in dict.fromkeys(d.name for d in differences):
        want = by_name[name]
        if any(d.kind == "missing" for d in differences if d.name == name):
            _create(admin, want)
        else:
            _alter(admin, want)
    return differences


def require(admin: Any, wanted: Sequence[TopicPlan]) -> list[TopicDifference]:
    """Raise if a topic is missing or has partitions that Tocsin cannot work with.

    Configurations are not asked for, so a worker needs no right to read them.

    Returns:
        The topics that have other partitions than the plan, with which Tocsin works.

    Raises:
        TopicMismatchError: The message names every such topic, and what to do.
        KafkaError: As for `compare`.
    """
    there = _partitions(admin, wanted)
    differences = [d for want in wanted for d in _shape_differences(want, there.get(want.name))]
    wrong = [d.message for d in differences if d.kind != "other_partitions"]
    if wrong:
        head = "The topics are not as planned (`tocsin topics apply` creates what is missing)"
        raise TopicMismatchError(_listed(head, wrong))
    return differences


def _partitions(admin: Any, wanted: Sequence[TopicPlan]) -> dict[str, int]:
    """Return the number of partitions of those topics that exist."""
    there = {}
    for topic in admin.describe_topics([w.name for w in wanted]):
        error = for_code(topic.get("error_code") or 0)
        if error is NoError:
            there[topic["name"]] = len(topic["partitions"])
        elif error is not UnknownTopicOrPartitionError:
            raise error(f"describing {topic['name']}")
    return there


def _shape_differences(want: TopicPlan, partitions: int | None) -> list[TopicDifference]:
    if partitions is None:
        message = f"{want.name} is missing ({want.partitions} partitions: {want.purpose})"
        return [TopicDifference(want.name, "missing", message)]
    if partitions == want.partitions:
        return []
    found = f"{want.name} has {partitions} partitions, the plan says {want.partitions}"
    if want.takes(partitions):
        note = (
            "all of them are read"
            if want.partition_rule == "any"
            else f"the first {want.partitions} are written"
        )
        return [TopicDifference(want.name, "other_partitions", f"{found}: {note}")]
    message = f"{found}: set TOCSIN_PARTITIONS={partitions}, or delete and create the topic again"
    return [TopicDifference(want.name, "partitions", message)]


def _listed(head: str, messages: Sequence[str]) -> str:
    return f"{head}:" + "".join(f"\n  - {message}" for message in messages)


def _create(admin: Any, want: TopicPlan) -> None:
    new = NewTopic(
        want.name,
        num_partitions=want.partitions,
        replication_factor=want.replication_factor,
        topic_configs=dict(want.config),
    )
    # Raised errors hold the whole request and answer. The broker's own sentence is in the answer.
    answer = admin.create_topics([new], raise_errors=False)
    (outcome,) = answer["topics"]
    if outcome["error_code"] == _INVALID_CONFIG and _OPTIONAL & want.config.keys():
        _create(admin, _without_optional(want))
        return
    error = for_code(outcome["error_code"])
    # The topic exists: another worker was quicker. `require` checks that worker's topic.
    if error not in {NoError, TopicAlreadyExistsError}:
        why = outcome.get("error_message") or error.description or error.__name__
        if issubclass(error, AuthorizationError):
            why += " `tocsin topics acls --role operator` prints the rights that it takes"
        if error.retriable:
            raise error(f"creating {want.name}: {why}")
        raise TopicMismatchError(f"{want.name} cannot be created: {why}")
    # This also waits for another worker's topic, which the broker may know before its metadata
    # shows it.
    admin.wait_for_topics([want.name])


def _alter(admin: Any, want: TopicPlan) -> None:
    """Set the plan's configuration, and keep the topic's other settings."""
    optional = _OPTIONAL & want.config.keys()
    if optional - _found(admin, want).keys():
        want = _without_optional(want)
    resource = ConfigResource(ConfigResourceType.TOPIC, want.name, configs=dict(want.config))
    try:
        # The client returns a broker's refusal as text, and raises only errors that it finds
        # itself.
        outcome = admin.alter_configs([resource])["topic"][want.name]
    except (UnsupportedVersionError, ValueError) as error:
        outcome = str(error) or type(error).__name__
    if outcome != _ALTERED:
        settings = ", ".join(f"{key}={value}" for key, value in want.config.items())
        raise TopicMismatchError(
            f"the broker does not alter the configuration of {want.name}: {outcome}. "
            f"Set {settings} by the broker's own means"
        )


def _without_optional(want: TopicPlan) -> TopicPlan:
    config = {key: value for key, value in want.config.items() if key not in _OPTIONAL}
    return replace(want, config=config)


def _found(admin: Any, want: TopicPlan) -> dict[str, str]:
    """Return those settings of the plan that the broker knows, with the topic's values."""
    asked = dict.fromkeys(want.config, "")
    resource = ConfigResource(ConfigResourceType.TOPIC, want.name, configs=asked)
    answer = admin.describe_configs([resource], config_filter="all")
    return {key: entry["value"] for key, entry in answer["topic"].get(want.name, {}).items()}


def _config_differences(admin: Any, want: TopicPlan) -> list[TopicDifference]:
    found = _found(admin, want)
    return [
        TopicDifference(
            want.name, "config", f"{want.name} has {key}={found.get(key)}, the plan says {value}"
        )
        for key, value in want.config.items()
        if found.get(key) != value and (key in found or key not in _OPTIONAL)
    ]
