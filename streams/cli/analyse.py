"""`tocsin analyse`: analyse articles without a broker, and show or print the results."""

from typing import Annotated

import typer

from streams.cli.options import JsonOption


def analyse(
    source: Annotated[
        str,
        typer.Argument(metavar="[FILE]", help="File with one article a line; - is standard input."),
    ] = "-",
    on: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="Date of all articles, such as 2026-05-20. Default: each article's own.",
        ),
    ] = None,
    *,
    json: JsonOption = False,
) -> None:
    """Analyse articles from a file or standard input, without a broker.

    Each line of the input is one article, in any form that the topic of articles takes. JSON that
    is spread over lines is one article, or an array of articles. A plain text of several lines is
    one article, whose first line is the headline. Articles without a date are read as of today, or
    as of --on.

    Shows the text with leaders and scored words marked. With --json it writes one analysis a line,
    in the order of the input.

    A line that cannot be read is reported on standard error with its reason. The other lines are
    still analysed, and the exit code is then 2.

    \b
    Examples:
      tocsin analyse articles.jsonl
      tocsin analyse --on 2026-05-20 story.txt
      echo '{"id": "1", "title": "Xi Jinping hails deal"}' | tocsin analyse
      tocsin analyse --json < articles.jsonl | jq .mentions
    """
    from streams.cli.analyse_run import run  # noqa: PLC0415 - see `lazy_group`

    run(source, on, json=json)
