"""What the embedded broker says when it cannot start."""

import importlib.util
import sys
from pathlib import Path

import pytest

from processors.errors import MisconfigurationError
from streams.demo.embedded_broker import EmbeddedBroker


def test_a_missing_wheel_is_named_with_both_ways_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "noida_db", raising=False)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with (
        pytest.raises(MisconfigurationError, match=r"pip install 'tocsin\[embedded\]'.*TOCSIN_BRO"),
        EmbeddedBroker(),
    ):
        pass


def test_a_broker_that_ends_while_starting_shows_the_tail_of_its_log(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "noida-db"
    program.write_text("#!/bin/sh\necho the disk is full\nexit 7\n")
    program.chmod(0o755)
    monkeypatch.setattr("streams.demo.embedded_broker._program", lambda: program)
    data = tmp_path / "data"
    with (
        pytest.raises(MisconfigurationError, match=r"code 7 .*\n.*the disk is full"),
        EmbeddedBroker(data),
    ):
        pass
    assert data.is_dir()
