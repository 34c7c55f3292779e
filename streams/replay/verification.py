"""Verifies a replay: reads its outputs once, and looks up the articles that have none.

It trusts the topics alone, so that it finds a record lost anywhere in the worker. The header
`tocsin.source` of an analysis, and the headers of a dead letter, name the record they belong to.
An excluded record has no output: whether it is excluded is decided here a second time.
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

# Less than the largest record, which comes alone: little else is fetched around a gap.
FETCH_BYTES = 1_048_576

_PLACE = ("topic", "partition", "offset")

IsExcluded = Callable[[Record], bool]


def prove(consumer: Any, manifest: Manifest, names: TopicNames, is_excluded: IsExcluded) -> Proof:
    """Return the proof of a replay that has come to its end.

    Args:
        consumer: A kafka-python consumer without a group that reads committed records.
        manifest: The replay.
        names: Its topics.
        is_excluded: Returns whether the replay excludes a record that has no output.

    Raises:
        BrokerUnavailableError: the broker does not answer.
        KafkaError: the broker rejects a request.
    """
    account = Account(manifest.topic, manifest.spans)
    for record in _outputs(consumer, names.analyses, manifest.partitions, account):
        source = read_source(_header(record, SOURCE_HEADER))
        if source is not None:
            account.add_analysis(*source)
    for record in _outputs(consumer, names.dead_letters, manifest.partitions, account):
        place = [_header(record, ERROR_PREFIX + one) or b"" for one in _PLACE]
        source = read_source(b":".join(place))
        if source is not None:
            account.add_dead_letter(*source)
    _look_up(consumer, manifest, account, is_excluded)
    return account.proof()


def _outputs(consumer: Any, topic: str, partitions: int, account: Account) -> Iterator[Any]:
    tps = [TopicPartition(topic, partition) for partition in range(partitions)]
    starts = consumer.beginning_offsets(tps)
    account.add_removed(sum(starts.values()))
    return scan(consumer, starts, consumer.end_offsets(tps))


def _header(record: Any, wanted: str) -> bytes | None:
    found: bytes | None = next((value for name, value in record.headers if name == wanted), None)
    return found


def _look_up(consumer: Any, manifest: Manifest, account: Account, is_excluded: IsExcluded) -> None:
    tps = [TopicPartition(manifest.topic, one.partition) for one in manifest.spans]
    kept_from, kept_to = consumer.beginning_offsets(tps), consumer.end_offsets(tps)
    for tp in tps:
        for first, after in account.without_output(tp.partition):
            start = max(first, min(kept_from[tp], after))
            end = max(start, min(kept_to[tp], after))
            gone = chain(range(first, start), range(end, after))
            account.add_unchecked(sum(not account.has(tp.partition, offset) for offset in gone))
            for record in scan(consumer, {tp: start}, {tp: end}):
                if account.has(record.partition, record.offset):
                    continue
                if is_excluded(readable_record(record)):
                    account.add_excluded()
                else:
                    account.add_missing(record.partition, record.offset)
