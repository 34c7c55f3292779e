"""Which records a replay leaves out, decided from the record."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from streams.analysis.selection import Selection
from streams.kafka.envelope import REPLAY_ID_HEADER, Record
from streams.replay.exclusion import exclusion_filter
from streams.replay.manifest import Manifest
from streams.service.settings import Settings

Make = Callable[..., Manifest]
OF_ANOTHER = [(REPLAY_ID_HEADER, b"another")]


def record(value: bytes = b"", headers: Any = (), **document: str) -> Record:
    encoded = value or msgspec.json.encode({"id": "a", "title": "Storm hits coast", **document})
    return Record("news.articles", 0, 0, 0, None, encoded, list(headers))


def test_what_another_replay_wrote_is_left_out_unless_it_is_accepted(manifest: Make) -> None:
    is_excluded = exclusion_filter(manifest(), Settings())
    assert is_excluded(record(headers=OF_ANOTHER))
    assert not is_excluded(record(headers=[(REPLAY_ID_HEADER, b"one")]))
    assert not is_excluded(record())
    assert not exclusion_filter(manifest(), Settings(accept_replayed=True))(
        record(headers=OF_ANOTHER)
    )


@pytest.mark.parametrize(
    ("selection", "left_out"),
    [
        (Selection(), False),
        (Selection(leaders=("Q1",), countries=("FR",)), False),
        (Selection(sources=("wire",)), False),
        (Selection(sources=("Tribune",)), True),
        (Selection(articles=("b",)), True),
        (Selection(articles=("a", "b")), False),
    ],
)
def test_articles_that_are_not_selected_are_left_out(
    manifest: Make, selection: Selection, *, left_out: bool
) -> None:
    is_excluded = exclusion_filter(manifest(selection=selection), Settings())
    assert is_excluded(record(source="Wire")) is left_out


def test_what_cannot_be_read_must_be_a_dead_letter(manifest: Make) -> None:
    is_excluded = exclusion_filter(manifest(selection=Selection(sources=("Tribune",))), Settings())
    assert not is_excluded(record(b"{"))
