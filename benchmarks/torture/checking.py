"""Compare what came out of a run with what was written."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from kafka import KafkaConsumer, TopicPartition
from records import Fate
from running import Deployment
from writing import Written

from processors.analyse import Analyser, load_analyser
from processors.articles.decode import DecodeLimits, decode
from processors.contracts import Mention
from processors.watch import load_rules, new_state, watch
from streams.kafka.envelope import ERROR_PREFIX
from streams.kafka.topics import TopicNames
from streams.service.settings import Settings

MAX_NAMED = 5


class _Id(msgspec.Struct):
    article_id: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run wrote, with counts: article ids, places of dead letters, ids of alerts."""

    analyses: Counter[str]
    dead: Counter[tuple[int, int]]
    alerts: Counter[str]
    reasons: Counter[str]

    @property
    def repeated(self) -> str:
        """Return how many records were written more than once."""
        counts = (self.analyses, self.dead, self.alerts)
        return " / ".join(str(one.total() - len(one)) for one in counts)


def outcome(deployment: Deployment, names: TopicNames) -> Outcome:
    """Read the topics of a run."""
    broker = deployment.broker.bootstrap_servers
    decode_id = msgspec.json.Decoder(_Id).decode
    dead = [dict(one.headers) for one in _read(broker, [names.dead_letters])]
    alerts = _read(broker, [*names.alerts.values()])
    return Outcome(
        analyses=Counter(
            decode_id(one.value).article_id for one in _read(broker, [names.analyses])
        ),
        dead=Counter(_place(headers) for headers in dead),
        alerts=Counter(dict(one.headers)["ce_id"].decode() for one in alerts),
        reasons=Counter(headers[f"{ERROR_PREFIX}reason"].decode() for headers in dead),
    )


def differences(
    name: str, found: Outcome, written: Sequence[Written], alerts: Iterable[str]
) -> list[str]:
    """Return how a run differs from what was written, a line a difference."""
    by_fate: dict[Fate, set[Written]] = {fate: set() for fate in Fate}
    for one in written:
        by_fate[one.wanted.fate].add(one)
    kinds = {one.place: one.wanted.kind for one in written}
    ids = {one.wanted.article_id for one in by_fate[Fate.ANALYSED]}
    places = {one.place for one in by_fate[Fate.DEAD]}
    expected = set(alerts)
    named = {one.wanted.article_id: f"{one.wanted.kind} at {one.place}" for one in written}
    lines = [
        *_compared("analyses", ids, set(found.analyses), lambda one: named.get(one, one)),
        *_compared("dead letters", places, set(found.dead), lambda one: f"{kinds[one]} at {one}"),
        *_compared("alerts", expected, set(found.alerts), str),
    ]
    return [f"{name}: {line}" for line in lines]


def expected_alerts(written: Sequence[Written]) -> set[str]:
    """Return the ids of the alerts that the processors alone compute, by event time."""
    analyser, rules = _analyser(), load_rules()
    mentions: list[tuple[datetime, str, Mention]] = []
    for one in written:
        wanted = one.wanted
        if wanted.fate is not Fate.ANALYSED:
            continue
        moment = datetime.fromtimestamp(wanted.timestamp_ms / 1000, tz=UTC)
        article = decode(wanted.plain, list(wanted.headers), wanted.key, DecodeLimits())
        for mention in analyser.analyse(article, moment).mentions:
            assert mention.context is not None  # noqa: S101 - the analyser gives every mention one
            mentions.append((moment, mention.context.mention_id, mention))
    states: dict[str, Any] = {}
    found: set[str] = set()
    for _, _, mention in sorted(mentions, key=lambda one: one[:2]):
        state = states.setdefault(mention.leader_id, new_state())
        found |= {one.alert_id for one in watch(state, mention, rules, datetime.now(UTC)).alerts}
    return found


def _analyser() -> Analyser:
    settings = Settings(confirm="off")
    return load_analyser("torture", settings.scorer, settings.confirm)


def _compared(what: str, wanted: set[Any], found: set[Any], name: Any) -> list[str]:
    lines = []
    for kind, several in (("missing", wanted - found), ("extra", found - wanted)):
        if several:
            some = ", ".join(name(one) for one in sorted(several)[:MAX_NAMED])
            lines.append(f"{len(several)} {what} {kind}: {some}")
    return lines


def _place(headers: dict[str, bytes]) -> tuple[int, int]:
    return (
        int(headers[f"{ERROR_PREFIX}partition"]),
        int(headers[f"{ERROR_PREFIX}offset"]),
    )


def _read(bootstrap: str, topics: Sequence[str]) -> list[Any]:
    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        allow_auto_create_topics=False,
        max_partition_fetch_bytes=64_000_000,
    )
    tps = [TopicPartition(t, p) for t in topics for p in consumer.partitions_for_topic(t) or ()]
    consumer.assign(tps)
    consumer.seek_to_beginning(*tps)
    ends = consumer.end_offsets(tps)
    records: list[Any] = []
    while any(consumer.position(tp) < ends[tp] for tp in tps):
        for batch in consumer.poll(500).values():
            records += batch
    consumer.close()
    return records
