"""`tocsin rules try`: compare the alerts of a changed file of rules on past articles."""

from typing import Annotated

import typer

from streams.cli.options import BrokerOption, JsonOption, SinceOption
from streams.cli.rules.arguments import ExplainSuppressedOption


def try_(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Changed file of rules.")],
    since: SinceOption = None,
    articles: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Read past articles from a file instead of the broker."),
    ] = None,
    warm_up: Annotated[
        str,
        typer.Option(
            metavar="TIME",
            help="How much to read before --since, to build up state, such as 3d or 12h.",
        ),
    ] = "3d",
    broker: BrokerOption = None,
    *,
    explain_suppressed: ExplainSuppressedOption = False,
    json: JsonOption = False,
) -> None:
    """Try a changed file of rules on past articles, and send nothing.

    The articles come from the topic of articles, or from a file. They are analysed again and
    watched twice: under the rules in force (TOCSIN_RULES, or the built-in ones) and under FILE. It
    shows every alert that only FILE sends (+), that only the rules in force send (-), and that
    both send with another severity (~). A rule whose version was raised is compared with itself.

    With --json each line is one such alert with its `change`, and the last line has the counts.

    \b
    Examples:
      tocsin rules try --since 2d my-rules.toml
      tocsin rules try --articles past.jsonl.gz my-rules.toml
      tocsin rules try --since 2026-11-23 --explain-suppressed my-rules.toml
      tocsin rules try --since 1d --json my-rules.toml | jq 'select(.change == "added")'

    \b
    Exit codes: 0 whatever differs; others as in `tocsin --help`.
    """
    from streams.cli.rules.trial_run import run  # noqa: PLC0415 - see `lazy_group`

    run(file, since, articles, warm_up, broker, explain_suppressed=explain_suppressed, json=json)
