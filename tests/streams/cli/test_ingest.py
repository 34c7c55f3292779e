"""`tocsin ingest` as it is called: usage, exit codes, summaries; no broker."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from streams.cli import main
from streams.cli.ingest.run import exit_status
from streams.cli.views.ingest import summary_lines
from streams.ingest import feeds
from streams.ingest.lists import feed_of_address
from streams.ingest.reports import FeedReports
from streams.ingest.tally import Example, Failure, Refusals, Summary
from streams.service import logs

GOOD = b'{"id": "1", "title": "Leaders meet"}\n'
PROGRAM = "from streams.cli.main import run; run()"


def environment() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if not k.startswith("TOCSIN_")}


@pytest.fixture(autouse=True)
def _own_settings_and_no_log(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ.keys() - environment().keys():
        monkeypatch.delenv(name)
    # The handler would hold this test's standard error and outlive it.
    monkeypatch.setattr(logs, "configure", lambda *_: None)


def tocsin_ingest(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main.run(["ingest", *arguments])
    assert isinstance(ended.value.code, int)
    return ended.value.code


def test_a_dry_run_with_json_prints_one_object_and_needs_no_broker(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(GOOD + b"\n{}\n")
    assert tocsin_ingest("--dry-run", "--json", str(path)) == 0
    out, err = capfd.readouterr()
    assert err == ""
    summary = json.loads(out)
    assert (summary["read"], summary["valid"], summary["sent"]) == (2, 1, 0)
    assert summary["refused"]["no_text"]["examples"][0]["where"] == f"{path}:3"


def test_standard_input_is_read_without_a_source_and_the_summary_is_for_people() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "ingest", "--dry-run"],
        input=GOOD * 3,
        capture_output=True,
        env=environment(),
        timeout=60,
        check=True,
    )
    assert done.stdout == b""
    assert done.stderr == b"3 read, 3 good (checked only, nothing sent), 0 refused\n"


def test_refusing_every_record_is_exit_code_2(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id": "1"}\nx\n')
    assert tocsin_ingest("--dry-run", str(path)) == 2
    assert f"invalid_json: 1\n    {path}:2: not JSON" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere.jsonl"], "no such file"),
        (["/"], "is a folder"),
        (["ftp://a.example/rss"], "only http:// and https://"),
        (["http://[::1"], "is not a feed address"),
        (["https://a.example:99999/"], "is not a feed address"),
        (["-", "-"], "read once only"),
        (["--poll", "5", "-"], "are for feeds"),
        (["--language", "all of them", "https://a.example"], "no BCP 47 tag"),
        (["--poll", "0", "https://a.example"], "poll"),
        (["-"], "No broker is set"),
    ],
)
def test_wrong_use_is_exit_code_2_and_says_what_to_do(
    arguments: list[str], message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert tocsin_ingest(*arguments) == 2
    assert message in " ".join(capfd.readouterr().err.split())


def test_a_feed_that_cannot_be_reached_is_exit_code_3(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "TRIES", 1)
    assert tocsin_ingest("--dry-run", "http://127.0.0.1:9/rss") == 3
    assert "failed: http://127.0.0.1:9/rss: " in capfd.readouterr().err


def test_a_broker_that_cannot_be_reached_is_exit_code_3_after_the_summary(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(GOOD)
    monkeypatch.setenv("TOCSIN_BROKER_WAIT_SECONDS", "0.1")
    assert tocsin_ingest("--broker", "127.0.0.1:9", str(path)) == 3
    summary, message = capfd.readouterr().err.splitlines()[:2]
    assert summary == "0 read, 0 sent, 0 refused"
    assert "no broker answered" in message


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_reading_in_good_order(number: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "ingest", "--dry-run", "--json", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(),
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        # Enough to fill the pipe twice: once this returns, the program is reading.
        process.stdin.write(GOOD * 5_000)
        process.stdin.flush()
        time.sleep(0.5)
        process.send_signal(number)
        summary = json.loads(process.stdout.read())
        assert process.wait(10) == 130
    assert summary["interrupted"]
    assert summary["read"] == summary["valid"] > 0


def summary(**changes: object) -> Summary:
    fields: dict[str, object] = {
        "read": 1,
        "valid": 1,
        "sent": 1,
        "unchanged": 0,
        "refused": {},
        "failed": [],
        "dry_run": False,
        "interrupted": False,
    }
    return Summary(**(fields | changes))  # type: ignore[arg-type]  # by name above


REFUSED = {"no_text": Refusals(count=5, examples=[Example(where="f:1", message="nothing")])}
LOST_FEED = [Failure(source="https://a.example", message="away")]
READ, AWAY = FeedReports([feed_of_address("https://a.example")] * 2).summary()
AWAY = msgspec.structs.replace(AWAY, failed="away")
LOST_FILE = [Failure(source="a.gz", message="damaged")]


@pytest.mark.parametrize(
    ("changes", "polling", "expected"),
    [
        ({}, False, 0),
        ({"read": 0, "valid": 0, "sent": 0}, False, 0),
        ({"refused": REFUSED}, False, 0),
        ({"refused": REFUSED, "valid": 0, "sent": 0}, False, 2),
        ({"refused": REFUSED, "sent": 0}, False, 2),
        ({"refused": REFUSED, "sent": 0, "dry_run": True}, False, 0),
        ({"failed": LOST_FEED, "feeds": [AWAY]}, False, 3),
        ({"failed": LOST_FILE}, False, 2),
        ({"failed": LOST_FILE + LOST_FEED, "feeds": [READ, AWAY]}, False, 3),
        ({"feeds": [READ]}, False, 0),
        ({"interrupted": True}, False, 130),
        ({"interrupted": True, "failed": LOST_FEED, "feeds": [AWAY]}, True, 0),
        ({"failed": LOST_FEED, "feeds": [AWAY]}, True, 3),
    ],
)
def test_the_exit_code_tells_what_became_of_it(
    changes: dict[str, object],
    polling: bool,  # noqa: FBT001 - from the table
    expected: int,
) -> None:
    assert exit_status(summary(**changes), polling=polling) == expected


def test_the_summary_names_reasons_examples_and_failures() -> None:
    shown = summary(
        read=9, sent=3, unchanged=1, refused=REFUSED, failed=LOST_FEED, interrupted=True
    )
    assert list(summary_lines(shown)) == [
        "Interrupted: 9 read, 3 sent, 5 refused, 1 unchanged",
        "  no_text: 5",
        "    f:1: nothing",
        "    and 4 more",
        "  failed: https://a.example: away",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--archive"], "would mix old articles into the live topic news.articles"),
        (["--archive", "--topic", "news.articles"], "would mix old articles"),
        (["--into-live"], "belongs to --archive"),
    ],
)
def test_an_archive_is_not_mixed_into_the_live_topic_unless_told(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id": "1", "title": "T", "published": "1987-10-19T14:30:00Z"}')
    assert tocsin_ingest("--dry-run", str(path), *arguments) == 2
    assert said in " ".join(capfd.readouterr().err.split())


def test_an_archive_of_a_topic_of_its_own_or_into_live_when_told_is_checked(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"id": "1", "title": "T", "published": "1987-10-19T14:30:00Z"}')
    assert tocsin_ingest("--dry-run", "--archive", "--topic", "archive.1987", str(path)) == 0
    assert tocsin_ingest("--dry-run", "--archive", "--into-live", str(path)) == 0
