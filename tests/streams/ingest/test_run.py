"""A whole ingestion without a broker: files, standard input and a feed on loopback."""

import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from processors.articles.decode import DecodeLimits
from streams.errors import PassingFaultError
from streams.http_client.fetch import open_fetch
from streams.ingest.intake import Intake
from streams.ingest.interruption import Interruption
from streams.ingest.job import STDIN, Job, Surroundings
from streams.ingest.lists import feed_of_address
from streams.ingest.reports import FeedReports
from streams.ingest.run import run
from streams.ingest.tally import Tally
from streams.kafka.envelope import Outgoing

FEED = b"""<rss version="2.0"><channel><title>Feed</title>
<item><guid>a:1</guid><title>One</title></item>
<item><guid>a:2</guid><title></title></item>
<item><guid>a:1</guid><title>One</title></item></channel></rss>"""


class Board:
    """An ingestion's surroundings, with what was sent and said."""

    def __init__(self, stdin: Sequence[bytes] = ()) -> None:
        self.tally = Tally()
        self.sent: list[Outgoing] = []
        self.said: list[str] = []
        self.flushed = 0
        self.interruption = Interruption()
        self.fault: Exception | None = None
        self.fault_at_flush: Exception | None = None
        waiting = list(stdin)
        self.around = Surroundings(
            intake=Intake("news.articles", DecodeLimits(), self.tally, self._send),
            flush=self._flush,
            tally=self.tally,
            interruption=self.interruption,
            on_bytes=lambda _: None,
            say=self.said.append,
            stdin=lambda _: waiting.pop(0) if waiting else b"",
            open_fetch=lambda: open_fetch("tocsin/test"),
            reports=FeedReports([]),
        )

    def _send(self, record: Outgoing, where: str) -> None:
        assert where
        if self.fault is not None:
            raise self.fault
        self.sent.append(record)

    def _flush(self) -> None:
        if self.fault_at_flush is not None:
            raise self.fault_at_flush
        self.flushed += 1
        self.tally.sent = len(self.sent)

    def job(self, *files: Path, feeds: Sequence[str] = (), poll: float | None = None) -> Job:
        listed = [replace(feed_of_address(url), language="en") for url in feeds]
        self.around = replace(self.around, reports=FeedReports(listed))
        return Job(files=files, feeds=listed, limit_bytes=1_000, poll_seconds=poll)


def run_on(board: Board, job: Job) -> None:
    run(job, board.around)


class Site(BaseHTTPRequestHandler):
    """The feed at /feed, nothing anywhere else."""

    def do_GET(self) -> None:
        found = self.path == "/feed"
        self.send_response(200 if found else 404)
        self.end_headers()
        if found:
            self.wfile.write(FEED)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    with HTTPServer(("127.0.0.1", 0), Site) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def article(identity: str) -> bytes:
    return json.dumps({"id": identity, "title": "t"}).encode() + b"\n"


def test_files_and_standard_input_are_read_in_their_order(tmp_path: Path) -> None:
    first, second = tmp_path / "1.jsonl", tmp_path / "2.json"
    first.write_bytes(article("1") + b"bad\n")
    second.write_bytes(b"[" + article("3") + b"]")
    board = Board(stdin=[article("2")[:5], article("2")[5:]])
    run_on(board, board.job(first, STDIN, second))
    assert [record.key for record in board.sent] == [b"1", b"2", b"3"]
    assert board.flushed == 1
    assert board.tally.refused == 1


def test_a_damaged_file_does_not_stop_the_others(tmp_path: Path) -> None:
    bad, good = tmp_path / "bad.gz", tmp_path / "good.jsonl"
    bad.write_bytes(b"not packed")
    good.write_bytes(article("1"))
    board = Board()
    run_on(board, board.job(bad, good))
    assert len(board.sent) == 1
    (failure,) = board.tally.summary(dry_run=False, interrupted=False).failed
    assert failure.source == str(bad)


def test_a_feeds_entries_are_sent_as_flat_documents_once(site: str) -> None:
    board = Board()
    run_on(board, board.job(feeds=[f"{site}/feed", f"{site}/none"]))
    (record,) = board.sent
    assert record.key == b"a:1"
    assert json.loads(record.value or b"") == {
        "id": "a:1",
        "title": "One",
        "source": "Feed",
        "language": "en",
    }
    summary = board.tally.summary(dry_run=False, interrupted=False)
    assert (summary.read, summary.sent, summary.unchanged) == (3, 1, 1)
    assert summary.refused["no_text"].examples[0].where == f"{site}/feed[1]"
    (failure,) = summary.failed
    assert failure.source == f"{site}/none"
    assert "404" in board.said[0]


def test_a_broker_that_is_away_ends_feeds_too(site: str) -> None:
    board = Board()
    board.fault = PassingFaultError("no broker")
    with pytest.raises(PassingFaultError, match="no broker"):
        run_on(board, board.job(feeds=[f"{site}/feed"], poll=1))


def test_what_was_sent_before_a_crash_comes_again_and_what_is_kept_does_not(
    site: str, tmp_path: Path
) -> None:
    def run_with(board: Board) -> None:
        run_on(board, replace(board.job(feeds=[f"{site}/feed"]), state=tmp_path / "feeds.db"))

    crashed = Board()
    # All is handed to the broker, which then goes away before it has acknowledged it.
    crashed.fault_at_flush = PassingFaultError("no broker")
    with pytest.raises(PassingFaultError, match="no broker"):
        run_with(crashed)
    after, last = Board(), Board()
    run_with(after)
    run_with(last)
    assert [[record.key for record in one.sent] for one in (crashed, after, last)] == [
        [b"a:1"],
        [b"a:1"],
        [],
    ]
    assert last.tally.unchanged == 2


def test_a_poll_ends_when_it_is_asked_to_and_what_was_sent_is_acknowledged(site: str) -> None:
    board = Board()
    stop = threading.Timer(1.5, lambda: board.interruption._handle(15, None))  # noqa: SLF001 - as a signal does
    stop.start()
    with pytest.raises(KeyboardInterrupt):
        run_on(board, board.job(feeds=[f"{site}/feed"], poll=60))
    stop.join()
    assert board.tally.sent == 1


def test_a_stop_between_two_records_keeps_the_first_and_leaves_the_second() -> None:
    board = Board(stdin=[article("1") + article("2")])
    board.around.intake._send = lambda record, _: (  # type: ignore[assignment]  # noqa: SLF001 - the moment of the signal
        board.sent.append(record),
        board.interruption._handle(15, None),  # noqa: SLF001 - as a signal does
    )
    with pytest.raises(KeyboardInterrupt):
        run_on(board, board.job(STDIN))
    assert [record.key for record in board.sent] == [b"1"]
    assert board.flushed == 1
