"""What `tocsin ingest` is asked to read: sources and lists of feeds, checked together."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

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
    assert "feeds.opml:3: url: gopher://a is no address" in done.err.replace("\n", "")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--state", "x.db", "-"], "are for feeds"),
        (["--http-port", "0", "http://a.example/"], "--http-port is for --poll"),
        (["http://a.example:0/"], "is no address"),
    ],
)
def test_options_that_do_not_fit_are_exit_code_2(
    tocsin: Tocsin, arguments: list[str], message: str
) -> None:
    done = tocsin("ingest", "--dry-run", *arguments)
    assert done.code == 2
    assert message in " ".join(done.err.replace("│", " ").split())
