"""Load the module of a command when the command is asked for, and not before.

The help of a group lists its commands without their modules: each entry of a group's table has the
line of help beside the command's place.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup


@dataclass(frozen=True, slots=True)
class LazyCommand:
    """A command that is not loaded yet.

    Attributes:
        target: `module:name` of a function with a command's options, or of a Typer app.
        help: One line for the help of the group: the first line of the command's own help.
    """

    target: str
    help: str

    def load(self, name: str) -> Any:
        """Import the module and return the command under this name."""
        module, _, attribute = self.target.partition(":")
        found = getattr(import_module(module), attribute)
        if not isinstance(found, typer.Typer):
            app = typer.Typer(
                add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None
            )
            app.command(name)(found)
            return typer.main.get_command(app)
        group = typer.main.get_group(found)
        group.name = name
        return group


class LazyCommands(Mapping[str, Any]):
    """The commands of a group by name; a command is loaded when its value is read."""

    def __init__(self, table: Mapping[str, LazyCommand]) -> None:
        self._table = table
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._loaded:
            self._loaded[name] = self._table[name].load(name)
        return self._loaded[name]

    def __contains__(self, name: object) -> bool:
        return name in self._table

    def __iter__(self) -> Iterator[str]:
        return iter(self._table)

    def __len__(self) -> int:
        return len(self._table)


class LazyGroup(TyperGroup):
    """A group whose commands are loaded when they are asked for. Subclasses set `table`."""

    table: Mapping[str, LazyCommand] = {}
    commands: Any

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = LazyCommands(self.table)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list of commands from the table, without loading any."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in self.table.items()])


def lazy_group(table: Mapping[str, LazyCommand]) -> type[LazyGroup]:
    """Return a group of these commands, for `typer.Typer(cls=…)`."""
    return type("LazyGroup", (LazyGroup,), {"table": table})
