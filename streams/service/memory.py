"""Memory of processes that are not this one.

Owns the reading of Linux' `/proc`. Must not know whose processes they are.
"""

import os
from collections.abc import Iterable
from pathlib import Path

_PROC = Path("/proc")


def resident_memory_bytes(pids: Iterable[int], proc: Path = _PROC) -> int:
    """Give the resident memory of processes together; one that is not there has none."""
    return sum(_resident_pages(proc / str(pid) / "statm") for pid in pids) * os.sysconf(
        "SC_PAGE_SIZE"
    )


def _resident_pages(path: Path) -> int:
    try:
        return int(path.read_text().split()[1])
    except OSError:
        # It has ended, or the system has no /proc.
        return 0
