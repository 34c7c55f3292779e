"""Test README.md: its length, its parts and its pictures. tests/test_docs.py tests every page."""

import re
from datetime import date
from pathlib import Path

from processors.leaders.registry.registry import REGISTRY_CHECKED_UNTIL
from streams.demo.bundle import load_bundle
from streams.kafka.topics import ALERT_KINDS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAX_LINES = 200
MAX_PICTURE_BYTES = 150_000


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= MAX_LINES


def test_the_first_screen_says_what_it_is_in_a_sentence_and_three_points() -> None:
    start = README.split("## See it")[0]
    assert len(re.findall(r"^- \*\*", start, re.MULTILINE)) == 3


def test_a_stream_is_running_after_six_commands() -> None:
    (block,) = re.findall(r"## Run it on your Kafka\n+```sh\n(.*?)```", README, re.DOTALL)
    assert len(block.splitlines()) == 6


def test_one_alert_is_shown_with_its_fields() -> None:
    (alert,) = re.findall(r"^```json alert\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    explained = README.split("```json alert")[1].split("## I want to")[0]
    rows = re.findall(r"^\| (`[^|]+) \|", explained, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert len(named) >= 10
    assert {name for name in named if f'"{name}"' not in alert} == set()
    assert any(f'"kind": "{kind}"' in alert for kind in ALERT_KINDS)


def test_the_first_commands_are_named() -> None:
    named = set(re.findall(r"(?:`|^|&& )make ([a-z-]+)", README, re.MULTILINE))
    assert {"demo", "env", "check", "test", "docs"} <= named


def test_every_shelf_is_linked() -> None:
    for shelf in ("start", "guides", "concepts", "reference", "operate", "contribute"):
        assert f"](docs/{shelf}/" in README


def test_the_picture_is_whole_small_and_needs_nothing_from_elsewhere() -> None:
    svg = (ROOT / "docs/images/demo.svg").read_text(encoding="utf-8")
    assert len(svg.encode()) < MAX_PICTURE_BYTES
    assert not re.search(r"@font-face|@import|<image|url\((?!#)|(?<!xmlns=\")https?://cdn", svg)
    plain = re.sub(r"<[^>]+>", "", svg).replace("&#160;", " ")
    assert f"Publishing {len(load_bundle())} invented articles" in plain, (
        "the demo has changed: run tools/demo_picture.py, and look at the picture"
    )


def test_the_day_until_which_leaders_were_checked_is_said() -> None:
    checked = date.fromisoformat(REGISTRY_CHECKED_UNTIL)
    assert f"{checked.day} {checked:%B %Y}, the day until which it was checked" in README
