"""What a call of `tocsin ingest` asks for, as it was typed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedOptions:
    """The options that apply to feeds only.

    Attributes:
        opml: Lists of feeds as feed readers export them.
        tables: Tables of feeds.
        categories: Of the lists, only feeds below these outlines; empty: all.
        poll: The pause between two requests for a feed, in seconds; None: one request.
        source: Name of the source for feeds whose list has none.
        language: Language of feeds whose list has none, and that name none.
        state: The file that keeps what is known of feeds.
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
    """Sources, where their articles go, and how.

    Attributes:
        sources: Files, addresses of feeds, and `-` for standard input; empty: as `feeds` says,
            else standard input.
        feeds: The options of feeds.
        broker: Bootstrap addresses; None: as the settings say.
        http_port: Port of metrics and health; None: no port.
        topic: Where articles go; None: the live topic.
        archive: Stamp records with the time of publication.
        into_live: The archive may go into the live topic.
        dry_run: Check only; send nothing.
    """

    sources: Sequence[str]
    feeds: FeedOptions
    broker: str | None
    http_port: int | None
    topic: str | None
    archive: bool
    into_live: bool
    dry_run: bool
