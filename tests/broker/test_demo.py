"""The demo as a process: it ends by itself off a terminal, and leaves nothing running."""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.waiting import wait_until

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="what is left running is looked up in /proc"
)
WAIT_SECONDS = 120.0
# So slow that the demo is still publishing when it is stopped.
SLOW = ("--rate", "2")


class Demo:
    """One run of `tocsin demo`; its broker and worker are known by their temporary folder."""

    def __init__(self, folder: Path, *options: str, terminal: int | None = None) -> None:
        self._folder = folder
        self._output = folder / "output"
        environment = {k: v for k, v in os.environ.items() if not k.startswith("TOCSIN_")}
        with self._output.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "streams", "demo", *options],
                env={**environment, "TMPDIR": str(folder)},
                stdin=subprocess.DEVNULL,
                stdout=out if terminal is None else terminal,
                stderr=subprocess.STDOUT,
            )

    def output(self) -> str:
        return self._output.read_text(encoding="utf-8")

    def running(self) -> list[int]:
        """Give the process ids of its broker and worker, and of what these started."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                known = (process / "environ").read_bytes(), (process / "cmdline").read_bytes()
                is_dead = ") Z " in (process / "stat").read_text(encoding="utf-8")
            except OSError:
                continue
            if not is_dead and any(bytes(self._folder) in text for text in known):
                found.append(int(process.name))
        return [pid for pid in found if pid != self.process.pid]

    def kill_all(self) -> None:
        for pid in (self.process.pid, *self.running()):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait()


@pytest.fixture
def start(tmp_path: Path, require_broker: Callable[[str], None]) -> Iterator[Callable[..., Demo]]:
    require_broker("embedded")
    started: list[Demo] = []

    def begin(*options: str, terminal: int | None = None) -> Demo:
        started.append(Demo(tmp_path, *options, terminal=terminal))
        return started[-1]

    yield begin
    for demo in started:
        demo.kill_all()


def test_off_a_terminal_it_ends_by_itself_with_a_summary(start: Callable[..., Demo]) -> None:
    demo = start("--rate", "200")
    assert demo.process.wait(WAIT_SECONDS) == 0, demo.output()
    assert "What happened" in demo.output()
    assert "encounter" in demo.output()
    assert "Still running" not in demo.output()
    assert demo.running() == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_stopped_while_it_publishes_it_takes_worker_and_broker_with_it(
    start: Callable[..., Demo], number: signal.Signals
) -> None:
    demo = start(*SLOW)
    wait_until(lambda: "Publishing" in demo.output(), "the first article")
    assert len(demo.running()) >= 2
    demo.process.send_signal(number)
    assert demo.process.wait(WAIT_SECONDS) == 0, demo.output()
    assert "Stopping." in demo.output()
    assert "What happened" not in demo.output()
    assert demo.running() == []


def test_a_terminal_that_is_closed_takes_worker_and_broker_with_it(
    start: Callable[..., Demo],
) -> None:
    ours, theirs = pty.openpty()
    demo = start(*SLOW, terminal=theirs)
    os.close(theirs)
    seen = b""
    while b"Publishing" not in seen:
        seen += os.read(ours, 4096)
    os.close(ours)
    demo.process.send_signal(signal.SIGHUP)
    demo.process.wait(WAIT_SECONDS)
    assert demo.running() == []
