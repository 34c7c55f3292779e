"""How an error becomes a message and an exit code, and what every command's help keeps to."""

import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
import typer

from processors.errors import BadLexiconError, MisconfigurationError, TocsinError
from streams.cli import main
from streams.errors import BadSettingsError, BrokerUnavailableError, DeadLetterLimitError
from streams.service import logs
from streams.service.version import tocsin_version

# What a command is built with or where its code stands is nothing that its user can use.
INTERNALS = re.compile(
    r"\b(faust|aiokafka|kafka-python|msgspec|structlog|asyncio|typer|prometheus.client|textblob|"
    r"dataclass|processors\.|streams\.|noqa|todo)|__\w+__",
    re.IGNORECASE,
)


@pytest.fixture(autouse=True)
def _logging_and_settings_as_they_were(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in [name for name in os.environ if name.startswith("TOCSIN_")]:
        monkeypatch.delenv(name)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in logs.QUIET}
    structlog.reset_defaults()
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, was in levels.items():
        logging.getLogger(name).setLevel(was)
    structlog.reset_defaults()


def code_of(*arguments: str) -> Any:
    with pytest.raises(SystemExit) as end:
        main.run(list(arguments))
    return end.value.code


def app_that_raises(error: BaseException) -> typer.Typer:
    app = typer.Typer(pretty_exceptions_enable=False)

    @app.command()
    def command() -> None:
        raise error

    return app


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (MisconfigurationError("the port is taken"), 2, "tocsin: the port is taken\n"),
        (BadLexiconError("line 3"), 2, "tocsin: line 3\n"),
        (BadSettingsError(["A", "B"]), 2, "tocsin: The settings are wrong:\n  - A\n  - B\n"),
        (BrokerUnavailableError("no answer"), 3, "tocsin: no answer\n"),
        (DeadLetterLimitError("too many"), 3, "tocsin: too many\n"),
        (TocsinError("a root"), 1, "tocsin: a root\n"),
        (typer.Exit(4), 4, ""),
        (typer.Abort(), 130, ""),
        (KeyboardInterrupt(), 130, ""),
        (SystemExit(7), 7, ""),
        # Of a socket: only standard output's is no fault.
        (BrokenPipeError(32, "Broken pipe"), 1, ""),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_an_error_ends_with_its_code_and_its_message_on_standard_error(
    error: BaseException,
    code: int,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(main, "app", app_that_raises(error))
    assert code_of() == code
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.strip("\n") == said.strip("\n")


def test_a_bug_ends_with_1_and_its_traceback_in_the_log_on_standard_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(main, "app", app_that_raises(ZeroDivisionError("a bug")))
    assert code_of() == 1
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "tocsin.bug" in shown.err
    assert "ZeroDivisionError: a bug" in shown.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nonsense"], "No such command 'nonsense'"),
        (["analyse", "--nonsense"], "No such option"),
        (["--nonsense"], "No such option"),
        (["worker", "--http-port", "many"], "Invalid value for '--http-port'"),
    ],
)
def test_wrong_use_ends_with_2_and_says_what_is_wrong(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert code_of(*arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert said in shown.err


def test_the_version_is_the_distributions(capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of("--version") == 0
    assert capsys.readouterr().out == f"tocsin {tocsin_version()}\n"


def test_without_a_command_the_help_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of() == 2
    shown = capsys.readouterr()
    assert "Start with `tocsin demo`" in shown.out + shown.err


def test_a_reader_that_goes_away_is_no_fault() -> None:
    program = (
        "import typer\n"
        "from streams.cli import main\n"
        "app = typer.Typer()\n"
        "@app.command()\n"
        "def command() -> None:\n"
        "    for _ in range(100_000):\n"
        "        print('a line that nobody reads')\n"
        "main.app = app\n"
        "main.run([])\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert child.stdout is not None
    assert child.stderr is not None
    with child:
        child.stdout.readline()
        child.stdout.close()
        said = child.stderr.read()
    assert (child.returncode, said) == (0, b"")


def commands() -> Iterator[tuple[str, ...]]:
    def below(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        inner = getattr(command, "commands", None)
        if inner is None:
            yield path
            return
        for name, one in sorted(inner.items()):
            yield from below(one, (*path, name))

    return below(typer.main.get_command(main.app), ())


def help_of(path: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> str:
    assert code_of(*path, "--help") == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    return shown.out


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_every_commands_help_has_worked_examples_and_no_internals(
    path: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    text = help_of(path, capsys)
    _, found, examples = text.partition("Examples:\n")
    assert found, "the help has no examples"
    shown = examples.split("\n\n", 1)[0]
    assert f"tocsin {' '.join(path)}" in shown
    assert INTERNALS.findall(text) == []


def test_the_main_help_names_every_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    text = help_of((), capsys)
    for code in ("0  ", "1  ", "2  ", "3  ", "130  "):
        assert f"\n    {code}" in text
    assert INTERNALS.findall(text) == []
    for path in commands():
        assert f"\n  {path[0]} " in text
