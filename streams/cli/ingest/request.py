"""The arguments of a call of `tocsin ingest`, as the user typed them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedOptions:
    """The options that apply to feeds only.

    Attributes:
        opml: Lists of feeds as feed readers export them.
        tables: Tables of feeds.
        categories: Outlines whose feeds are read. An empty sequence means every outline.
        poll: Pause between two requests for a feed, in seconds. None means one request.
        source: Source name for feeds whose list gives none.
        language: Language for feeds if neither the list nor the feed gives one.
        state: File that stores the state of the feeds.
    """

    opml: Sequence[Path] = ()
    tables: Sequence[Path] = ()
    categories: Sequence[str] = ()
    poll: float | None = None
    source: str = ""
    language: str = ""
    state: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestRequest:
    """The sources of articles, their destination and the options.

    Attributes:
        sources: Files, addresses of feeds, and `-` for standard input. If empty, the lists in
            `feeds` are read. Without lists, standard input is read.
        feeds: The options that apply to feeds only.
        broker: Bootstrap addresses. None means those of the settings.
        http_port: Port of metrics and health. None opens no port.
        topic: Topic for the articles. None means the live topic.
        archive: Use the time of publication as timestamp of each record.
        into_live: Allow `archive` to write into the live topic.
        dry_run: Check the articles without sending them.
    """

    sources: Sequence[str]
    feeds: FeedOptions
    broker: str | None
    http_port: int | None
    topic: str | None
    archive: bool
    into_live: bool
    dry_run: bool
