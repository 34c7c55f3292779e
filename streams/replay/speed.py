"""Measures the analysis speed on the first records of a range, to estimate its duration.

It analyses in this process and writes nothing. The broker's share of a worker's time is not in it.
"""

import time
from typing import Any

from kafka import TopicPartition

from streams.analysis.loading import load_reader, process_count
from streams.kafka.subscriber import Offsets, read
from streams.replay.manifest import Manifest, settings_of
from streams.service.settings import Settings

SECONDS = 2.0
MIN_RECORDS = 10


def measure(consumer: Any, settings: Settings, manifest: Manifest) -> float | None:
    """Return records a second of one worker, or None if the range has too few records.

    With several analysis processes, the speed is multiplied by their number.
    """
    starts, ends = _bounds(manifest)
    reader = load_reader(settings_of(manifest, settings), manifest.selection)
    began, spent, count = time.monotonic(), 0.0, 0
    for record in read(consumer, starts, ends):
        now = time.perf_counter()
        reader.read(record)
        spent += time.perf_counter() - now
        count += 1
        if time.monotonic() - began > SECONDS:
            break
    if count < MIN_RECORDS:
        return None
    return count / spent * max(1, process_count(settings))


def _bounds(manifest: Manifest) -> tuple[Offsets, Offsets]:
    filled = [one for one in manifest.spans if one.offsets]
    starts = {TopicPartition(manifest.topic, one.partition): one.start for one in filled}
    ends = {TopicPartition(manifest.topic, one.partition): one.end for one in filled}
    return starts, ends
