"""Opens the replays of the cluster for a command, and asks the operator before it acts."""

from contextlib import AbstractContextManager

import typer

from processors.errors import MisconfigurationError
from streams.cli import context
from streams.kafka.deployment import Deployment
from streams.replay.admin import ReplayAdmin, open_replay_admin


def replay_admin_of(deployment: Deployment) -> AbstractContextManager[ReplayAdmin]:
    """Open the cluster's replays; see `streams.replay.admin.open_replay_admin`."""
    return open_replay_admin(deployment)


def agree(question: str, *, yes: bool) -> None:
    """Ask the operator, and end the command without consent.

    Raises:
        MisconfigurationError: there is no terminal to ask on.
    """
    if yes:
        return
    if not context.is_terminal():
        raise MisconfigurationError(f"{question} There is no terminal to ask on: give --yes.")
    typer.confirm(question, abort=True, err=True)
