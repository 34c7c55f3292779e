"""Follows Tocsin's alerts and handles each one once, also across restarts.

It needs kafka-python and the published contract alone (`streams/contracts/published/`). Settings
are variables: see README.md beside this folder.
"""

import json
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from kafka import KafkaConsumer

BROKER = os.environ.get("ALERTS_BROKER", "localhost:9092")
GROUP = os.environ.get("ALERTS_GROUP", "my-service")
# Every kind of alert has its topic, and so can a rule: a new one is followed without a change here.
TOPICS = os.environ.get("ALERTS_TOPICS", r"^news\.alerts\..+$")
SEEN_FILE = Path(os.environ.get("ALERTS_SEEN_FILE", "seen-alerts.txt"))
REMEMBERED = 10_000


class Seen:
    """The newest ids that were handled: in memory, and in a file with one a line."""

    def __init__(self, path: Path, most: int) -> None:
        self._path, self._most = path, most
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        # After the last line break there can only be an id that a crash cut short.
        self._ids = dict.fromkeys(text.split("\n")[:-1])
        self._shorten()

    def __contains__(self, alert_id: str) -> bool:
        return alert_id in self._ids

    def add(self, alert_id: str) -> None:
        """Remember an id, before its offset is committed."""
        self._ids[alert_id] = None
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{alert_id}\n")
        if len(self._ids) > 2 * self._most:
            self._shorten()

    def _shorten(self) -> None:
        self._ids = dict.fromkeys(list(self._ids)[-self._most :])
        beside = self._path.with_suffix(".new")
        beside.write_text("".join(f"{one}\n" for one in self._ids), encoding="utf-8")
        beside.replace(self._path)  # in one step: a crash leaves the old file or the new one


def handle(alert: dict[str, Any]) -> None:
    """Do your own work here; what raises is not committed, and comes again."""
    # An update or a cancellation names the messages before it, the first one first.
    first, *_ = [*alert["references"], alert["alert_id"]]
    print(alert["msg_type"], alert["severity"], first, alert["reason"], sep="\t", flush=True)


def read(value: bytes | None) -> dict[str, Any] | None:
    """Decode an alert; None for what is none. Fields that you do not know may be there."""
    try:
        alert = json.loads(value or b"")
        complete = {"alert_id", "msg_type", "references", "severity", "reason"} <= alert.keys()
    except (ValueError, AttributeError):
        return None
    return alert if complete else None


def main() -> None:
    """Run until SIGTERM or Ctrl-C: the records in hand are handled and committed first."""
    stopping = False

    def stop(_signal: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    seen = Seen(SEEN_FILE, REMEMBERED)
    consumer = KafkaConsumer(
        bootstrap_servers=BROKER.split(","),
        group_id=GROUP,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    consumer.subscribe(pattern=TOPICS)
    while not stopping:
        fetched = consumer.poll(timeout_ms=500)
        for record in (record for records in fetched.values() for record in records):
            alert = read(record.value)
            if alert is None:
                where = f"{record.topic} {record.partition}:{record.offset}"
                print(f"{where} is no alert; left out", file=sys.stderr)
            elif alert["alert_id"] not in seen:
                handle(alert)
                seen.add(alert["alert_id"])
        if fetched:
            consumer.commit()  # after handling: a crash before this repeats, and loses nothing
    consumer.close()


if __name__ == "__main__":
    main()
