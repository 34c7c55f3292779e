"""Proving a replay: its outputs are read once, and what has none is looked up in the articles.

Owns the reading. Must not know how the worker works: it trusts the topics alone, so that a record
lost on any way through the worker is found. The header `tocsin.source` of an analysis, and those of
a dead letter, name the record that it is of. A record that was left out has no output and needs
none: whether it is left out follows from the record, and is decided here a second time.
"""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from kafka import TopicPartition

from streams.kafka.envelope import ERROR_PREFIX, SOURCE_HEADER, Record, read_source
from streams.kafka.subscriber import readable_record, scan
from streams.kafka.topics import TopicNames
from streams.replay.manifest import Manifest
from streams.replay.proof import Account, Proof

# Less than a topic's largest record, which comes alone: around a gap little else is fetched.
FETCH_BYTES = 1_048_576

_PLACE = ("topic", "partition", "offset")

LeftOut = Callable[[Record], bool]


def prove(consumer: Any, manifest: Manifest, names: TopicNames, is_left_out: LeftOut) -> Proof:
    """Find out what became of every record of a replay's range.

    Args:
        consumer: A kafka-python consumer without a group that reads committed records.
        manifest: The replay; it has come to its end.
        names: Its topics.
        is_left_out: Says of a record that has no output whether that is right.

    Raises:
        BrokerUnavailableError: the broker does not answer.
        KafkaError: likewise.
    """
    account = Account(manifest.topic, manifest.spans)
    for record in _outputs(consumer, names.analyses, manifest.partitions, account):
        source = read_source(_header(record, SOURCE_HEADER))
        if source is not None:
            account.analysis(*source)
    for record in _outputs(consumer, names.dead_letters, manifest.partitions, account):
        place = [_header(record, ERROR_PREFIX + one) or b"" for one in _PLACE]
        source = read_source(b":".join(place))
        if source is not None:
            account.dead_letter(*source)
    _look_up(consumer, manifest, account, is_left_out)
    return account.proof()


def _outputs(consumer: Any, topic: str, partitions: int, account: Account) -> Iterator[Any]:
    tps = [TopicPartition(topic, partition) for partition in range(partitions)]
    starts = consumer.beginning_offsets(tps)
    account.removed(sum(starts.values()))
    return scan(consumer, starts, consumer.end_offsets(tps))


def _header(record: Any, wanted: str) -> bytes | None:
    found: bytes | None = next((value for name, value in record.headers if name == wanted), None)
    return found


def _look_up(consumer: Any, manifest: Manifest, account: Account, is_left_out: LeftOut) -> None:
    tps = [TopicPartition(manifest.topic, one.partition) for one in manifest.spans]
    kept_from, kept_to = consumer.beginning_offsets(tps), consumer.end_offsets(tps)
    for tp in tps:
        for first, after in account.without_output(tp.partition):
            start = max(first, min(kept_from[tp], after))
            end = max(start, min(kept_to[tp], after))
            gone = chain(range(first, start), range(end, after))
            account.unchecked(sum(not account.has(tp.partition, offset) for offset in gone))
            for record in scan(consumer, {tp: start}, {tp: end}):
                if account.has(record.partition, record.offset):
                    continue
                if is_left_out(readable_record(record)):
                    account.left_out()
                else:
                    account.missing(record.partition, record.offset)
