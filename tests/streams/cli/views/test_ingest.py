"""How the outcome of an ingestion is shown: a table of feeds, and the reasons below it."""

from msgspec.structs import replace

from streams.cli.views.ingest import feed_lines, feeds_table
from streams.ingest.lists import Feed
from streams.ingest.reports import FeedReports


def test_each_feed_has_a_line_and_its_reasons() -> None:
    empty, other = FeedReports(
        [Feed(url="https://a.example", name="A [b]"), Feed(url="https://b.example", name="B")]
    ).summary()
    read = replace(
        other,
        format="JSON Feed 1.1",
        entries=7,
        new=3,
        unchanged=1,
        refused={"no_text": 2},
        skipped={"over_the_limit": 1},
        no_alert={"old": 2},
        flags={"published_unreadable": 1},
        moved_to="https://c.example",
    )
    looked = replace(empty, looks=1)
    lines = list(feeds_table([replace(looked, failed="away"), read, empty, looked]))
    assert len({len(line) for line in lines}) == 1
    head, first, second, third, fourth = (line.split() for line in lines)
    assert third[2:5] == ["not", "read", "yet"]
    assert fourth[2:4] == ["not", "changed"]
    assert head[:4] == ["Feed", "Format", "Entries", "Text"]
    assert first[:4] == ["A", "[b]", "failed", "0"]
    assert second == ["B", "JSON", "Feed", "1.1", "7", "0", "0", "3", "1", "2", "1", "2"]
    (line,) = feed_lines([empty, read])
    assert line == (
        "  B: refused, no_text 2; skipped, over_the_limit 1; no alert, old 2; "
        "published_unreadable 1; moved for good to https://c.example"
    )
