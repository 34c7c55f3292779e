"""`tocsin replay publish` and `warm`: their options and help."""

from typing import Annotated

import typer

from streams.cli.options import BrokerOption, YesOption

ReplayId = Annotated[str, typer.Argument(metavar="ID", help="The replay.")]
Incomplete = Annotated[
    bool,
    typer.Option(
        "--incomplete", help="Accept a replay whose results do not cover its whole range."
    ),
]


def publish(
    replay_id: ReplayId,
    broker: BrokerOption = None,
    *,
    incomplete: Incomplete = False,
    yes: YesOption = False,
) -> None:
    """Write alerts of a finished replay that were never sent to the live topics.

    Alerts whose id is in the live topics already are left out, so no alert is sent twice. Each
    published alert keeps the id of the replay in its header and value. An incomplete replay ends
    with exit code 4, unless you give --incomplete.

    \b
    Examples:
      tocsin replay diff new-rule
      tocsin replay publish new-rule
    """
    from streams.cli.replay import finish_run  # noqa: PLC0415 - see `lazy_group`

    finish_run.publish(replay_id, broker, incomplete=incomplete, yes=yes)


def warm(
    replay_id: ReplayId,
    broker: BrokerOption = None,
    *,
    incomplete: Incomplete = False,
    yes: YesOption = False,
) -> None:
    """Start a new deployment with the state that a finished replay ended with.

    The deployment then knows baselines, cooldowns and stories, and reads the first article after
    the range of the replay. No alert is sent. This works for a deployment that has not started: no
    worker, no offset and no state under TOCSIN_APPLICATION_ID. An incomplete replay ends with exit
    code 4, unless you give --incomplete.

    \b
    Examples:
      tocsin topics apply
      tocsin replay --since 30d --id history
      tocsin replay warm history && tocsin worker
    """
    from streams.cli.replay import finish_run  # noqa: PLC0415 - see `lazy_group`

    finish_run.warm(replay_id, broker, incomplete=incomplete, yes=yes)
