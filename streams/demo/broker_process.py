"""A child process that serves until it is asked to stop, and never outlives its parent.

Owns the start, the log file, the end and the watch over both. Must not know what the child serves.

Two things must hold, and each has its means:

- Ctrl-C in the terminal reaches the worker first, which still needs its broker to flush and
  commit: the child runs in a session of its own, so the terminal's signal does not reach it.
- A parent that dies hard (SIGKILL, out of memory) must leave no broker behind. PR_SET_PDEATHSIG is
  not used: it needs code between fork and exec, and it fires when the *thread* that started the
  child ends. Instead a shell waits on a pipe that only the parent holds. The kernel closes the pipe
  with the parent, however that dies; the shell then ends the child's process group.
"""

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

# $1 is the process group, $2 a temporary folder or "". SIGTERM first, so that a named data folder
# ends cleanly; SIGKILL after a minute.
_WATCH = """
read -r _
kill -TERM "-$1" 2>/dev/null
n=0
while kill -0 "-$1" 2>/dev/null && [ "$n" -lt 600 ]; do n=$((n + 1)); sleep 0.1; done
kill -KILL "-$1" 2>/dev/null
[ -z "$2" ] || rm -rf -- "$2"
"""

# The dynamic linker says this on machines with an older glibc; it is harmless and explains nothing.
_NOISE = "weak version"


class ServerProcess:
    """One run of a server. Not restartable: a restart is another object.

    Args:
        command: The program and its arguments.
        log: The file that takes its output; appended to.
        remove_if_orphaned: A folder to remove when the parent dies without stopping the child.
        environment: The child's whole environment; the parent's if None.

    Raises:
        OSError: The program cannot be started.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        log: Path,
        remove_if_orphaned: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._log = log
        self._log_start_bytes = log.stat().st_size if log.exists() else 0
        with log.open("ab") as output:
            self._child = subprocess.Popen(  # noqa: S603 - a list, no shell, built by the broker
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=environment,
            )
        orphaned_folder = "" if remove_if_orphaned is None else str(remove_if_orphaned)
        self._watch = subprocess.Popen(  # noqa: S603 - a constant script, its values as arguments
            ["/bin/sh", "-c", _WATCH, "tocsin-watch", str(self._child.pid), orphaned_folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """The child's process id, which is also its process group."""
        return self._child.pid

    def exit_code(self) -> int | None:
        """The exit code, negative for a signal; None while the child runs."""
        return self._child.poll()

    def stop(self, *, grace_seconds: float) -> None:
        """Send SIGTERM, wait, and send SIGKILL when the grace is over."""
        self._signal(signal.SIGTERM)
        try:
            self._child.wait(grace_seconds)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
        self._reap()

    def kill(self) -> None:
        """Send SIGKILL and wait until the child is gone."""
        self._signal(signal.SIGKILL)
        self._reap()

    def log_tail(self, *, lines: int = 20) -> str:
        """The last lines that this run wrote, for an error message."""
        with self._log.open("rb") as log:
            log.seek(self._log_start_bytes)
            text = log.read().decode("utf-8", "replace")
        kept = [line for line in text.splitlines() if line.strip() and _NOISE not in line]
        return "\n".join(kept[-lines:])

    def _signal(self, number: signal.Signals) -> None:
        # Before the child is reaped its id cannot be given to another process; after, it can.
        if self._child.poll() is None:
            os.killpg(self._child.pid, number)

    def _reap(self) -> None:
        self._child.wait()
        # The watch goes last, and before its pipe closes: closing would make it signal a process
        # group that no longer is ours.
        self._watch.kill()
        self._watch.wait()
        if self._watch.stdin is not None:
            self._watch.stdin.close()
