"""Analysis of records, by both implementations: in the worker's process and in its own."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest
from structlog.testing import capture_logs

from processors.contracts import Analysis as AnalysisValue
from processors.contracts import Versions
from processors.errors import DeadLetterReason, MisconfigurationError
from processors.leaders import load_registry
from streams.analysis import Analysis
from streams.analysis.answer import MAX_ANSWER_BYTES
from streams.analysis.inline import InlineAnalysis
from streams.analysis.loading import analysis_of, load_reader, process_count
from streams.analysis.outcome import Outcome
from streams.analysis.pool import AnalysisPool
from streams.errors import AnalysisProcessError
from streams.kafka.envelope import Outgoing, Record
from streams.service.settings import Settings
from tests.waiting import wait_until

SETTINGS = Settings()
MAKERS = {
    "inline": lambda: InlineAnalysis(partial(load_reader, SETTINGS)),
    "pool": lambda: AnalysisPool(partial(load_reader, SETTINGS), 2),
}


def record(value: bytes | None, offset: int = 0, timestamp_ms: int = 1_779_268_500_250) -> Record:
    return Record("news.articles", 1, offset, timestamp_ms, b"key", value, [("h", b"1")])


def article(number: int) -> bytes:
    text = f"Xi Jinping and Vladimir Putin met in Beijing, round {number}. The talks were good."
    return json.dumps({"id": f"a{number}", "title": "A meeting", "text": text}).encode()


@pytest.fixture(scope="module", params=MAKERS)
def analysis(request: pytest.FixtureRequest) -> Iterator[Analysis]:
    made = MAKERS[request.param]()
    made.start()
    yield made
    made.close()


def test_outcomes_are_in_the_order_of_the_records(analysis: Analysis) -> None:
    records = [record(article(n), n) for n in range(40)]

    async def in_chunks() -> list[bytes | None]:
        chunks = [records[i : i + 8] for i in range(0, 40, 8)]
        answers = await asyncio.gather(*(analysis.analyse(chunk) for chunk in chunks))
        return [one.outputs[0].key for answer in answers for one in answer]

    assert asyncio.run(in_chunks()) == [b"a%d" % n for n in range(40)]


def test_both_give_the_same_bytes() -> None:
    made = {name: make() for name, make in MAKERS.items()}
    records = [record(article(n), n) for n in range(3)] + [record(b"{")]
    answers = {}
    for name, one in made.items():
        versions = one.start()
        answers[name] = (versions, asyncio.run(one.analyse(records)))
        one.close()

    def without_times(name: str) -> list[object]:
        versions, outcomes = answers[name]
        return [versions, *((o.outputs, o.mentions, o.reason, o.message) for o in outcomes)]

    assert without_times("inline") == without_times("pool")


def test_an_answer_ends_where_its_outputs_are_many(analysis: Analysis) -> None:
    people = [one.name for one in load_registry().people.values() if " " in one.name]
    title = ", ".join(people[:400])
    records = [record(json.dumps({"id": str(n), "title": title}).encode(), n) for n in range(16)]

    async def in_parts() -> list[list[Outcome]]:
        parts: list[list[Outcome]] = []
        while left := records[sum(map(len, parts)) :]:
            parts.append(await analysis.analyse(left))
        return parts

    parts = asyncio.run(in_parts())
    assert [one.outputs[0].key for part in parts for one in part] == [b"%d" % n for n in range(16)]
    assert len(parts) > 1
    for part in parts:
        assert sum(one.output_bytes for one in part[:-1]) < MAX_ANSWER_BYTES


class Sleepy:
    """A reader that takes as many seconds as the record says."""

    def __init__(self) -> None:
        versions = Versions(tocsin="0", registry="0", lexicon="0", scorer="0")
        self.analyser = SimpleNamespace(versions=versions)

    def read(self, record: Record) -> Outcome:
        time.sleep(float(record.value or b"0"))
        return Outcome(outputs=[Outgoing("t", record.value, b"")])


def test_an_article_that_takes_long_is_named_and_those_before_it_are_answered() -> None:
    pool = AnalysisPool(Sleepy, 1, slow_seconds=0.2)  # type: ignore[arg-type]
    pool.start()
    records = [record(b"0", 3), record(b"1.1", 4), record(b"0", 5)]
    with capture_logs() as lines:
        first = asyncio.run(pool.analyse(records))
        rest = asyncio.run(pool.analyse(records[len(first) :]))
    pool.close()
    assert [one.outputs[0].key for one in (*first, *rest)] == [b"0", b"1.1", b"0"]
    assert len(first) == 2  # it took longer than an answer may
    (line,) = [one for one in lines if one["event"] == "analysis.article_takes_long"]
    assert (line["topic"], line["partition"], line["offset"]) == ("news.articles", 1, 4)
    assert 0.2 <= line["seconds"] < 1.1


def test_a_bad_article_is_an_outcome(analysis: Analysis) -> None:
    good, bad, null = asyncio.run(
        analysis.analyse([record(article(1)), record(b"\xff"), record(None)])
    )
    assert good.error is None
    assert good.decode_seconds > 0
    assert good.analyse_seconds > 0
    assert {name for name, *_ in good.mentions} == {"Xi Jinping", "Vladimir Putin"}
    assert bad.error is not None
    assert bad.error.reason is DeadLetterReason.INVALID_UTF8
    assert null.error is not None
    assert null.error.reason is DeadLetterReason.NULL_VALUE


def test_a_header_may_be_null_and_a_value_of_megabytes_comes_through(analysis: Analysis) -> None:
    text = "Xi Jinping spoke. " * 8_000
    large = json.dumps({"id": "a", "title": "t", "text": text, "rest": "x" * 5_000_000}).encode()
    odd = Record("t", 0, 0, 1_779_268_500_250, None, large, [("h", None), ("h", b"\xff")])
    (outcome,) = asyncio.run(analysis.analyse([odd]))
    assert outcome.error is None
    value = msgspec.json.decode(outcome.outputs[0].value or b"", type=AnalysisValue)
    assert [one.leader_name for one in value.mentions] == ["Xi Jinping"]


@pytest.mark.parametrize("make", [InlineAnalysis, lambda load: AnalysisPool(load, 1)])
def test_a_wrong_scorer_is_the_operators_fault_wherever_it_is_found(
    make: Callable[[Callable[[], object]], Analysis],
) -> None:
    wrong = make(partial(load_reader, Settings(scorer="nope")))
    with pytest.raises(MisconfigurationError, match="nope"):
        wrong.start()
    wrong.close()


def broken() -> None:
    raise ZeroDivisionError("a bug while loading")


def test_a_bug_in_the_process_is_told_with_its_traceback() -> None:
    pool = AnalysisPool(broken, 1)
    with pytest.raises(RuntimeError, match=r"(?s)tocsin-analysis-0.*a bug while loading"):
        pool.start()
    pool.close()


def test_a_process_that_is_killed_fails_its_records_and_says_how_it_ended() -> None:
    pool = AnalysisPool(partial(load_reader, SETTINGS), 1)
    pool.start()
    os.kill(pool.pids[0], signal.SIGKILL)

    async def several() -> list[object]:
        chunks = [pool.analyse([record(article(number))]) for number in range(5)]
        return await asyncio.wait_for(asyncio.gather(*chunks, return_exceptions=True), 30)

    # What lay in the pipe behind the first is lost with it, and nobody waits for ever.
    for error in asyncio.run(several()):
        assert isinstance(error, AnalysisProcessError)
        assert "ended with code -9" in str(error)
    pool.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_of_the_whole_group_leaves_the_process_to_the_worker(number: int) -> None:
    pool = AnalysisPool(partial(load_reader, SETTINGS), 1)
    pool.start()
    (pid,) = pool.pids
    os.kill(pid, number)
    (outcome,) = asyncio.run(pool.analyse([record(article(1))]))
    assert outcome.error is None
    pool.close()
    assert not _runs(pid)


def test_no_process_is_left_when_the_worker_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "worker.py"
    script.write_text(
        "import time\n"
        "from functools import partial\n"
        "from streams.analysis.loading import load_reader\n"
        "from streams.analysis.pool import AnalysisPool\n"
        "from streams.service.settings import Settings\n"
        "if __name__ == '__main__':\n"
        "    pool = AnalysisPool(partial(load_reader, Settings()), 1)\n"
        "    pool.start()\n"
        "    print(pool.pids[0], flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        pid = int(worker.stdout.readline())
        worker.kill()
    wait_until(lambda: not _runs(pid), "the end of the pool", seconds=10)


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.parametrize(("processes", "kind"), [(0, InlineAnalysis), (3, AnalysisPool)])
def test_the_settings_choose_where(processes: int, kind: type) -> None:
    assert isinstance(analysis_of(Settings(analysis_processes=processes)), kind)


@pytest.mark.parametrize(("cores", "count"), [(1, 1), (2, 2), (16, 2)])
def test_auto_starts_two_processes_where_there_are_cores_for_them(
    cores: int, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.analysis.loading.available_cores", lambda: cores)
    assert process_count(Settings()) == count
    assert process_count(Settings(analysis_processes=5)) == 5


OWN_SHAPE = """
[[shape]]
name = "acme"
recognise = ["acmeId"]
title = ["head"]
published = ["when"]
"""


@pytest.mark.parametrize("processes", [0, 1])
def test_own_shapes_and_the_records_timestamp_decide_how_an_article_is_read(
    tmp_path: Path, processes: int
) -> None:
    file = tmp_path / "shapes.toml"
    file.write_text(OWN_SHAPE)
    analysis = analysis_of(Settings(shapes=str(file), analysis_processes=processes))
    # 20 May 2026, 09:15 UTC: in America this would be the afternoon, and thus the future.
    chinese = b'{"acmeId": 1, "head": "Xi Jinping speaks", "when": "20 May 2026 17:10 CST"}'
    unread = b'{"acmeId": 2, "head": "Xi Jinping speaks", "when": "tea time", "lang": "en"}'
    analysis.start()
    try:
        outcomes = asyncio.run(analysis.analyse([record(chinese), record(unread, 1)]))
    finally:
        analysis.close()
    values = [
        msgspec.json.decode(outcome.outputs[0].value or b"", type=AnalysisValue)
        for outcome in outcomes
    ]
    assert [str(value.published) for value in values] == ["2026-05-20 09:10:00+00:00", "None"]
    assert [list(outcome.flags) for outcome in outcomes] == [
        [],
        ["published_missing", "published_unreadable"],
    ]
