"""The tables of lazy commands agree with the commands, and help loads no more than it needs."""

import inspect
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from streams.cli import main
from streams.cli.lazy_group import LazyCommand, LazyGroup, lazy_group

# A worker, a client of Kafka and of HTTP, and the models: each takes long to load.
HEAVY = (
    "faust",
    "mode",
    "aiokafka",
    "kafka",
    "aiohttp",
    "numpy",
    "onnxruntime",
    "textblob",
    "nltk",
    "feedparser",
    "processors",
)


def entries() -> Iterator[tuple[str, LazyCommand, Any]]:
    def below(group: Any, path: str) -> Iterator[tuple[str, LazyCommand, Any]]:
        for name, entry in group.table.items():
            command = group.commands[name]
            yield f"{path}{name}", entry, command
            if isinstance(command, LazyGroup):
                yield from below(command, f"{path}{name} ")

    yield from below(typer.main.get_command(main.app), "")


def loaded(*arguments: str) -> set[str]:
    """Return the top-level packages that a call of `tocsin` has loaded when it ends."""
    program = (
        "import sys\n"
        "from streams.cli.main import run\n"
        "try:\n"
        "    run(sys.argv[1:])\n"
        "except SystemExit:\n"
        "    pass\n"
        "print(*{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True
    )
    assert "Usage: tocsin" in done.stdout
    return set(done.stderr.split())


@pytest.mark.parametrize(
    ("entry", "command"), [pytest.param(e, c, id=path) for path, e, c in entries()]
)
def test_the_table_has_the_first_line_of_the_commands_own_help(
    entry: LazyCommand, command: Any
) -> None:
    assert inspect.cleandoc(command.help).split("\n")[0] == f"{entry.help}."


def test_every_line_of_the_table_is_a_sentence_that_begins_with_a_verb() -> None:
    for _, entry, _ in entries():
        first = entry.help.split()[0]
        assert first[0].isupper()
        assert not first.endswith("s")


def test_the_help_lists_every_command_of_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main.run(["--help"])
    shown = capsys.readouterr().out
    assert [line.split()[0] for line in shown.splitlines() if line[2:3].islower()][-14:]
    for name in main.COMMANDS:
        assert f"\n  {name} " in shown


def test_the_main_help_loads_neither_clients_nor_models() -> None:
    assert loaded("--help") & {*HEAVY} <= {"processors"}


@pytest.mark.parametrize(
    "command", ["demo", "worker", "analyse", "ingest", "canary", "page", "forward", "replay"]
)
def test_the_help_of_a_long_running_command_loads_neither_clients_nor_models(command: str) -> None:
    assert loaded(command, "--help") & {*HEAVY} <= {"processors"}


def test_a_command_is_loaded_once_and_only_when_it_is_asked_for() -> None:
    group = lazy_group(
        {
            "config": LazyCommand("streams.cli.config:app", "Show"),
            "gone": LazyCommand("streams.cli.there_is_none:app", "Show"),
        }
    )(name="group")
    assert list(group.commands) == ["config", "gone"]
    assert "gone" in group.commands
    assert "other" not in group.commands
    assert len(group.commands) == 2
    config = group.commands["config"]
    assert config.name == "config"
    assert group.commands["config"] is config
    with pytest.raises(ModuleNotFoundError):
        group.commands["gone"]


def test_a_mistyped_command_is_answered_with_a_like_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main.run(["alert"])
    assert "No such command 'alert'. Did you mean 'alerts'" in capsys.readouterr().err
