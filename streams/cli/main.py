"""`tocsin`: the commands together, and how an error becomes a message and an exit code.

Owns the program's name, help and exit codes. Must not know what a command does.
"""

import select
import sys
from typing import Annotated, Any

import structlog
import typer

from processors.errors import TocsinError
from streams.cli import (
    alerts,
    analyse,
    canary,
    config,
    dead_letters,
    demo,
    forward,
    ingest,
    leaders,
    page,
    rules,
    topics,
    worker,
)
from streams.cli.replay import commands as replay
from streams.errors import EXIT_BUG, EXIT_INTERRUPTED, EXIT_OK, exit_code
from streams.service import logs
from streams.service.version import tocsin_version

HELP = """Watch a stream of news for world leaders, and ring when something happens around one.

Start here: `tocsin demo`. Settings are variables: `tocsin config show` lists them.

\b
Exit codes:
  0    done
  1    a bug; the log has its traceback
  2    wrong use, settings or data files: nothing was started
  3    a passing fault, such as a broker that is away: try again later
  4    a replay is incomplete: its results do not cover every record of its range
  130  interrupted
"""

app = typer.Typer(
    name="tocsin",
    help=HELP,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:  # noqa: FBT001 - a flag's callback gets its value
    if wanted:
        typer.echo(f"tocsin {tocsin_version()}")
        raise typer.Exit


@app.callback()
def _root(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    del version


def run(arguments: list[str] | None = None) -> None:
    """Run a command and end the process with its exit code."""
    try:
        code = app(args=arguments, standalone_mode=False, prog_name="tocsin")
    except TocsinError as error:
        typer.echo(f"tocsin: {error}", err=True)
        sys.exit(exit_code(error))
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(EXIT_INTERRUPTED)
    except SystemExit as end:
        # Typer ends with 1, a bug's code, when the reader of our output goes away as `head` does.
        sys.exit(EXIT_OK if _is_broken_output(end.__context__) else end.code)
    except Exception as error:  # noqa: BLE001 - the last place to tell usage from a bug
        _usage_or_bug(error)
    sys.exit(code if isinstance(code, int) else 0)


def _is_broken_output(error: BaseException | None) -> bool:
    """Tell standard output's broken pipe from that of a socket, which is a fault."""
    if not isinstance(error, BrokenPipeError) or sys.__stdout__ is None:
        return False
    poller = select.poll()
    poller.register(sys.__stdout__.fileno(), 0)
    return bool(poller.poll(0))


def _usage_or_bug(error: Exception) -> None:
    show: Any = getattr(error, "show", None)
    if show is not None and hasattr(error, "exit_code"):
        show()
        sys.exit(error.exit_code)
    if not structlog.is_configured():
        # Before the settings are read: structlog's default is standard output.
        logs.configure()
    structlog.get_logger(__name__).error("tocsin.bug", exc_info=error)
    sys.exit(EXIT_BUG)


app.command()(demo.demo)
app.command()(worker.worker)
app.command()(analyse.analyse)
app.command()(ingest.ingest)
app.command()(alerts.alerts)
app.command()(canary.canary)
app.command()(page.page)
app.command()(forward.forward)
app.add_typer(replay.app, name="replay")
app.add_typer(leaders.app, name="leaders")
app.add_typer(topics.app, name="topics")
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(rules.app, name="rules")
app.add_typer(config.app, name="config")
