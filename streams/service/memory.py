"""Reads the memory of other processes from Linux' `/proc`."""

import os
from collections.abc import Iterable
from pathlib import Path

_PROC = Path("/proc")


def resident_memory_bytes(pids: Iterable[int], proc: Path = _PROC) -> int:
    """Return the resident memory of the processes together. An ended process counts as 0."""
    return sum(_resident_pages(proc / str(pid) / "statm") for pid in pids) * os.sysconf(
        "SC_PAGE_SIZE"
    )


def _resident_pages(path: Path) -> int:
    try:
        return int(path.read_text().split()[1])
    except OSError:
        # The process has ended, or the system has no /proc.
        return 0
