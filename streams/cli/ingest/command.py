"""`tocsin ingest`: send articles from files, standard input and feeds to `news.articles`."""

from pathlib import Path
from typing import Annotated

import typer

from streams.cli.ingest.request import FeedOptions, IngestRequest
from streams.cli.options import BrokerOption


def ingest(  # noqa: PLR0913 - one argument an option
    sources: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SOURCES", help="Files, addresses of feeds, or - for standard input."
        ),
    ] = None,
    broker: BrokerOption = None,
    poll: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", min=1, help="Keep reading the feeds, with this pause."),
    ] = None,
    topic: Annotated[
        str | None, typer.Option(help="Topic to send to. Default: news.articles.")
    ] = None,
    *,
    opml: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="List of feeds, as feed readers export it."),
    ] = None,
    feeds: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help="Table of feeds (CSV): url, name, source, language, country, interval.",
        ),
    ] = None,
    category: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Only feeds of this outline of an OPML list."),
    ] = None,
    state: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Feeds: remember sent entries in this file, so that a restart sends none twice.",
        ),
    ] = None,
    http_port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65_535,
            help="With --poll: port of /metrics, /livez and /readyz; 0 picks a free one. Default: "
            "no port.",
        ),
    ] = None,
    source: Annotated[
        str,
        typer.Option(metavar="NAME", help="Feeds: name of the source. Default: the feed's title."),
    ] = "",
    language: Annotated[
        str,
        typer.Option(metavar="TAG", help="Feeds: language of feeds that name none, such as en."),
    ] = "",
    archive: Annotated[
        bool,
        typer.Option("--archive", help="Use the time of publication as timestamp; needs --topic."),
    ] = False,
    into_live: Annotated[
        bool,
        typer.Option("--into-live", help="With --archive: write into the live topic on purpose."),
    ] = False,
    json: Annotated[
        bool, typer.Option("--json", help="The summary as one JSON object on standard output.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check everything and send nothing; needs no broker.")
    ] = False,
) -> None:
    """Send articles from files, standard input and feeds to news.articles.

    A file holds one JSON document a line: flat, ninjs or a CloudEvent. A file whose name ends in
    .json may hold one document or an array instead. A further .gz means gzip. Documents are sent
    byte for byte, with the id of the article as key. Without a source, documents are read from
    standard input.

    A feed is RSS, Atom, RDF, JSON Feed, WordPress JSON, a Google News sitemap, NewsML-G2 or NITF,
    or a web page that names its feed. Each entry is sent once, and again when its title or text
    has changed. With --state, Tocsin remembers this from one run to the next.

    Every article is checked before it is sent, as a worker checks it. Refused articles are not
    sent: the summary at the end counts them by reason, with up to three examples of each.

    With --archive, each article gets its time of publication as timestamp, as if it had arrived
    then. This is what a replay needs. The articles go to a topic of their own, which is created if
    it is missing and keeps its records indefinitely. Name the files in the order of time. Articles
    without a time of publication are refused.

    \b
    Examples:
      tocsin ingest articles.jsonl more.jsonl.gz --broker localhost:9092
      tocsin ingest --dry-run --json articles.json | jq .refused
      zcat archive.gz | TOCSIN_BROKER=kafka:9092 tocsin ingest -
      tocsin ingest --archive --topic archive.2024 2024.jsonl.gz
      tocsin ingest https://news.example/rss https://other.example/atom --poll 300
      tocsin ingest --opml feeds.opml --poll 300 --state feeds.db
      tocsin ingest --feeds feeds.csv --dry-run --json | jq .feeds

    \b
    Exit codes:
      0    done: everything was read and some of it sent; or --poll was ended by Ctrl-C or SIGTERM
      2    wrong use; or every record was refused; or a file cannot be read to its end
      3    the broker or a feed cannot be reached; the summary counts what was sent before, also
           where only one of many feeds failed
      130  interrupted before the end, without --poll; what was read until then was sent
    """
    # Kafka's client and the feed parsers take a second to load, and `--help` does not need them.
    from streams.cli.ingest.run import run  # noqa: PLC0415 - see `lazy_group`

    run(
        IngestRequest(
            sources=tuple(sources or ()),
            broker=broker,
            http_port=http_port,
            topic=topic,
            archive=archive,
            into_live=into_live,
            dry_run=dry_run,
            feeds=FeedOptions(
                opml=tuple(opml or ()),
                tables=tuple(feeds or ()),
                categories=tuple(category or ()),
                poll=poll,
                source=source,
                language=language,
                state=state,
            ),
        ),
        json=json,
    )
