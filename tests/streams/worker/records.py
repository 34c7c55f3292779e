"""Records as a worker receives them."""

from streams.kafka.envelope import Headers, Record, TopicPartition

ARTICLES, MENTIONS = "news.articles", "news.mentions"
PARTITION, OTHER = TopicPartition(ARTICLES, 0), TopicPartition(ARTICLES, 1)


def record(
    offset: int = 0,
    *,
    tp: TopicPartition = PARTITION,
    timestamp_ms: int = 0,
    key: bytes | None = None,
    value: bytes | None = b"",
    headers: Headers = (),
    generation: int = 1,
) -> Record:
    """Return a record of which only some fields matter."""
    return Record(tp.topic, tp.partition, offset, timestamp_ms, key, value, headers, generation)


def records(
    *offsets: int, tp: TopicPartition = PARTITION, timestamp_ms: int = 0, generation: int = 1
) -> list[Record]:
    """Return a record for each offset."""
    return [
        record(offset, tp=tp, timestamp_ms=timestamp_ms, generation=generation)
        for offset in offsets
    ]
