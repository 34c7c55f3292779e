"""Alerts in a file: one line each, whole, on the disk, and in the file that has the name now."""

import asyncio
import json
import os
from pathlib import Path

import pytest

from processors.errors import MisconfigurationError
from streams.errors import PassingFaultError
from streams.forward.events import Event
from streams.forward.sinks import file as module
from streams.forward.sinks.file import FileSink
from streams.forward.sinks.sink import Answer


def event(number: int) -> Event:
    return Event(str(number), {}, json.dumps({"id": number}).encode())


def send(sink: FileSink, *events: Event) -> list[Answer]:
    async def work() -> list[Answer]:
        async with sink.open(1) as one:
            return [await one(event) for event in events]

    return asyncio.run(work())


def ids(path: Path) -> list[int]:
    return [json.loads(line)["id"] for line in path.read_text().splitlines()]


def test_an_alert_of_several_lines_becomes_one(tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    send(FileSink(path, 5.0), Event("1", {}, b'{\r\n "id": 1,\n "text": "a\\nb"\n}\n'))
    assert path.read_bytes() == b'{"id":1,"text":"a\\nb"}\n'


def test_a_file_that_was_moved_is_created_again(tmp_path: Path) -> None:
    path, moved = tmp_path / "alerts.jsonl", tmp_path / "alerts.jsonl.1"

    async def work() -> None:
        async with FileSink(path, 5.0).open(1) as one:
            await one(event(1))
            path.rename(moved)
            await one(event(2))
            await one(event(3))

    asyncio.run(work())
    assert ids(moved) == [1]
    assert ids(path) == [2, 3]


def test_a_line_that_a_crash_cut_off_does_not_spoil_the_next(tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    path.write_bytes(b'{"id": 1}\n{"id": ')
    send(FileSink(path, 5.0), event(2))
    assert path.read_bytes() == b'{"id": 1}\n{"id": \n{"id":2}\n'


def test_of_a_line_that_does_not_fit_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "alerts.jsonl"
    send(FileSink(path, 5.0), event(1))
    write = os.write

    def full(descriptor: int, data: bytes) -> int:
        if len(data) < 5:
            raise OSError(28, "No space left on device")
        return write(descriptor, data[:5])

    monkeypatch.setattr(module.os, "write", full)
    (answer,) = send(FileSink(path, 5.0), event(2))
    assert answer.verdict == "passing"
    assert "No space left" in answer.said
    monkeypatch.undo()
    send(FileSink(path, 5.0), event(2))
    assert ids(path) == [1, 2]


@pytest.mark.parametrize("name", ["missing/alerts.jsonl", "."])
def test_a_file_that_cannot_be_written_is_refused_at_the_start(tmp_path: Path, name: str) -> None:
    with pytest.raises(MisconfigurationError, match="cannot be written to file:"):
        FileSink(tmp_path / name, 5.0).check()


def test_standard_output_gets_lines_and_its_end_ends_forwarding(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reading, writing = os.pipe()

    class Output:
        def fileno(self) -> int:
            return writing

    monkeypatch.setattr(module.sys, "stdout", Output())
    sink = FileSink(None, 0.05)
    assert [one.verdict for one in send(sink, event(1), event(2))] == ["delivered"] * 2
    assert os.read(reading, 100) == b'{"id":1}\n{"id":2}\n'
    # A reader that does not read delays one attempt, and no more.
    (answer,) = send(sink, Event("3", {}, json.dumps("x" * 200_000).encode()))
    assert answer.verdict == "passing"
    os.close(reading)
    with pytest.raises(PassingFaultError, match="standard output is closed"):
        send(sink, event(4))
    os.close(writing)
