"""Tells how many cores this process may use."""

import os
from pathlib import Path

CGROUP_LIMIT = Path("/sys/fs/cgroup/cpu.max")


def available_cores(limit: Path = CGROUP_LIMIT) -> int:
    """Return the number of cores, at least one.

    Args:
        limit: The file of the container's limit (cgroup 2): a quota and a period in microseconds,
            or "max" without a limit. It may be missing.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    try:
        quota, period = limit.read_text(encoding="ascii").split()
        cores = min(cores or 1, int(quota) // int(period))
    except (OSError, ValueError, ZeroDivisionError):
        # Without a limit, or not in a container with cgroup 2.
        pass
    return max(1, cores or 1)
