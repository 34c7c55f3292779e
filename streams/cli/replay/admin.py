"""What the commands of replays share: the way to the cluster's replays, and the question before.

Owns both. Must not know any command.
"""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import typer

from processors.errors import MisconfigurationError
from streams.cli import context

if TYPE_CHECKING:
    from streams.kafka.deployment import Deployment
    from streams.replay.admin import ReplayAdmin


def replay_admin_of(deployment: "Deployment") -> "AbstractContextManager[ReplayAdmin]":
    """Open the cluster's replays; see `streams.replay.admin.open_replay_admin`."""
    from streams.replay.admin import open_replay_admin  # noqa: PLC0415 - loads Kafka's client

    return open_replay_admin(deployment)


def agree(question: str, *, yes: bool) -> None:
    """Go on if it is agreed to, and end the command if not.

    Raises:
        MisconfigurationError: nobody can be asked.
    """
    if yes:
        return
    if not context.is_terminal():
        raise MisconfigurationError(f"{question} Nobody can be asked here: say --yes.")
    typer.confirm(question, abort=True, err=True)
