"""Manifests: what sets a replay's worker apart, who wins an id, and who may go on."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from processors.contracts import Versions
from streams.errors import ReplayRangeError, ReplayStateError
from streams.kafka.envelope import Record
from streams.kafka.topics import TopicNames, plan
from streams.replay.manifest import (
    Manifest,
    application_id,
    check_id,
    check_system,
    pace_ms,
    read_speed,
    settings_of,
    topic_prefix,
)
from streams.replay.manifests import newest
from streams.service.settings import Settings

Make = Callable[..., Manifest]


def record(replay_id: str, manifest: Manifest | None, offset: int = 0) -> Record:
    value = None if manifest is None else msgspec.json.encode(manifest)
    return Record("replay.manifests", 0, offset, 0, replay_id.encode(), value, [])


def test_a_replay_shares_no_topic_and_no_group_with_live_but_the_articles(manifest: Make) -> None:
    live = Settings(topic_prefix="p.", application_id="app", group_instance_id="worker-1")
    made = manifest(
        topic="p.news.articles",
        topic_prefix=topic_prefix(live, "one"),
        application_id=application_id(live, "one"),
    )
    settings = settings_of(made, live)
    assert settings.application_id != live.application_id
    # Static membership would put a live worker out of its group, were the group the same.
    assert settings.group_instance_id == ""
    live_names = {one.name for one in plan(live)}
    names = {one.name for one in plan(settings)}
    assert names & live_names == {"p.news.articles"}
    assert settings.partitions == 2
    of_articles = next(one for one in plan(settings) if one.name == "p.news.articles")
    assert not of_articles.config
    assert TopicNames.of(settings).mentions == "p.replay.one.news.mentions"


@pytest.mark.parametrize("good", ["one", "20261125-233731", "a" * 40, "7"])
def test_an_id_is_one(good: str) -> None:
    assert check_id(good) == good


@pytest.mark.parametrize("bad", ["", "One", "a b", "-a", "a/b", "a.b", "a" * 41, "é", "a\n"])
def test_an_invalid_id_is_rejected(bad: str) -> None:
    with pytest.raises(ReplayStateError, match="is not a replay id"):
        check_id(bad)


def test_the_newest_state_of_whoever_wrote_first_counts(manifest: Make) -> None:
    first, loser = manifest(claim="first"), manifest(claim="second", range_text="--last 5")
    prepared = manifest(claim="first", prepared=True)
    found = newest([record("one", first), record("one", loser), record("one", prepared)])
    assert found == {"one": prepared}
    assert newest([record("one", first), record("one", loser)]) == {"one": first}


def test_a_deleted_id_is_free_again(manifest: Make) -> None:
    second = manifest(claim="second")
    records = [record("one", manifest(claim="first")), record("one", None), record("one", second)]
    assert newest(records[:2]) == {}
    assert newest(records) == {"one": second}


def test_what_is_no_manifest_is_named() -> None:
    with pytest.raises(ReplayStateError, match="at offset 7"):
        newest([Record("replay.manifests", 0, 7, 0, b"one", b"{}", [])])


@pytest.mark.parametrize(
    ("changes", "rules", "said"),
    [
        ({"lexicon": "l2"}, "d1", "lexicon was l, is l2"),
        ({"registry": "r2", "scorer": "s2"}, "d1", "registry was r, is r2, scorer was s, is s2"),
        ({}, "d2", "rules was d1, is d2"),
    ],
)
def test_another_system_may_not_go_on(
    manifest: Make, changes: dict[str, str], rules: str, said: str
) -> None:
    made = manifest()
    versions: Versions = msgspec.structs.replace(made.versions, **changes)
    check_system(made, made.versions, made.rules)
    with pytest.raises(ReplayStateError, match=said):
        check_system(made, versions, rules)


def test_bounds_are_half_open_and_another_partition_is_out_of_them(manifest: Make) -> None:
    bounds = manifest().bounds
    assert [offset for offset in range(50) if bounds.has(0, offset)] == list(range(10, 30))
    assert not bounds.has(1, 5)
    assert not bounds.has(9, 10)
    assert not bounds.is_beyond(0, 29)
    assert bounds.is_beyond(0, 30)
    assert bounds.is_beyond(9, 0)


@pytest.mark.parametrize(("text", "speed"), [("60x", 60.0), ("1", 1.0), ("0.5x", 0.5)])
def test_a_speed_is_read(text: str, speed: float) -> None:
    assert read_speed(text) == speed


@pytest.mark.parametrize("text", ["", "x", "0", "0x", "-1", "1e3", "fast", "9999999999x"])
def test_an_invalid_speed_is_rejected(text: str) -> None:
    with pytest.raises(ReplayRangeError, match="is not a speed"):
        read_speed(text)


@pytest.mark.parametrize(
    ("rate", "speed", "records"),
    [(None, None, 500), (100.0, None, 25), (1.0, None, 1), (None, 60.0, 10)],
)
def test_a_throttled_replay_works_in_small_batches(
    manifest: Make, rate: float | None, speed: float | None, records: int
) -> None:
    made = manifest(rate=rate, speed=speed)
    assert settings_of(made, Settings()).batch_records == records
    assert (made.bounds.rate, made.bounds.speed) == (rate, speed)


@pytest.mark.parametrize(
    ("offsets", "hours", "expected_ms"),
    [
        # 10,000 of a million articles in 100 hours: one hour.
        (1_000_000, 100, 3_600_000),
        # Fewer articles than may be ahead: the whole range and more.
        (1_000, 1, 36_000_000),
        # All in one moment: twice the lateness and a minute.
        (1_000_000, 0, 70_000),
    ],
)
def test_a_partition_may_be_ahead_by_the_time_of_so_many_articles(
    offsets: int, hours: int, expected_ms: int
) -> None:
    since = datetime(2026, 11, 25, tzinfo=UTC)
    assert pace_ms(offsets, since, since + timedelta(hours=hours), 5.0) == expected_ms
    assert pace_ms(offsets, None, None, 5.0) == 70_000
