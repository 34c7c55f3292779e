"""A child process that serves until it is asked to stop, and never outlives its parent.

Two properties hold, each by its own means:

- Ctrl-C in the terminal reaches the worker first, which still needs its broker to flush and
  commit: the child runs in a session of its own, so the terminal's signal does not reach it.
- A parent that is killed (SIGKILL, out of memory) leaves no broker behind. PR_SET_PDEATHSIG is not
  used: it needs code between fork and exec, and it fires when the *thread* that started the child
  ends. Instead a shell waits on a pipe that only the parent holds. The kernel closes the pipe when
  the parent ends. The shell then ends the child's process group.
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

# The dynamic linker writes this on machines with an older glibc. It is harmless.
_NOISE = "weak version"


class ServerProcess:
    """One run of a server. A restart is a new object.

    Args:
        command: The program and its arguments.
        log: The file that its output is appended to.
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
        """Return the child's process id, which is also its process group."""
        return self._child.pid

    def exit_code(self) -> int | None:
        """Return the exit code, negative for a signal, or None while the child runs."""
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
        """Return the last lines that this run wrote, for an error message."""
        with self._log.open("rb") as log:
            log.seek(self._log_start_bytes)
            text = log.read().decode("utf-8", "replace")
        kept = [line for line in text.splitlines() if line.strip() and _NOISE not in line]
        return "\n".join(kept[-lines:])

    def _signal(self, number: signal.Signals) -> None:
        # Before the child is reaped its id cannot belong to another process. Afterwards it can.
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
