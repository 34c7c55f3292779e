"""The memory of other processes."""

import os
from pathlib import Path

from streams.service.memory import resident_memory_bytes


def test_the_memory_of_this_process_is_what_the_system_says() -> None:
    said = Path("/proc/self/status").read_text()
    (line,) = [one for one in said.splitlines() if one.startswith("VmRSS")]
    kibibytes = int(line.split()[1])
    assert abs(resident_memory_bytes([os.getpid()]) / 1024 - kibibytes) < 0.1 * kibibytes


def test_processes_are_added_up_and_one_that_ended_has_none(tmp_path: Path) -> None:
    page = os.sysconf("SC_PAGE_SIZE")
    for pid, pages in ((7, 100), (8, 20)):
        (tmp_path / str(pid)).mkdir()
        (tmp_path / str(pid) / "statm").write_text(f"900 {pages} 10 1 0 50 0\n")
    assert resident_memory_bytes([7, 8, 9], tmp_path) == 120 * page
    assert resident_memory_bytes([], tmp_path) == 0
