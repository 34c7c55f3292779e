"""CPU time of processes and their children, from /proc (Linux)."""

import os
import sysconfig
from collections.abc import Sequence
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class CpuMeter:
    """Measures the CPU time of processes and of their children since it was made.

    Args:
        pids: The processes.
    """

    def __init__(self, pids: Sequence[int]) -> None:
        self._pids = pids
        self._before = self._now()

    def used(self) -> dict[int, tuple[str, float]]:
        """Return the command and the CPU seconds of each process since the start, by process id."""
        return {
            pid: (command, seconds - self._before.get(pid, ("", 0.0))[1])
            for pid, (command, seconds) in self._now().items()
        }

    def _now(self) -> dict[int, tuple[str, float]]:
        found = {}
        waiting = list(self._pids)
        while waiting:
            pid = waiting.pop()
            try:
                fields = (
                    Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
                )
                command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
                for task in Path(f"/proc/{pid}/task").iterdir():
                    waiting += map(int, (task / "children").read_text(encoding="utf-8").split())
            except (FileNotFoundError, ProcessLookupError):
                continue
            found[pid] = (command, (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND)
        return found


def cpu_seconds(used: dict[int, tuple[str, float]]) -> dict[str, float]:
    """Return the CPU seconds by role: worker, analysis, broker, and other."""
    sums = {"worker": 0.0, "analysis": 0.0, "broker": 0.0, "other": 0.0}
    for command, seconds in used.values():
        if "multiprocessing" in command:
            role = "analysis"
        elif "java" in command or "noida" in command:
            role = "broker"
        elif "worker" in command and "python" in command:
            role = "worker"
        else:
            role = "other"
        sums[role] += seconds
    return sums


def is_optimised_build() -> bool:
    """Return whether this Python was built with profile-guided optimisation (PGO)."""
    return "--enable-optimizations" in (sysconfig.get_config_var("CONFIG_ARGS") or "")
