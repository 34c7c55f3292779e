"""Mentions that wait: packed beyond the first few, and the same again when their turn comes."""

import gc
import json
import tracemalloc

import msgspec

from processors.contracts import (
    ArticleRef,
    Evidence,
    LeaderRef,
    Mention,
    MentionContext,
    Sentiment,
    Span,
    Versions,
    Withdrawal,
)
from streams.kafka.envelope import TopicPartition
from streams.worker.held_mentions import (
    MAX_DECODED,
    HeldMention,
    HeldMentions,
    PackedMention,
)
from streams.worker.mention_reading import ReadMention

TP = TopicPartition("mentions", 3)
VERSIONS = Versions(tocsin="1", registry="r", lexicon="l", scorer="s")


def mention(number: int) -> Mention:
    sentences = [
        f"In sentence {n} of article {number} somebody said that the talks of {n} were bad."
        for n in range(5)
    ]
    return Mention(
        leader_id=f"Q{number % 90}",
        leader_name="Somebody of Somewhere",
        country="FR",
        office="President",
        status="in_office",
        relevance=60,
        sentiment=Sentiment(
            polarity=-0.5, subjectivity=0.5, label="negative", scored_words=5, coverage=0.1
        ),
        spans=[
            Span(field="text", start=n * 40, end=n * 40 + 8, text="Somebody", kind="name")
            for n in range(6)
        ],
        evidence=[
            Evidence(field="text", start=0, end=90, sentence=one, words=[("bad", -0.4)] * 6)
            for one in sentences
        ],
        context=MentionContext(
            mention_id=f"{number:032x}",
            article=ArticleRef(
                article_id=f"https://news.example/{number}",
                title=f"Talks {number} were bad",
                url=f"https://news.example/{number}",
                source="S",
                family="S",
            ),
            revision=1,
            event_time="2026-05-20T09:15:00Z",  # type: ignore[arg-type]
            companions=[LeaderRef(leader_id="Q1", leader_name="Another")],
            versions=VERSIONS,
            signature=bytes((number * n) % 256 for n in range(160)),
        ),
    )


def read(number: int) -> tuple[ReadMention, bytes]:
    value = msgspec.json.encode(mention(number))
    decoded = msgspec.json.decode(value, type=Mention)
    assert decoded.context is not None
    key = decoded.leader_id.encode()
    return ReadMention(TP, key, number, decoded.context.mention_id, decoded), value


def test_a_mention_is_released_as_it_was_held_packed_or_not() -> None:
    held = HeldMentions(max_decoded=2)
    given = [read(number) for number in range(4)]
    waiting = [held.hold(one, value) for one, value in given]
    assert [isinstance(one.mention, PackedMention) for one in waiting] == [False, False, True, True]
    assert [held.release(one) for one in waiting] == [one for one, _ in given]
    assert held.held_bytes == 0


def test_a_withdrawal_may_wait_too() -> None:
    article = ArticleRef(article_id="a", title="", url="", source="", family="")
    withdrawal = Withdrawal(
        withdrawn=article, revision=1, event_time="2026-05-20T09:15:00Z", versions=VERSIONS  # type: ignore[arg-type]
    )  # fmt: skip
    value = msgspec.json.encode(withdrawal)
    one = ReadMention(TP, b"", 5, "a", msgspec.json.decode(value, type=Withdrawal))
    assert HeldMentions(max_decoded=0).release(HeldMentions(max_decoded=0).hold(one, value)) == one


def test_room_for_decoded_ones_comes_back_with_their_turn_or_their_partition() -> None:
    held = HeldMentions(max_decoded=1)
    first, second = (held.hold(*read(number)) for number in range(2))
    assert isinstance(second.mention, PackedMention)
    held.release(first)
    third = held.hold(*read(3))
    assert isinstance(third.mention, ReadMention)
    held.drop(third)
    assert isinstance(held.hold(*read(4)).mention, ReadMention)
    held.forget()
    assert held.held_bytes == 0
    assert isinstance(held.hold(*read(5)).mention, ReadMention)


def test_what_waits_takes_no_more_memory_than_is_counted() -> None:
    count = 3_000
    given = [json.dumps(number) for number in range(count)]
    held = HeldMentions()
    gc.collect()
    tracemalloc.start()
    waiting: list[HeldMention] = [held.hold(*read(int(number))) for number in given]
    gc.collect()
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(isinstance(one.mention, PackedMention) for one in waiting) == count - MAX_DECODED
    assert 0.4 * held.held_bytes < taken <= held.held_bytes
    packed = [one.size_bytes for one in waiting if isinstance(one.mention, PackedMention)]
    assert max(packed) < 2_500
