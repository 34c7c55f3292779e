"""`tocsin replay list`, `show`, `diff` and `delete`: their options and help."""

from typing import Annotated

import typer

from streams.cli.options import BrokerOption, JsonOption, YesOption

ReplayId = Annotated[str, typer.Argument(metavar="ID", help="Name of the replay.")]


def list_replays(
    broker: BrokerOption = None,
    *,
    json: JsonOption = False,
) -> None:
    """List the replays of this cluster, the oldest first.

    \b
    Examples:
      tocsin replay list
      tocsin replay list --json | jq -r 'select(.state == "finished") | .id'
    """
    from streams.cli.replay import manage_run  # noqa: PLC0415 - see `lazy_group`

    manage_run.list_replays(broker, json=json)


def show(
    replay_id: ReplayId,
    broker: BrokerOption = None,
    *,
    json: JsonOption = False,
) -> None:
    """Show the range, the progress and the result of a replay.

    \b
    Examples:
      tocsin replay show after-outage
      tocsin replay show after-outage --json | jq .articles_done
    """
    from streams.cli.replay import manage_run  # noqa: PLC0415 - see `lazy_group`

    manage_run.show(replay_id, broker, json=json)


def delete(
    replay_id: ReplayId,
    broker: BrokerOption = None,
    *,
    yes: YesOption = False,
) -> None:
    """Delete a replay with its topics and its consumer group.

    Nothing else is touched. Stop the workers of the replay first: while one runs, the replay is
    not deleted.

    \b
    Examples:
      tocsin replay delete after-outage
      tocsin replay delete after-outage --yes
    """
    from streams.cli.replay import manage_run  # noqa: PLC0415 - see `lazy_group`

    manage_run.delete(replay_id, broker, yes=yes)


def diff(
    replay_id: ReplayId,
    against: Annotated[
        str | None, typer.Option(metavar="ID", help="Compare with this replay instead of live.")
    ] = None,
    broker: BrokerOption = None,
    *,
    json: JsonOption = False,
) -> None:
    """Compare the alerts of a replay with live, or with another replay.

    An alert is added, gone, or changed. Changed means another severity, or another version of its
    rule. Live alerts are chosen by event time, so a range by offsets is compared from the moment
    of its first article to that of its last. If the replay chose leaders, sources or articles,
    live alerts of others are left out. Languages cannot be told apart. With --json, each line is
    one difference, and the last line counts them.

    \b
    Examples:
      tocsin replay diff after-outage
      tocsin replay diff new-rule --against old-rule --json | jq -r .change
    """
    from streams.cli.replay import manage_run  # noqa: PLC0415 - see `lazy_group`

    manage_run.diff(replay_id, against, broker, json=json)
