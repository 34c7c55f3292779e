"""How many cores a process may use."""

import os
from pathlib import Path

import pytest

from streams.service.cores import available_cores

ALL = len(os.sched_getaffinity(0))


@pytest.mark.parametrize(
    ("limit", "cores"),
    [
        ("max 100000\n", ALL),
        ("100000 100000\n", 1),
        ("50000 100000\n", 1),
        ("64000000 100000\n", ALL),
        ("garbage", ALL),
        ("1 0", ALL),
    ],
)
def test_a_containers_limit_counts_in_whole_cores(limit: str, cores: int, tmp_path: Path) -> None:
    file = tmp_path / "cpu.max"
    file.write_text(limit, encoding="ascii")
    assert available_cores(file) == cores


def test_without_a_limit_all_cores_count(tmp_path: Path) -> None:
    assert available_cores(tmp_path / "missing") == ALL
