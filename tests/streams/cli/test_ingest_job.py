"""What `tocsin ingest` is asked to read: sources and lists of feeds, checked together."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from streams.service.version import tocsin_version

LIST = (
    '<opml><body><outline text="World"><outline text="A" xmlUrl="http://127.0.0.1:9/a"/></outline>'
    '<outline text="B" xmlUrl="http://127.0.0.1:9/b"/></body></opml>'
)
Tocsin = Callable[..., Any]


@pytest.fixture
def opml(tmp_path: Path) -> Path:
    path = tmp_path / "feeds.opml"
    path.write_text(LIST)
    return path


def test_lists_and_addresses_are_read_together_each_feed_once(
    tocsin: Tocsin, opml: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.ingest.feeds.TRIES", 1)
    table = tmp_path / "feeds.csv"
    table.write_text("url,name\nhttp://127.0.0.1:9/c,A\n")
    done = tocsin(
        *("ingest", "--dry-run", "--opml", str(opml), "--feeds", str(table)),
        "http://127.0.0.1:9/b",
    )
    assert done.code == 3
    assert "failed: http://127.0.0.1:9/b: " in done.err
    for name in ("failed: A: ", "failed: A (127.0.0.1): "):
        assert name in done.err


def test_a_category_is_a_part_of_a_list(
    tocsin: Tocsin, opml: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("streams.ingest.feeds.TRIES", 1)
    done = tocsin("ingest", "--dry-run", "--opml", str(opml), "--category", "world")
    assert "failed: A: " in done.err
    assert "failed: B: " not in done.err
    done = tocsin("ingest", "--dry-run", "--opml", str(opml), "--category", "Sport")
    assert done.code == 2
    assert "no feed is in it; there are World" in " ".join(done.err.split())


def test_a_list_that_is_wrong_is_exit_code_2_with_every_line(tocsin: Tocsin, opml: Path) -> None:
    opml.write_text(
        LIST.replace("http://127.0.0.1:9/a", "gopher://a").replace("<outline", "\n<outline")
    )
    done = tocsin("ingest", "--dry-run", "--opml", str(opml))
    assert done.code == 2
    assert "feeds.opml:3: url: gopher://a is not a feed address" in done.err.replace("\n", "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--state", "x.db", "-"], "are for feeds"),
        (["--http-port", "0", "http://a.example/"], "--http-port is for --poll"),
        (["http://a.example:0/"], "is not a feed address"),
    ],
)
def test_options_that_do_not_fit_are_exit_code_2(
    tocsin: Tocsin, arguments: list[str], message: str
) -> None:
    done = tocsin("ingest", "--dry-run", *arguments)
    assert done.code == 2
    assert message in " ".join(done.err.replace("│", " ").split())


def test_ten_feeds_of_different_formats_are_read(
    tocsin: Tocsin, feed_site: Any, tmp_path: Path
) -> None:
    path = tmp_path / "feeds.opml"
    path.write_text(feed_site.opml(), encoding="utf-8")
    done = tocsin(
        *("ingest", "--dry-run", "--json", "--opml", str(path)),
        INGEST_CONTACT="https://desk.example/bots",
    )
    assert done.code == 0
    # What is logged goes to standard error where logging is configured, which a test leaves out.
    summary = json.loads(done.out.splitlines()[-1])
    assert (summary["read"], summary["valid"], summary["failed"]) == (14, 14, [])
    assert {
        one["feed"]: (one["format"], one["entries"], one["with_text"], one["with_date"])
        for one in summary["feeds"]
    } == {
        "Harbour Post": ("RSS 2.0", 2, 2, 2),
        "Spree Courier": ("Atom 1.0", 1, 1, 1),
        "Kanto Wire": ("RSS 1.0 (RDF)", 1, 1, 1),
        "Tiber Notes": ("JSON Feed 1.1", 2, 2, 2),
        "Delta Herald": ("Google News sitemap", 2, 0, 1),
        "Delta index": ("Google News sitemap", 4, 0, 2),
        "Fjord Times": ("WordPress JSON", 1, 1, 1),
        "Meridian NewsML": ("NewsML-G2", 2, 1, 1),
        "Meridian NITF": ("NITF", 1, 1, 1),
        "Loire Daily": ("RSS 2.0", 2, 2, 2),
    }
    assert feed_site.agents == {f"tocsin/{tocsin_version()} (+https://desk.example/bots)"}


def test_old_entries_are_said_to_ring_nothing_and_more_than_are_read_are_skipped(
    tocsin: Tocsin, feed_site: Any
) -> None:
    items = "".join(
        f"<item><guid>a:{number}</guid><title>t</title><pubDate>{date}</pubDate></item>"
        for number, date in enumerate(["1 May 2020 10:00 GMT", "1 May 2199 10:00 GMT", "soon", ""])
    )
    feed_site.changed["/old"] = f"<rss version='2.0'><channel>{items}</channel></rss>".encode()
    done = tocsin(
        *("ingest", "--dry-run", "--json", f"{feed_site.url}/old"), INGEST_MAX_ENTRIES="3"
    )
    (feed,) = json.loads(done.out.splitlines()[-1])["feeds"]
    assert (feed["new"], feed["no_alert"]) == (3, {"old": 1, "future": 1})
    assert feed["skipped"] == {"over_the_limit": 1}
    assert feed["flags"] == {"published_unreadable": 1}
