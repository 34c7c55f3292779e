"""`tocsin`: the commands together, and how an error becomes a message and an exit code.

Owns the program's name, help and exit codes. Must not know what a command does.
"""

import sys
from typing import Annotated, Any

import typer

from processors.errors import TocsinError
from streams.cli import analyse, demo, worker
from streams.errors import EXIT_BUG, EXIT_INTERRUPTED, exit_code
from streams.version import tocsin_version

HELP = """Watch a stream of news for world leaders, and ring when something happens around one.

Start here: `tocsin demo`. Settings are variables: `tocsin config show` lists them.

\b
Exit codes:
  0    done
  1    a bug; the log has its traceback
  2    wrong use, settings or data files: nothing was started
  3    a passing fault, such as a broker that is away: try again later
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
    except BrokenPipeError:
        # The reader of our output has gone, as `head` does; Python would complain once more.
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:  # noqa: BLE001 - the last place to tell usage from a bug
        _usage_or_bug(error)
    sys.exit(code if isinstance(code, int) else 0)


def _usage_or_bug(error: Exception) -> None:
    show: Any = getattr(error, "show", None)
    if show is not None and hasattr(error, "exit_code"):
        show()
        sys.exit(error.exit_code)
    import structlog  # noqa: PLC0415 - only on the way out

    structlog.get_logger(__name__).error("tocsin.bug", exc_info=error)
    sys.exit(EXIT_BUG)


app.command()(demo.demo)
app.command()(worker.worker)
app.command()(analyse.analyse)
