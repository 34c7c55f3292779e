"""`tocsin`: the table of commands, and the message and exit code of each error."""

import select
import sys
from typing import Annotated, Any

import structlog
import typer

from processors.errors import TocsinError
from streams.cli.lazy_group import LazyCommand, lazy_group
from streams.errors import EXIT_BUG, EXIT_INTERRUPTED, EXIT_OK, exit_code
from streams.service import logs
from streams.service.version import tocsin_version

HELP = """Watch a stream of news for world leaders, and send alerts that name their reasons.

Start with `tocsin demo`: it needs no broker and no settings. Settings are environment variables:
`tocsin config show` lists them.

\b
Exit codes:
  0    done
  1    a bug; the log has its traceback
  2    wrong use, settings or data files: nothing was started
  3    a transient fault, such as an unavailable broker: try again later
  4    a replay is incomplete: its results do not cover every record of its range
  130  interrupted
"""

COMMANDS = {
    "demo": LazyCommand(
        "streams.cli.demo:demo",
        "Run everything on an embedded broker and show alerts as they are sent",
    ),
    "worker": LazyCommand(
        "streams.cli.worker:worker", "Analyse articles and watch leaders, until stopped"
    ),
    "analyse": LazyCommand(
        "streams.cli.analyse:analyse",
        "Analyse articles from a file or standard input, without a broker",
    ),
    "ingest": LazyCommand(
        "streams.cli.ingest.command:ingest",
        "Send articles from files, standard input and feeds to news.articles",
    ),
    "alerts": LazyCommand(
        "streams.cli.alerts:alerts", "Show alerts as they are sent, with their reasons"
    ),
    "canary": LazyCommand(
        "streams.cli.canary:canary",
        "Send a canary article regularly and check that its alert arrives",
    ),
    "page": LazyCommand(
        "streams.cli.page:page", "Serve the live page on its own, without a worker"
    ),
    "forward": LazyCommand(
        "streams.cli.forward:forward",
        "Send alerts to an HTTP receiver or a file, until stopped",
    ),
    "replay": LazyCommand(
        "streams.cli.replay.commands:app",
        "Run past articles through analysis and rules again, apart from live",
    ),
    "leaders": LazyCommand(
        "streams.cli.leaders:app",
        "Search the registry of leaders, check it, and compare it with Wikidata",
    ),
    "topics": LazyCommand(
        "streams.cli.topics:app", "Show, compare and create the topics and access rights"
    ),
    "dead-letters": LazyCommand(
        "streams.cli.dead_letters:app",
        "List records that could not be processed, and put them back",
    ),
    "rules": LazyCommand(
        "streams.cli.rules.commands:app",
        "Show, check and test the rules, and try them on past articles",
    ),
    "config": LazyCommand("streams.cli.config:app", "Show and check the settings"),
}

app = typer.Typer(
    name="tocsin",
    cls=lazy_group(COMMANDS),
    help=HELP,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:  # noqa: FBT001 - the callback of a flag gets its value
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
        # If the reader of the output closes it, as `head` does, Typer exits with 1: a bug's code.
        sys.exit(EXIT_OK if _is_broken_output(end.__context__) else end.code)
    except Exception as error:  # noqa: BLE001 - the last place to tell wrong use from a bug
        _usage_or_bug(error)
    sys.exit(code if isinstance(code, int) else 0)


def _is_broken_output(error: BaseException | None) -> bool:
    """Return whether the error is a broken pipe of standard output.

    A broken pipe of a socket is a fault.
    """
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
        # The error came before the settings. By default, structlog logs to standard output.
        logs.configure()
    structlog.get_logger(__name__).error("tocsin.bug", exc_info=error)
    sys.exit(EXIT_BUG)
