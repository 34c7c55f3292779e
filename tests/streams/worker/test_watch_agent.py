"""Batches of mention records: what is written, in which order, and what is kept."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
import pytest
from msgspec import structs

from processors.canary import CANARY_ID
from processors.contracts import (
    Alert,
    ArticleRef,
    LeaderRef,
    Mention,
    MentionContext,
    Sentiment,
    Versions,
    Withdrawal,
)
from processors.rules import Rules
from processors.watch import STATE_VERSION, decode_state, encode_state, load_rules
from streams.errors import RecordsRefusedError, RefusedRecord
from streams.kafka.envelope import Outgoing, Record, TopicPartition, withdrawal_records
from streams.kafka.topics import AlertTopics, TopicNames
from streams.kafka.unreadable import marked
from streams.service.metrics import Metrics
from streams.service.rules import own_topics
from streams.service.settings import Settings
from streams.worker.mention_reading import ReadMention
from streams.worker.watch_agent import WatchAgent
from tests.streams.worker.records import record

NAMES = TopicNames.of(Settings())
XI, PUTIN = "Q15031", "Q7747"
PARTITION = 2


TP = TopicPartition(NAMES.mentions, PARTITION)


def fetched(value: bytes | None, key: bytes | None) -> Record:
    return record(tp=TP, timestamp_ms=1_779_268_500_250, key=key, value=value)


@dataclass
class Outbox:
    """Keeps each call's records; refuses a topic if told so."""

    refuse: str = ""
    calls: list[list[Outgoing]] = field(default_factory=list)

    async def send(self, records: Sequence[Outgoing]) -> None:
        await asyncio.sleep(0)
        if any(record.topic == self.refuse for record in records):
            raise OSError("refused")
        if records:
            self.calls.append(list(records))

    @property
    def topics(self) -> list[list[str]]:
        return [[record.topic for record in call] for call in self.calls]


class Watching:
    """An agent with its table, handling one batch after another."""

    def __init__(
        self,
        states: dict[bytes, bytes] | None = None,
        refuse: str = "",
        rules: Rules | None = None,
    ) -> None:
        self.states = {} if states is None else states
        self.outbox = Outbox(refuse)
        self.metrics = Metrics()
        self.agent = WatchAgent(
            rules or load_rules(),
            NAMES,
            AlertTopics.of(Settings(), own_topics(rules or load_rules())),
            self.outbox,
            self.metrics,
            lambda: self.states,
            lambda _: PARTITION,
        )

    def handle(self, *records: Record) -> None:
        asyncio.run(self._handle(records))

    async def _handle(self, records: Sequence[Record]) -> None:
        understood = [self.agent.read(one) for one in records]
        await self.agent.send_dead_letters(
            [one for one in understood if not isinstance(one, ReadMention)]
        )
        await self.agent.handle([one for one in understood if isinstance(one, ReadMention)])
        await self.agent.save()

    def sample(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(name, labels)


def mention(
    article_id: str, leader_id: str = XI, polarity: float = -0.9, **changes: Any
) -> Mention:
    fields: dict[str, Any] = {
        "mention_id": f"{article_id}/{leader_id}",
        "article": ArticleRef(article_id=article_id, title="T", url="", source="S", family="S"),
        "revision": 1,
        "event_time": "2026-05-20T09:15:00Z",
        "companions": [],
        "versions": Versions(tocsin="1", registry="r", lexicon="l", scorer="s"),
        **changes,
    }
    return Mention(
        leader_id=leader_id,
        leader_name=leader_id,
        country="CN",
        office="President",
        status="in_office",
        relevance=60,
        sentiment=Sentiment(
            polarity=polarity, subjectivity=0.5, label="negative", scored_words=5, coverage=0.1
        ),
        spans=[],
        evidence=[],
        context=MentionContext(**fields),
    )


def message(*given: Any, key: bytes | None = None, **changes: Any) -> Record:
    one = mention(*given, **changes)
    return fetched(msgspec.json.encode(one), key or one.leader_id.encode())


def test_alerts_are_written_before_the_state_that_remembers_them() -> None:
    watching = Watching()
    watching.handle(message("a1", companions=[LeaderRef(leader_id=PUTIN, leader_name="Putin")]))
    assert watching.outbox.topics == [
        [NAMES.alerts["sentiment"], NAMES.alerts["encounter"]],
        [NAMES.watch_changelog],
    ]
    alerts, (state,) = watching.outbox.calls
    assert [record.key for record in alerts] == [XI.encode()] * 2
    assert {msgspec.json.decode(r.value or b"", type=Alert).kind for r in alerts} == {
        "sentiment",
        "encounter",
    }
    assert (state.key, state.partition) == (XI.encode(), 2)
    assert watching.states == {XI.encode(): state.value}


def test_a_rules_own_topic_has_its_alerts_and_the_kinds_topic_has_not() -> None:
    (strong,) = load_rules().of_kind("sentiment")
    loud = replace(strong, id="loud", topic="news.alerts.desk")
    watching = Watching(rules=Rules.of([loud, strong]))
    watching.handle(message("a1"))
    assert watching.outbox.topics[0] == ["news.alerts.desk", "news.alerts.sentiment"]
    ids = [
        msgspec.json.decode(r.value or b"", type=Alert).rule.id for r in watching.outbox.calls[0]
    ]
    assert ids == ["loud", "strong-sentiment"]


def test_a_canarys_alert_is_on_its_own_topic_whatever_the_rules_are() -> None:
    watching = Watching(rules=Rules())
    watching.handle(message("urn:tocsin:canary:host:1", CANARY_ID))
    assert watching.outbox.topics == [[NAMES.canary], [NAMES.watch_changelog]]
    assert watching.sample("tocsin_alerts_total", kind="canary", severity="low") == 1
    assert watching.sample("tocsin_alert_latency_seconds_count", kind="canary") == 1


def test_a_leaders_state_is_written_once_a_batch_with_all_of_it() -> None:
    watching = Watching()
    watching.handle(message("a1"), message("a1", PUTIN), message("a2"), message("a3"))
    states = watching.outbox.calls[-1]
    assert sorted(record.key or b"" for record in states) == [XI.encode(), PUTIN.encode()]
    assert len(decode_state(watching.states[XI.encode()]).kept.applied) == 3
    assert watching.sample("tocsin_watched_leaders") == 2
    held_bytes = sum(map(len, watching.states.values()))
    assert watching.sample("tocsin_watch_state_bytes") == held_bytes


async def _processed(watching: Watching, *records: Record) -> None:
    read = [watching.agent.read(one) for one in records]
    await watching.agent.handle([one for one in read if isinstance(one, ReadMention)])


def test_states_are_written_by_a_save_and_alerts_at_once() -> None:
    watching = Watching()
    asyncio.run(_processed(watching, message("a1")))
    asyncio.run(_processed(watching, message("a2"), message("a3")))
    assert watching.outbox.topics == [[NAMES.alerts["sentiment"]]]
    assert watching.states == {}
    asyncio.run(watching.agent.save())
    asyncio.run(watching.agent.save())
    assert watching.outbox.topics[1:] == [[NAMES.watch_changelog]]
    assert len(decode_state(watching.states[XI.encode()]).kept.applied) == 3


def test_no_state_is_saved_while_the_alerts_that_it_remembers_are_not_sent() -> None:
    watching = Watching(refuse=NAMES.alerts["sentiment"])
    asyncio.run(_processed(watching, message("a1", polarity=0.0)))
    with pytest.raises(OSError, match="refused"):
        asyncio.run(_processed(watching, message("a2")))
    asyncio.run(watching.agent.save())
    assert watching.outbox.calls == []
    assert watching.states == {}


def test_a_state_that_is_not_saved_is_forgotten_with_its_partition() -> None:
    watching = Watching()
    asyncio.run(_processed(watching, message("a1")))
    watching.agent.forget()
    asyncio.run(watching.agent.save())
    assert watching.states == {}
    watching.handle(message("a1"))
    first, again, *_ = watching.outbox.calls
    assert [dict(one.headers)["ce_id"] for one in first] == [
        dict(one.headers)["ce_id"] for one in again
    ]


def test_what_rang_is_remembered_from_batch_to_batch_and_from_the_changelog() -> None:
    watching = Watching()
    watching.handle(message("a1"))
    watching.handle(message("a2"))
    recovered = Watching(dict(watching.states))
    recovered.handle(message("a3"))
    assert watching.outbox.topics.count([NAMES.alerts["sentiment"]]) == 1
    assert recovered.outbox.topics == [[NAMES.watch_changelog]]
    suppressed = {"rule": "strong-sentiment", "reason": "same_window"}
    assert watching.sample("tocsin_alerts_suppressed_total", **suppressed) == 1
    assert watching.sample("tocsin_alerts_total", kind="sentiment", severity="high") == 1
    assert watching.sample("tocsin_leader_alerts_total", leader=XI, kind="sentiment") == 1
    assert watching.sample("tocsin_alert_latency_seconds_count", kind="sentiment") == 1


def test_an_alert_about_two_leaders_counts_for_both() -> None:
    watching = Watching()
    watching.handle(message("a1", companions=[LeaderRef(leader_id=PUTIN, leader_name="Putin")]))
    for leader in (XI, "Putin"):
        sample = watching.sample("tocsin_leader_alerts_total", leader=leader, kind="encounter")
        assert sample == 1


def test_a_leader_that_was_named_can_be_looked_at() -> None:
    watching = Watching()
    watching.handle(message("a1"))
    assert watching.agent.named == {XI.encode(): (XI, "CN")}
    state = watching.agent.held(XI.encode())
    assert state is not None
    assert encode_state(state) == watching.states[XI.encode()]
    assert watching.agent.held(PUTIN.encode()) is None


def test_a_mention_delivered_again_writes_nothing_and_is_counted() -> None:
    watching = Watching()
    watching.handle(message("a1"))
    before = list(watching.outbox.calls)
    watching.handle(message("a1"), message("a1"))
    assert watching.outbox.calls == before
    discarded = {"stage": "watch", "reason": "duplicate_mention"}
    assert watching.sample("tocsin_discarded_total", **discarded) == 2


def test_alerts_that_cannot_be_sent_leave_no_state_behind() -> None:
    watching = Watching(refuse=NAMES.alerts["sentiment"])
    with pytest.raises(OSError, match="refused"):
        watching.handle(message("a1"))
    assert watching.states == {}
    assert watching.outbox.calls == []
    assert not watching.sample("tocsin_alerts_total", kind="sentiment", severity="high")


def test_a_state_that_cannot_be_sent_is_not_kept_and_the_same_alert_rings_again() -> None:
    watching = Watching(refuse=NAMES.watch_changelog)
    for _ in range(2):
        with pytest.raises(OSError, match="refused"):
            watching.handle(message("a1"))
    assert watching.states == {}
    ids = {dict(record.headers)["ce_id"] for call in watching.outbox.calls for record in call}
    assert len(watching.outbox.calls) == 2
    assert len(ids) == 1


def test_the_states_of_a_partition_that_went_elsewhere_are_not_written() -> None:
    watching = Watching()
    watching.handle(message("a1"))
    kept = dict(watching.states)
    asked: list[Any] = []

    def is_ours(tp: TopicPartition) -> bool:
        asked.append(tp)
        return False

    late = watching.agent.read(message("a2", polarity=0.9))
    assert isinstance(late, ReadMention)
    asyncio.run(watching.agent.handle([late]))
    asyncio.run(watching.agent.save(is_ours))
    assert asked == [(NAMES.mentions, PARTITION)]
    assert watching.outbox.topics.count([NAMES.watch_changelog]) == 1
    assert watching.states == kept
    held = watching.agent.held(XI.encode())
    assert held is not None
    assert encode_state(held) == kept[XI.encode()]


def test_a_worker_that_is_no_member_any_more_writes_no_state() -> None:
    watching = Watching()

    async def is_member() -> bool:
        return False

    agent = replace(watching.agent, is_member=is_member)
    read = agent.read(message("a1"))
    assert isinstance(read, ReadMention)
    asyncio.run(agent.handle([read]))
    asyncio.run(agent.save())
    assert [NAMES.watch_changelog] not in watching.outbox.topics
    assert watching.states == {}


def test_a_state_whose_partition_goes_while_it_is_written_is_not_put_into_the_table() -> None:
    watching = Watching()
    read = watching.agent.read(message("a1"))
    assert isinstance(read, ReadMention)
    answers = iter([True, False])
    asyncio.run(watching.agent.handle([read]))
    asyncio.run(watching.agent.save(lambda _: next(answers)))
    assert watching.outbox.topics[-1] == [NAMES.watch_changelog]
    assert watching.states == {}
    held = watching.agent.held(XI.encode())
    assert held is None


def test_a_batch_of_large_states_is_written_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    watching = Watching()
    leaders = [f"Q{number}" for number in range(6)]
    watching.handle(*(message("a1", one) for one in leaders))
    size_bytes = len(watching.states[b"Q0"])
    monkeypatch.setattr("streams.worker.watch_agent.MAX_UNSAVED_BYTES", 2 * size_bytes)
    before = len(watching.outbox.calls)
    watching.handle(*(message("a2", one) for one in leaders))
    written = [[r.key for r in call] for call in watching.outbox.calls[before:]]
    assert written == [[b"Q0", b"Q1"], [b"Q2", b"Q3"], [b"Q4", b"Q5"]]


def test_a_state_that_is_not_at_hand_can_be_looked_at() -> None:
    watching = Watching()
    watching.handle(message("a1"))
    watching.agent.forget()
    assert watching.agent.named == {}
    held = watching.agent.held(XI.encode())
    assert held is not None
    assert encode_state(held) == watching.states[XI.encode()]


NESTED = b'{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (fetched(None, b"Q15031"), "null_value"),
        (fetched(b"", b"Q15031"), "invalid_json"),
        (fetched(b"{", b"Q15031"), "invalid_json"),
        (fetched(b"\xff", b"Q15031"), "invalid_json"),
        (fetched(NESTED, b"Q15031"), "too_deep"),
        (fetched(b"[]", b"Q15031"), "wrong_type"),
        (fetched(b"{}", b"Q15031"), "wrong_type"),
        (message("a1", key=b"Q7747"), "wrong_type"),
        (message("a1", event_time="2026-05-20T09:15:00"), "invalid_date"),
        (message("a1", published="2026-05-20T09:15:00"), "invalid_date"),
        (message("a1", event_time="9999-12-31T23:00:00Z"), "invalid_date"),
        (message("a1", event_time="0001-01-01T00:00:00Z"), "invalid_date"),
    ],
)
def test_a_record_that_is_no_mention_of_ours_goes_to_the_dead_letters(
    bad: Record, reason: str
) -> None:
    watching = Watching()
    watching.handle(message("a1"), bad, message("a2", PUTIN))
    letters, alerts, states = watching.outbox.calls
    assert [record.topic for record in letters] == [NAMES.dead_letters]
    assert (letters[0].value, letters[0].key) == (bad.value, bad.key)
    assert dict(letters[0].headers)["tocsin.error.stage"] == b"watch"
    assert dict(letters[0].headers)["tocsin.error.reason"] == reason.encode()
    assert len(alerts) == 2
    assert len(states) == 2
    assert watching.sample("tocsin_dead_letters_total", reason=reason) == 1
    assert watching.sample("tocsin_discarded_total", stage="watch", reason=reason) == 1


def test_a_mention_without_its_article_goes_to_the_dead_letters() -> None:
    bare = msgspec.structs.replace(mention("a1"), context=None)
    watching = Watching()
    watching.handle(fetched(msgspec.json.encode(bare), XI.encode()))
    assert watching.outbox.topics == [[NAMES.dead_letters]]
    assert watching.states == {}


def test_a_state_that_this_version_cannot_read_stops_the_worker() -> None:
    newer = msgspec.msgpack.encode([STATE_VERSION + 1])
    watching = Watching({XI.encode(): newer})
    with pytest.raises(msgspec.ValidationError):
        watching.handle(message("a1"))
    assert watching.outbox.calls == []
    assert watching.states == {XI.encode(): newer}


def withdrawal(article_id: str = "a1", event_time: str = "2026-05-20T10:00:00Z") -> Record:
    article = ArticleRef(article_id=article_id, title="", url="", source="S", family="S")
    versions = Versions(tocsin="1", registry="r", lexicon="l", scorer="s")
    value = Withdrawal(withdrawn=article, revision=2, event_time=event_time, versions=versions)  # type: ignore[arg-type]
    (record, *_) = withdrawal_records(NAMES.mentions, value, 1)
    return fetched(record.value, record.key)


@pytest.mark.parametrize("in_one_batch", [True, False])
def test_a_withdrawal_reaches_every_leader_who_rang_for_the_article(in_one_batch: bool) -> None:  # noqa: FBT001 - a table's column
    watching = Watching()
    messages = [message("a1"), message("a1", PUTIN), message("a2", "Q3052772"), withdrawal()]
    if in_one_batch:
        watching.handle(*messages)
    else:
        for one in messages:
            watching.handle(one)
    sent = [
        msgspec.json.decode(record.value or b"", type=Alert)
        for call in watching.outbox.calls
        for record in call
        if record.topic == NAMES.alerts["sentiment"]
    ]
    cancelled = [alert for alert in sent if alert.msg_type == "cancel"]
    assert sorted(alert.leaders[0].leader_id for alert in cancelled) == [XI, PUTIN]
    first = {alert.leaders[0].leader_id: alert.alert_id for alert in sent[:3]}
    assert all(a.references == [first[a.leaders[0].leader_id]] for a in cancelled)
    before = len(watching.outbox.calls)
    watching.handle(withdrawal())
    later = watching.outbox.topics[before:]
    assert all(NAMES.alerts["sentiment"] not in topics for topics in later)


def test_a_withdrawal_of_an_unknown_article_writes_nothing() -> None:
    watching = Watching()
    watching.handle(message("a1"))
    before = list(watching.outbox.calls)
    watching.handle(withdrawal("another"))
    assert watching.outbox.calls == before


def test_a_withdrawal_without_a_zone_goes_to_the_dead_letters() -> None:
    watching = Watching()
    watching.handle(withdrawal(event_time="2026-05-20T10:00:00"))
    assert watching.outbox.topics == [[NAMES.dead_letters]]
    assert watching.sample("tocsin_dead_letters_total", reason="invalid_date") == 1


def test_a_late_mention_is_counted_and_watched() -> None:
    watching = Watching()
    watching.handle(message("a1"), message("a2", event_time="2026-05-20T08:15:00Z"))
    assert watching.sample("tocsin_mentions_late_total") == 1
    assert len(watching.outbox.calls[0]) == 2


class RefusingOutbox(Outbox):
    """Has a broker that never takes records of one topic."""

    async def send(self, records: Sequence[Outgoing]) -> None:
        bad = [n for n, record in enumerate(records) if record.topic == self.refuse]
        self.calls.append([record for record in records if record.topic != self.refuse])
        if bad:
            raise RecordsRefusedError(
                [RefusedRecord(n, self.refuse, 9, ValueError("no")) for n in bad]
            )


def test_an_alert_that_the_broker_never_takes_is_a_dead_letter_and_the_state_is_kept() -> None:
    topic = NAMES.alerts["sentiment"]
    watching = Watching()
    outbox = RefusingOutbox(refuse=topic)
    watching.agent = replace(watching.agent, outbox=outbox)
    watching.handle(message("a1"))
    sent = [record for call in outbox.calls for record in call]
    (letter,) = [record for record in sent if record.topic == NAMES.dead_letters]
    headers = dict(letter.headers)
    assert headers["tocsin.error.reason"] == b"output_refused"
    assert headers["tocsin.error.topic"] == topic.encode()
    assert headers["ce_id"]
    assert any(record.topic == NAMES.watch_changelog for record in sent)
    assert watching.states
    assert watching.sample("tocsin_dead_letters_total", reason="output_refused") == 1


def test_a_mention_that_the_client_could_not_read_is_a_dead_letter() -> None:
    watching = Watching()
    watching.handle(
        structs.replace(message("a1"), headers=marked([], "its header's name is damaged"))
    )
    ((letter,),) = watching.outbox.calls
    assert letter.topic == NAMES.dead_letters
    headers = dict(letter.headers)
    assert headers["tocsin.error.message"] == b"its header's name is damaged"
    assert "tocsin.unreadable" not in headers
