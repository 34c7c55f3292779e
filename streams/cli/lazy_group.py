"""Loads the module of a command only when the command is used.

The help of a group lists its commands without loading their modules. For this, each entry of the
group's table has the import path of the command and its line of help.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup


@dataclass(frozen=True, slots=True)
class LazyCommand:
    """A command that is loaded on demand.

    Attributes:
        target: `module:name` of a command's function or of a Typer app.
        help: Line in the help of the group: the first line of the command's own help.
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
    """The commands of a group by name. Reading a value loads its command."""

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
    """A group whose commands are loaded on demand. Subclasses set `table`."""

    table: Mapping[str, LazyCommand] = {}
    commands: Any

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = LazyCommands(self.table)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the list of commands from the table, without loading their modules."""
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in self.table.items()])


def lazy_group(table: Mapping[str, LazyCommand]) -> type[LazyGroup]:
    """Return a group of these commands, for `typer.Typer(cls=…)`."""
    return type("LazyGroup", (LazyGroup,), {"table": table})
