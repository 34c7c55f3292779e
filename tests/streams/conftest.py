"""A query service on loopback, and a consumer over records in memory."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
from kafka import TopicPartition
from kafka.structs import OffsetAndTimestamp

ENTITY = "http://www.wikidata.org/entity/"
DATE_TIME = "http://www.w3.org/2001/XMLSchema#dateTime"
INTEGER = "http://www.w3.org/2001/XMLSchema#integer"
PRECISIONS = {10: "11", 7: "10", 4: "9"}


def when(text: str) -> tuple[dict[str, str], dict[str, str]]:
    """A time and its precision, as the service writes them."""
    full = f"{text}-01-01"[:10] if len(text) < 10 else text
    value = {"type": "literal", "datatype": DATE_TIME, "value": f"{full}T00:00:00Z"}
    precision = {"type": "literal", "datatype": INTEGER, "value": PRECISIONS[len(text)]}
    return value, precision


def binding(
    code: str, role: str, person: str, name: str, start: str, end: str = ""
) -> dict[str, dict[str, str]]:
    """One row of an answer."""
    value, precision = when(start)
    row = {
        "code": {"type": "literal", "value": code},
        "role": {"type": "literal", "value": role},
        "person": {"type": "uri", "value": f"{ENTITY}{person}"},
        "personLabel": {"type": "literal", "xml:lang": "en", "value": name},
        "start": value,
        "startPrecision": precision,
    }
    if end:
        row["end"], row["endPrecision"] = when(end)
    return row


def answer(*bindings: dict[str, dict[str, str]]) -> bytes:
    """A whole answer."""
    names = ["code", "role", "person", "personLabel", "start", "startPrecision", "end"]
    return json.dumps({"head": {"vars": names}, "results": {"bindings": bindings}}).encode()


class Service(BaseHTTPRequestHandler):
    """Answers one after the other with what it was given: a status, headers and a body."""

    answers: list[tuple[int, dict[str, str], bytes]]
    asked: list[dict[str, Any]]

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        type(self).asked.append({"query": query, "agent": self.headers["User-Agent"]})
        status, headers, body = type(self).answers.pop(0)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def service() -> Iterator[Callable[..., tuple[str, list[dict[str, Any]]]]]:
    """`service((200, {}, body), …)` gives an endpoint, and what it was asked."""
    servers: list[ThreadingHTTPServer] = []

    def start(
        *answers: tuple[int, dict[str, str], bytes],
    ) -> tuple[str, list[dict[str, Any]]]:
        handler = type("Answering", (Service,), {"answers": list(answers), "asked": []})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}/sparql", handler.asked  # type: ignore[attr-defined]

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


class LogRecord(NamedTuple):
    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None = None
    value: bytes | None = b""
    headers: Sequence[tuple[str, bytes]] = ()


@dataclass
class Log:
    """Records by topic and partition; `ends` adds offsets without records behind the last."""

    records: Sequence[LogRecord]
    partitions: Mapping[str, int]
    ends: Mapping[TopicPartition, int] = field(default_factory=dict)
    starts: Mapping[TopicPartition, int] = field(default_factory=dict)
    most_a_poll: int = 2
    polls: int = 0
    _positions: dict[TopicPartition, int] = field(default_factory=dict)
    _paused: set[TopicPartition] = field(default_factory=set)

    def partitions_for_topic(self, topic: str) -> set[int] | None:
        return set(range(self.partitions[topic])) if topic in self.partitions else None

    def beginning_offsets(self, tps: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        return {tp: self.starts.get(tp, 0) for tp in tps}

    def end_offsets(self, tps: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        return {
            tp: self.ends.get(tp, max((r.offset + 1 for r in self._of(tp)), default=0))
            for tp in tps
        }

    def offsets_for_times(self, times: Mapping[TopicPartition, int]) -> dict[Any, Any]:
        assert all(timestamp >= 0 for timestamp in times.values())
        return {
            tp: next(
                (
                    OffsetAndTimestamp(r.offset, r.timestamp, 0)
                    for r in self._of(tp)
                    if r.timestamp >= timestamp
                ),
                None,
            )
            for tp, timestamp in times.items()
        }

    def assign(self, tps: Sequence[TopicPartition]) -> None:
        self._positions = dict.fromkeys(tps, 0)
        self._paused = set()

    def seek(self, tp: TopicPartition, offset: int) -> None:
        assert tp in self._positions
        self._positions[tp] = offset

    def pause(self, *tps: TopicPartition) -> None:
        self._paused |= set(tps)

    def resume(self, *tps: TopicPartition) -> None:
        self._paused -= set(tps)

    def position(self, tp: TopicPartition) -> int:
        return self._positions[tp]

    def poll(
        self, timeout_ms: int, max_records: int | None = None
    ) -> dict[TopicPartition, list[LogRecord]]:
        assert timeout_ms > 0
        assert max_records is None or max_records > 0
        self.polls += 1
        assert self.polls < 1_000, "polls without an end"
        fetched = {}
        for tp, position in self._positions.items():
            if tp in self._paused:
                continue
            records = [r for r in self._of(tp) if r.offset >= position][: self.most_a_poll]
            if records:
                fetched[tp] = records
                self._positions[tp] = records[-1].offset + 1
            else:
                # What is behind the last record is a gap, and is passed over.
                self._positions[tp] = max(position, self.end_offsets([tp])[tp])
        return fetched

    def _of(self, tp: TopicPartition) -> list[LogRecord]:
        return [r for r in self.records if (r.topic, r.partition) == (tp.topic, tp.partition)]


@pytest.fixture
def record() -> type[LogRecord]:
    return LogRecord


@pytest.fixture
def log() -> Callable[..., Log]:
    return Log
