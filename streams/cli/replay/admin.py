"""What the commands of replays share: the way to the cluster's replays, and the question before.

Owns both. Must not know any command.
"""

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
    """Go on if it is agreed to, and end the command if not.

    Raises:
        MisconfigurationError: nobody can be asked.
    """
    if yes:
        return
    if not context.is_terminal():
        raise MisconfigurationError(f"{question} Nobody can be asked here: say --yes.")
    typer.confirm(question, abort=True, err=True)
