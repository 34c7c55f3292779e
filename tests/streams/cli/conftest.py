"""The command line, called in this process."""

import os
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from streams.cli import main
from streams.service import logs


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


@pytest.fixture
def tocsin(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Done]:
    """`tocsin("config", "show", BROKER="kafka:9092")`: TOCSIN_BROKER is set, and nothing else."""
    # The handler would hold this test's standard error and outlive it.
    monkeypatch.setattr(logs, "configure", lambda *_: None)

    def run(*arguments: str, **variables: str) -> Done:
        for name in [name for name in os.environ if name.startswith("TOCSIN_")]:
            monkeypatch.delenv(name)
        for name, value in variables.items():
            monkeypatch.setenv(f"TOCSIN_{name}", value)
        with pytest.raises(SystemExit) as ended:
            main.run([*arguments])
        assert isinstance(ended.value.code, int)
        return Done(ended.value.code, *capfd.readouterr())

    return run
