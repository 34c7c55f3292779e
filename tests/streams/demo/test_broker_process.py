"""The child process that never outlives its parent."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from streams.demo.broker_process import ServerProcess
from tests.waiting import wait_until

PARENT = """
import sys, time
from pathlib import Path
from streams.demo.broker_process import ServerProcess
folder = Path(sys.argv[1])
child = ServerProcess(["sleep", "60"], log=folder / "log", remove_if_orphaned=folder)
print(child.pid, flush=True)
time.sleep(60)
"""


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # What nobody has waited for yet is dead all the same.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_parent_killed_hard_takes_the_child_and_its_temporary_folder_along(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    command = [sys.executable, "-c", PARENT, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert runs(pid)
        parent.send_signal(signal.SIGKILL)
    wait_until(lambda: not runs(pid), seconds=10)
    wait_until(lambda: not folder.exists(), seconds=10)


def test_the_terminals_interrupt_does_not_reach_the_child(tmp_path: Path) -> None:
    child = ServerProcess(["sleep", "60"], log=tmp_path / "log")
    try:
        assert os.getpgid(child.pid) != os.getpgrp()
        assert os.getsid(child.pid) != os.getsid(0)
    finally:
        child.kill()


def test_a_child_that_ignores_the_request_to_stop_is_killed(tmp_path: Path) -> None:
    script = "trap '' TERM; echo ready; while :; do sleep 0.1; done"
    child = ServerProcess(["/bin/sh", "-c", script], log=tmp_path / "log")
    wait_until(lambda: "ready" in child.log_tail(), seconds=10)
    child.stop(grace_seconds=0.2)
    assert child.exit_code() == -signal.SIGKILL


def test_a_child_that_ended_by_itself_can_be_stopped_and_tells_its_last_words(
    tmp_path: Path,
) -> None:
    log = tmp_path / "log"
    log.write_text("words of an earlier run\n")
    noise = "x: /lib/libc.so.6: weak version 'GLIBC_2.39' not found (required by x)"
    child = ServerProcess(["/bin/sh", "-c", f'echo "{noise}"; echo no luck; exit 3'], log=log)
    wait_until(lambda: child.exit_code() is not None, seconds=10)
    child.stop(grace_seconds=1)
    assert child.exit_code() == 3
    assert child.log_tail() == "no luck"
