"""`tocsin worker`: analyse articles and watch leaders until stopped."""

from typing import Annotated

import typer

from streams.cli.options import BrokerOption, PagePortOption


def worker(
    broker: BrokerOption = None,
    http_port: PagePortOption = None,
    *,
    create_topics: Annotated[
        bool | None,
        typer.Option(
            "--create-topics", help="Create missing topics. Default: TOCSIN_CREATE_TOPICS."
        ),
    ] = None,
) -> None:
    """Analyse articles and watch leaders, until stopped.

    Reads news.articles. Writes news.analyses, news.mentions, news.alerts.<kind> and
    news.dead-letters. Start up to as many workers as the topics have partitions: they share the
    work. If the broker is unavailable, the worker waits for it.

    Without TOCSIN_BROKER and --broker, the worker starts an embedded broker and creates the
    topics: for development only.

    Press Ctrl-C or send SIGTERM to stop it: it finishes the batch in flight and commits its
    offsets.

    \b
    Examples:
      tocsin worker
      tocsin worker --broker localhost:9092 --create-topics
      TOCSIN_BROKER=kafka:9092 tocsin worker
    """
    # Faust and the lexicon take a second to load, and `--help` does not need them.
    from streams.cli.worker_run import run  # noqa: PLC0415 - see `lazy_group`

    run(broker, http_port, create_topics=create_topics)
