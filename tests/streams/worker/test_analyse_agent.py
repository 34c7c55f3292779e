"""Batches of article records, with the real analysis and an outbox that remembers."""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from aiokafka.errors import InvalidTimestampError
from msgspec import structs
from structlog.testing import capture_logs

from processors.analyse import Analyser, load_analyser
from processors.articles.decode import DecodeLimits
from processors.contracts import Analysis, Mention, Versions
from processors.sentiment.scorer import DEFAULT_SCORER
from streams.analysis.inline import InlineAnalysis
from streams.analysis.outcome import Outcome
from streams.analysis.reader import ArticleReader
from streams.canary.article import canary_article
from streams.errors import DeadLetterLimitError, RecordsRefusedError, RefusedRecord
from streams.kafka.dead_letters import DeadLetterLimit
from streams.kafka.envelope import Headers, Outgoing, Record
from streams.kafka.topics import TopicNames
from streams.kafka.unreadable import marked
from streams.service.metrics import Metrics
from streams.service.settings import Settings
from streams.worker.analyse_agent import CHUNK_BYTES, CHUNK_RECORDS, AnalyseAgent
from streams.worker.in_flight import BytesInFlight
from streams.worker.timestamp_check import TimestampCheck

NAMES = TopicNames.of(Settings())
NEVER = DeadLetterLimit(1.0, 1_000)
GOOD = json.dumps(
    {"id": "a", "title": "Xi Jinping and Vladimir Putin meet", "text": "The talks were good."}
).encode()
BAD = b'{"id": "b", '


def article(
    value: bytes | None,
    offset: int = 0,
    *,
    key: bytes | None = b"key",
    timestamp_ms: int = 1_779_268_500_250,
    headers: Headers = (),
) -> Record:
    return Record(NAMES.articles, 2, offset, timestamp_ms, key, value, headers, 1)


@dataclass
class Outbox:
    """Keeps what it is given, in the order of arrival; refuses a topic if told so."""

    refuse: str = ""
    records: list[Outgoing] = field(default_factory=list)
    calls: int = 0

    async def send(self, records: Sequence[Outgoing]) -> None:
        self.calls += 1
        await asyncio.sleep(0)
        if any(record.topic == self.refuse for record in records):
            raise OSError("refused")
        self.records += records

    def of(self, topic: str) -> list[Outgoing]:
        return [record for record in self.records if record.topic == topic]


@pytest.fixture(scope="module")
def analyser() -> Analyser:
    return load_analyser("0.0.0", DEFAULT_SCORER, "off")


def handle(
    analyser: Analyser,
    *records: Record,
    outbox: Outbox | None = None,
    limit: DeadLetterLimit = NEVER,
    timestamps: TimestampCheck | None = None,
) -> tuple[Outbox, Metrics]:
    outbox, metrics = outbox or Outbox(), Metrics()
    analysis = InlineAnalysis(lambda: ArticleReader(analyser, DecodeLimits(), NAMES, 4))
    analysis.start()
    agent = AnalyseAgent(
        analysis, NAMES, outbox, metrics, limit, timestamps=timestamps or TimestampCheck()
    )
    asyncio.run(agent.handle(records))
    return outbox, metrics


def sample(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


def test_an_article_becomes_one_analysis_and_one_mention_a_leader(analyser: Analyser) -> None:
    outbox, metrics = handle(analyser, article(GOOD))
    (record,) = outbox.of(NAMES.analyses)
    analysis = msgspec.json.decode(record.value or b"", type=Analysis)
    assert record.key == b"a"
    assert analysis.event_time.isoformat() == "2026-05-20T09:15:00.250000+00:00"
    mentions = outbox.of(NAMES.mentions)
    assert sorted(record.key or b"" for record in mentions) == [b"Q15031", b"Q7747"]
    for record in mentions:
        assert msgspec.json.decode(record.value or b"", type=Mention).context is not None
    assert len(outbox.records) == 3
    assert sample(metrics, "tocsin_articles_consumed_total") == 1
    assert sample(metrics, "tocsin_articles_analysed_total") == 1
    assert sample(metrics, "tocsin_article_latency_seconds_count") == 1
    for stage in ("decode", "analyse", "publish"):
        assert sample(metrics, "tocsin_stage_duration_seconds_count", stage=stage) == 1


def test_a_canarys_article_is_counted_apart_from_the_leaders(analyser: Analyser) -> None:
    _, record = canary_article(NAMES.articles, "host", datetime.now(UTC))
    outbox, metrics = handle(analyser, article(GOOD), article(record.value, key=record.key))
    assert len(outbox.of(NAMES.mentions)) == 3
    assert sample(metrics, "tocsin_articles_analysed_total") == 2
    assert sample(metrics, "tocsin_canary_articles_total") == 1
    (family,) = [f for f in metrics.registry.collect() if f.name == "tocsin_mentions"]
    leaders = {one.labels["leader"] for one in family.samples}
    assert leaders == {"Xi Jinping", "Vladimir Putin"}


def test_what_could_not_be_read_of_an_article_is_counted_by_flag(analyser: Analyser) -> None:
    undated = b'{"id": "u", "title": "Xi Jinping speaks", "published": "tea time"}'
    _, metrics = handle(analyser, article(GOOD), article(undated, offset=1))
    (family,) = [f for f in metrics.registry.collect() if f.name == "tocsin_articles_flagged"]
    counted = {s.labels["flag"]: s.value for s in family.samples if s.name.endswith("_total")}
    assert counted["published_unreadable"] == 1


def test_mentions_are_counted_by_leader(analyser: Analyser) -> None:
    _, metrics = handle(analyser, article(GOOD), article(GOOD, offset=1))
    counted = [
        (s.labels["leader"], s.value)
        for family in metrics.registry.collect()
        for s in family.samples
        if s.name == "tocsin_mentions_total"
    ]
    assert sorted(counted) == [("Vladimir Putin", 2), ("Xi Jinping", 2)]


def test_the_strength_of_what_is_said_of_a_leader_is_counted_by_direction(
    analyser: Analyser,
) -> None:
    praise, blame = (
        json.dumps({"id": word, "title": f"Lawmakers {word} Xi Jinping", "text": text}).encode()
        for word, text in (
            ("praise", "Lawmakers praised Xi Jinping for an excellent reform."),
            ("condemn", "Lawmakers condemned Xi Jinping over a disastrous failure."),
        )
    )
    outbox, metrics = handle(analyser, article(praise), article(blame, offset=1))
    said = [
        msgspec.json.decode(record.value or b"", type=Mention).sentiment.polarity
        for record in outbox.of(NAMES.mentions)
    ]
    assert min(said) < 0 < max(said)
    for direction, strength in (("positive", max(said)), ("negative", -min(said))):
        counted = sample(
            metrics,
            "tocsin_mentions_polarity_total",
            leader="Xi Jinping",
            country="CN",
            direction=direction,
        )
        assert counted == pytest.approx(strength)


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (article(BAD), "invalid_json"),
        (article(None), "null_value"),
        (article(b"\xff\xfe"), "invalid_utf8"),
        (article(b'{"id": "b", "text": ""}'), "no_text"),
        # A producer that stamps microseconds must not stop the worker at every start.
        (article(GOOD, timestamp_ms=1_779_268_500_250_000), "invalid_timestamp"),
        (article(GOOD, timestamp_ms=1_779_268_500_250 * 10**6), "invalid_timestamp"),
        (article(GOOD, timestamp_ms=1_796_074_496), "invalid_timestamp"),
        (article(GOOD, timestamp_ms=0), "invalid_timestamp"),
        (article(GOOD, timestamp_ms=-1), "invalid_timestamp"),
    ],
)
def test_a_bad_record_goes_to_the_dead_letters_and_the_others_go_on(
    analyser: Analyser, record: Record, reason: str
) -> None:
    outbox, metrics = handle(analyser, article(GOOD), record, article(GOOD, offset=2))
    assert len(outbox.of(NAMES.analyses)) == 2
    (letter,) = outbox.of(NAMES.dead_letters)
    assert (letter.key, letter.value) == (record.key, record.value)
    assert dict(letter.headers)["tocsin.error.reason"] == reason.encode()
    assert dict(letter.headers)["tocsin.error.stage"] == b"decode"
    assert sample(metrics, "tocsin_dead_letters_total", reason=reason) == 1
    assert sample(metrics, "tocsin_discarded_total", stage="decode", reason=reason) == 1
    assert sample(metrics, "tocsin_articles_consumed_total") == 3
    assert sample(metrics, "tocsin_articles_analysed_total") == 2


def test_an_article_whose_outputs_no_broker_would_take_is_a_dead_letter(
    analyser: Analyser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.analysis.reader.MAX_OUTPUT_BYTES", 600)
    outbox, metrics = handle(analyser, article(GOOD))
    assert [record.topic for record in outbox.records] == [NAMES.dead_letters]
    assert sample(metrics, "tocsin_dead_letters_total", reason="text_too_large") == 1
    assert sample(metrics, "tocsin_articles_analysed_total") == 0


def test_too_many_bad_records_stop_the_worker_after_their_letters_are_sent(
    analyser: Analyser,
) -> None:
    outbox = Outbox()
    with pytest.raises(DeadLetterLimitError, match="3 of the newest 4"):
        handle(
            analyser,
            article(GOOD),
            *(article(BAD, offset=n) for n in range(3)),
            outbox=outbox,
            limit=DeadLetterLimit(0.5, 4),
        )
    assert len(outbox.of(NAMES.dead_letters)) == 3
    assert len(outbox.of(NAMES.analyses)) == 1


def test_the_share_is_taken_over_batches(analyser: Analyser) -> None:
    limit = DeadLetterLimit(0.5, 4)
    handle(analyser, article(BAD), article(BAD), article(BAD), limit=limit)
    with pytest.raises(DeadLetterLimitError):
        handle(analyser, article(GOOD), limit=limit)


@pytest.mark.parametrize("topic", [NAMES.analyses, NAMES.dead_letters])
def test_an_output_that_cannot_be_sent_leaves_the_batch_undone_and_uncounted(
    analyser: Analyser, topic: str
) -> None:
    outbox = Outbox(refuse=topic)
    with pytest.raises(OSError, match="refused"):
        handle(analyser, article(GOOD), article(BAD), outbox=outbox)


def test_what_is_no_bad_article_is_a_bug_and_leaves_the_agent(analyser: Analyser) -> None:
    class Broken:
        versions = analyser.versions

        def analyse(self, *_: Any) -> None:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        handle(Broken(), article(GOOD))


def test_a_large_batch_goes_out_in_parts_and_in_its_order(
    analyser: Analyser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.worker.analyse_agent.CHUNK_RECORDS", 2)
    articles = [json.dumps({"id": f"a{n}", "title": "Talks"}).encode() for n in range(5)]
    outbox, _ = handle(analyser, *(article(one, offset=n) for n, one in enumerate(articles)))
    assert [record.key for record in outbox.of(NAMES.analyses)] == [
        b"a0",
        b"a1",
        b"a2",
        b"a3",
        b"a4",
    ]
    assert outbox.calls == 3


def test_a_long_article_is_a_part_of_its_own(analyser: Analyser) -> None:
    long = json.dumps({"id": "a", "title": "Talks", "text": "x" * CHUNK_BYTES}).encode()
    outbox, _ = handle(analyser, article(GOOD), article(long, offset=1), article(GOOD, offset=2))
    assert outbox.calls == 3  # the long one is a dead letter beside the first


class Scripted:
    """An analysis whose chunks are ready after the seconds given."""

    def __init__(self, *seconds: float) -> None:
        self._seconds = list(seconds)

    async def analyse(self, records: Sequence[Record]) -> list[Outcome]:
        await asyncio.sleep(self._seconds.pop(0))
        return [Outcome(outputs=[Outgoing("out", one.value, b"")]) for one in records]

    def start(self) -> Versions:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


def test_batches_in_hand_together_keep_the_order_of_their_outputs() -> None:
    outbox = Outbox()
    agent = AnalyseAgent(Scripted(0.03, 0.0), NAMES, outbox, Metrics(), NEVER)

    async def two() -> None:
        first = asyncio.create_task(agent.handle([article(b"1")]))
        await asyncio.sleep(0)
        await asyncio.gather(first, agent.handle([article(b"2", offset=1)]))

    asyncio.run(two())
    assert [record.key for record in outbox.records] == [b"1", b"2"]


class Parts:
    """An analysis that answers as many records at a time as it is told, and counts the calls."""

    def __init__(self, *parts: int, seconds: float = 0.0, size_bytes: int = 1) -> None:
        self._parts = list(parts)
        self._seconds = seconds
        self._size_bytes = size_bytes
        self.asked: list[list[bytes | None]] = []

    async def analyse(self, records: Sequence[Record]) -> list[Outcome]:
        self.asked.append([one.value for one in records])
        await asyncio.sleep(0)
        part = self._parts.pop(0) if self._parts else 1
        made = Outgoing("out", None, b"x" * self._size_bytes)
        return [
            Outcome(outputs=[structs.replace(made, key=one.value)], analyse_seconds=self._seconds)
            for one in records[:part]
        ]

    def start(self) -> Versions:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError


def articles(count: int) -> list[Record]:
    return [article(b"%d" % number, offset=number) for number in range(count)]


def test_what_an_answer_leaves_out_is_asked_again_and_every_answer_is_progress() -> None:
    outbox, analysis, advances = Outbox(), Parts(2, 1, 3), []
    agent = AnalyseAgent(
        analysis, NAMES, outbox, Metrics(), NEVER, advanced=lambda: advances.append(1)
    )
    asyncio.run(agent.handle(articles(6)))
    assert [len(asked) for asked in analysis.asked] == [6, 4, 3]
    assert [one.key for one in outbox.records] == [b"%d" % number for number in range(6)]
    assert len(advances) == 3


def test_chunks_are_analysed_ahead_of_their_turn_up_to_a_bound() -> None:
    class Waiting(Parts):
        """Answers the first chunk when it is let go."""

        go = asyncio.Event()

        async def analyse(self, records: Sequence[Record]) -> list[Outcome]:
            outcomes = await super().analyse(records)
            if records[0].value == b"0":
                await self.go.wait()
            return outcomes

    analysis = Waiting(*[CHUNK_RECORDS] * 10)
    agent = AnalyseAgent(analysis, NAMES, Outbox(), Metrics(), NEVER, ahead=asyncio.Semaphore(3))

    async def run() -> tuple[int, int]:
        handling = asyncio.create_task(agent.handle(articles(CHUNK_RECORDS * 10)))
        for _ in range(20):
            await asyncio.sleep(0)
        before = len(analysis.asked)
        analysis.go.set()
        await handling
        return before, len(analysis.asked)

    assert asyncio.run(run()) == (3, 10)


def test_outputs_wait_while_the_broker_has_not_acknowledged_those_before() -> None:
    class Slow(Outbox):
        under_way = most = 0

        async def send(self, records: Sequence[Outgoing]) -> None:
            Slow.under_way += sum(len(one.value or b"") for one in records)
            Slow.most = max(Slow.most, Slow.under_way)
            for _ in range(3):
                await asyncio.sleep(0)
            Slow.under_way -= sum(len(one.value or b"") for one in records)
            await super().send(records)

    outbox = Slow()
    agent = AnalyseAgent(
        Parts(size_bytes=40), NAMES, outbox, Metrics(), NEVER, in_flight=BytesInFlight(100)
    )
    asyncio.run(agent.handle(articles(30)))
    assert len(outbox.records) == 30
    assert Slow.most == 80


def test_an_article_that_took_seconds_is_named_in_the_log() -> None:
    with capture_logs() as lines:
        for seconds in (2.9, 3.1):
            agent = AnalyseAgent(Parts(seconds=seconds), NAMES, Outbox(), Metrics(), NEVER)
            asyncio.run(agent.handle([article(b"x", offset=7)]))
    (line,) = lines
    assert line["event"] == "analyse.slow_article"
    assert (line["topic"], line["partition"], line["offset"]) == (NAMES.articles, 2, 7)


def test_latency_is_never_negative_when_the_producers_clock_runs_ahead(
    analyser: Analyser,
) -> None:
    _, metrics = handle(analyser, article(GOOD, timestamp_ms=round(time.time() * 1000) + 3_600_000))
    assert sample(metrics, "tocsin_article_latency_seconds_sum") == 0


def test_an_article_of_the_future_is_a_dead_letter_and_changes_no_latency(
    analyser: Analyser,
) -> None:
    now_ms = 1_779_268_500_250
    articles = [article(GOOD, timestamp_ms=now_ms + ahead_ms) for ahead_ms in (1_000, 1_001)]
    timestamps = TimestampCheck(lambda: now_ms + 1_000)
    outbox, metrics = handle(analyser, *articles, timestamps=timestamps)
    assert len(outbox.of(NAMES.analyses)) == 1
    (letter,) = outbox.of(NAMES.dead_letters)
    assert dict(letter.headers)["tocsin.error.reason"] == b"future_timestamp"
    assert sample(metrics, "tocsin_dead_letters_total", reason="future_timestamp") == 1
    assert sample(metrics, "tocsin_discarded_total", stage="decode", reason="future_timestamp") == 1
    assert sample(metrics, "tocsin_article_latency_seconds_count") == 1


class RefusingOutbox(Outbox):
    """Has a broker that never takes records of one topic."""

    async def send(self, records: Sequence[Outgoing]) -> None:
        bad = [n for n, record in enumerate(records) if record.topic == self.refuse]
        self.records += [record for record in records if record.topic != self.refuse]
        if bad:
            error = InvalidTimestampError()
            raise RecordsRefusedError([RefusedRecord(n, self.refuse, 9, error) for n in bad])


def test_an_article_of_which_the_broker_takes_no_output_is_a_dead_letter_once(
    analyser: Analyser,
) -> None:
    outbox = RefusingOutbox(refuse=NAMES.mentions)
    plain = json.dumps({"id": "p", "title": "The harbour reported a normal week"}).encode()
    _, metrics = handle(analyser, article(GOOD, offset=4), article(plain, offset=5), outbox=outbox)
    (letter,) = outbox.of(NAMES.dead_letters)
    headers = dict(letter.headers)
    assert (letter.key, letter.value) == (b"key", GOOD)
    assert headers["tocsin.error.reason"] == b"output_refused"
    assert headers["tocsin.error.stage"] == b"publish"
    assert headers["tocsin.error.offset"] == b"4"
    assert NAMES.mentions.encode() in (headers["tocsin.error.message"] or b"")
    assert sample(metrics, "tocsin_dead_letters_total", reason="output_refused") == 1
    refused = {"stage": "publish", "reason": "output_refused"}
    assert sample(metrics, "tocsin_discarded_total", **refused) == 1
    assert len(outbox.of(NAMES.analyses)) == 2


def test_articles_of_which_nothing_is_taken_count_for_the_limit(analyser: Analyser) -> None:
    with pytest.raises(DeadLetterLimitError):
        handle(
            analyser,
            *(article(GOOD, offset=n) for n in range(4)),
            outbox=RefusingOutbox(refuse=NAMES.analyses),
            limit=DeadLetterLimit(0.4, 4),
        )


def test_a_record_that_the_client_could_not_read_is_a_dead_letter_without_the_mark(
    analyser: Analyser,
) -> None:
    headers = marked([("own", b"1")], "the name of a header is not UTF-8")
    outbox, metrics = handle(analyser, article(GOOD, headers=headers), article(GOOD, offset=1))
    (letter,) = outbox.of(NAMES.dead_letters)
    assert letter.value == GOOD
    kept = dict(letter.headers)
    assert kept["own"] == b"1"
    assert "tocsin.unreadable" not in kept
    assert kept["tocsin.error.message"] == b"the name of a header is not UTF-8"
    unreadable = {"stage": "fetch", "reason": "unreadable_record"}
    assert sample(metrics, "tocsin_discarded_total", **unreadable) == 1
    assert len(outbox.of(NAMES.analyses)) == 1
