"""Records whose timestamps cannot be: the same in a live run and in its replay, on both brokers."""

import json
import time
from typing import Any

import pytest
from kafka import KafkaProducer

TEXT = "Giorgia Meloni and Emmanuel Macron were condemned for a brutal, terrible and corrupt deal."


def ids_and_reasons(cluster: Any, names: Any) -> tuple[set[bytes], list[tuple[bytes, bytes]]]:
    analysed = {record.key for record in cluster.read(names.analyses)}
    letters = [
        (record.key, dict(record.headers)["tocsin.error.reason"])
        for record in cluster.read(names.dead_letters)
    ]
    return analysed, sorted(letters)


# In one partition: where the old ones are alone, retention removes them before they are read.
@pytest.mark.parametrize("cluster", [1], indirect=True)
def test_a_replay_decides_on_timestamps_as_the_live_worker_did(cluster: Any) -> None:
    now_ms = round(time.time() * 1000)
    stamps = {
        b"good-1": now_ms - 60_000,
        b"none": -1,
        b"zero": 0,
        b"seconds": now_ms // 1000,
        b"reuters": 541_000_000_000,
        b"good-2": now_ms - 30_000,
        # The broker takes 300 s, this worker 120 s.
        b"ahead": now_ms + 200_000,
        b"good-3": now_ms,
    }
    producer = KafkaProducer(**cluster.connection.kafka_python(), acks="all")
    for key, timestamp_ms in stamps.items():
        value = json.dumps({"id": key.decode(), "title": f"Report {key.decode()}", "text": TEXT})
        producer.send(
            cluster.names.articles, key=key, value=value.encode(), timestamp_ms=timestamp_ms
        ).get(20)
    producer.close()
    cluster.run_live(TOCSIN_MAX_AHEAD_SECONDS="60")
    live = ids_and_reasons(cluster, cluster.names)
    assert live == (
        {b"good-1", b"good-2", b"good-3", b"reuters"},
        [
            (b"ahead", b"future_timestamp"),
            (b"none", b"invalid_timestamp"),
            (b"seconds", b"invalid_timestamp"),
            (b"zero", b"invalid_timestamp"),
        ],
    )
    assert cluster.alert_ids(cluster.names)
    # By its own clock this replay would take the article that was ahead.
    cluster.run("replay", "--since", "beginning", "--id", "same", TOCSIN_MAX_AHEAD_SECONDS="100000")
    names = cluster.replay("same")
    assert ids_and_reasons(cluster, names) == live
    assert cluster.alert_ids(names) == cluster.alert_ids(cluster.names)
