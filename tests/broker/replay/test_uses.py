"""What replays are for: missed alerts, parts, changed rules, new deployments, archives."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from processors.contracts import Versions
from streams.demo.bundle import load_bundle, redated
from streams.errors import ReplayBusyError, ReplayRangeError, ReplayStateError, TopicMismatchError
from streams.kafka import groups
from streams.kafka.envelope import REPLAY_ID_HEADER
from streams.replay.admin import ReplayAdmin, ReplayRequest, SystemVersion, open_replay_admin
from streams.replay.manifest import Manifest, deployment_of
from streams.replay.progress import ReplayProgressMeter
from streams.replay.range import RangeRequest

# The built-in one, with another version and limit.
CHANGED_RULE = """
extends = "builtin"
[[rule]]
id = "strong-sentiment"
version = 3
kind = "sentiment"
when = 'scored_words >= 3 && coverage >= 0.02 && relevance >= 40'
severities = [{ severity = "high", polarity_at_least = 0.7 }]
cooldown_seconds = 3_600
"""
MADE = SystemVersion(Versions(tocsin="0", registry="1", lexicon="2", scorer="3"), "rules")


@pytest.fixture(scope="module")
def replayed(away: Any) -> Any:
    """With a replay of all of it, called whole."""
    away.run("replay", "--since", "beginning", "--id", "whole")
    return away


@contextmanager
def a_member_of(group: str, cluster: Any) -> Iterator[None]:
    """Keep a member in the group that does nothing but live."""
    consumer = KafkaConsumer(
        cluster.names.articles,
        **cluster.connection.kafka_python(),
        group_id=group,
        enable_auto_commit=False,
        heartbeat_interval_ms=500,
    )
    ended = threading.Event()

    def live() -> None:
        while not ended.is_set():
            consumer.poll(100)
        consumer.close()

    living = threading.Thread(target=live)
    living.start()
    admin = KafkaAdminClient(**cluster.connection.kafka_python())
    cluster.until(lambda: groups.members(admin, group) == 1, "the member")
    admin.close()
    try:
        yield
    finally:
        ended.set()
        living.join()


def values(cluster: Any, *topics: str) -> list[Any]:
    return [json.loads(one.value) for one in cluster.read(*topics)]


def named(mentions: list[Any]) -> set[str]:
    """Give the leaders; among the mentions are withdrawals, which are of no leader."""
    return {one["leader_name"] for one in mentions if "withdrawn" not in one}


def test_alerts_that_never_rang_live_are_published_once(cluster: Any) -> None:
    cluster.publish_bundle()
    # No live worker: it was away, say. The articles came a minute apart.
    played = ("--since", "beginning", "--id", "away", "--speed", "1200x")
    said = cluster.ask("replay", *played, "--publish", code=2)
    assert "There is no terminal to ask on: give --yes" in said
    assert cluster.ask("replay", "list", "--json") == ""
    told = cluster.run("replay", *played, "--publish", "--yes")
    names = cluster.replay("away")
    analyses = cluster.read(names.analyses)
    moments = [one.timestamp for one in analyses]
    # 94 minutes in 4.7 s, the last batch apart.
    assert max(moments) - min(moments) > 3_000
    rung = cluster.alert_ids(names)
    assert f"0 the same, {len(rung)} added" in told
    cluster.ask("replay", "publish", "away", "--yes")
    published = cluster.read(*cluster.names.alerts.values())
    assert len(published) == len(rung) > 10
    assert cluster.alert_ids(cluster.names) == rung
    assert all(dict(r.headers)[REPLAY_ID_HEADER] == b"away" for r in published)
    for kind, topic in cluster.names.alerts.items():
        assert {one["kind"] for one in values(cluster, topic)} <= {kind}


# Which broker it is does not matter to a choice of articles, nor to a rule.
@pytest.mark.parametrize("broker", ["embedded"], indirect=True)
def test_filters_choose_articles_and_mentions_and_all_are_to_hold(replayed: Any) -> None:
    whole = replayed.replay("whole")
    articles = values(replayed, whole.analyses)
    sources = ["Le Quotidien du Quai", "atlantic tribune"]
    folded = {one.casefold() for one in sources}
    of_sources = [one["article_id"] for one in articles if one["source"].casefold() in folded]
    english = {one["article_id"] for one in articles if one["language"] == "en"}
    elsewhere = next(one for one in english if one not in of_sources)
    kinds = [
        set(of_sources),
        english,
        # Neither all of the sources' English ones, nor those alone.
        {*of_sources, elsewhere} - {next(one for one in of_sources if one in english)},
    ]
    expected = set.intersection(*kinds)
    assert expected
    assert all(expected != set.intersection(*(x for x in kinds if x is not one)) for one in kinds)
    options = [option for one in sources for option in ("--source", one)]
    options += [option for one in kinds[2] for option in ("--article", one)]
    options += ["--language", "en"]
    by_article = replayed.start("replay", "--since", "beginning", "--id", "articles", *options)

    options = ["--leader", "Emmanuel Macron", "--leader", "Javier Milei"]
    options += ["--country", "FR", "--country", "ua"]
    by_mention = replayed.start("replay", "--since", "beginning", "--id", "mentions", *options)
    for child in (by_article, by_mention):
        replayed.ended(child)
    done = values(replayed, replayed.replay("articles").analyses)
    assert {one["article_id"] for one in done} == expected

    everyone = named(values(replayed, whole.mentions))
    assert {"Emmanuel Macron", "Javier Milei", "Volodymyr Zelenskyy"} <= everyone
    mentions = replayed.replay("mentions")
    assert named(values(replayed, mentions.mentions)) == {"Emmanuel Macron"}
    rung = values(replayed, *mentions.alerts.values())
    assert all("Emmanuel Macron" in {x["leader_name"] for x in one["leaders"]} for one in rung)
    # Alerts of others are no difference.
    told = replayed.ask("replay", "diff", "mentions", "--against", "whole", "--json")
    *differences, counts = map(json.loads, told.splitlines())
    assert all("Emmanuel Macron" in one["leaders"] for one in differences)
    assert counts["same"] > 0


@pytest.mark.parametrize("broker", ["embedded"], indirect=True)
def test_after_a_change_of_one_rule_only_that_rules_alerts_differ(
    replayed: Any, tmp_path: Path
) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text(CHANGED_RULE, encoding="utf-8")
    replayed.run("replay", "--since", "beginning", "--id", "changed", TOCSIN_RULES=str(rules))
    against = ("replay", "diff", "changed", "--against", "whole")
    *differences, counts = map(json.loads, replayed.ask(*against, "--json").splitlines())
    assert counts["same"] > 3
    assert counts["changed"] > 0
    assert {one["rule"] for one in differences} == {"strong-sentiment"}
    for one in (each for each in differences if each["change"] == "changed"):
        assert (one["before"]["rule_version"], one["after"]["rule_version"]) == (2, 3)
        assert one["before"]["versions"] == one["after"]["versions"]
    table = replayed.ask(*against)
    assert all(one in table for one in ("whole", "changed", "rule version 2", "rule version 3"))


def test_a_new_deployment_that_is_warmed_rings_as_if_it_had_always_run(cluster: Any) -> None:
    bundle = [(one.key, one.value) for one in redated(load_bundle(), datetime.now(UTC))]
    half = len(bundle) // 2
    cluster.publish(bundle[:half])
    cluster.run("replay", "--since", "beginning", "--id", "history", "--warm", "--yes")
    assert not cluster.read(*cluster.names.alerts.values())
    cluster.publish(bundle[half:], after=half)
    cluster.run_live()
    assert "has begun already" in cluster.ask("replay", "warm", "history", "--yes", code=2)
    too_late = cluster.ask("replay", "--last", "1", "--id", "late", "--warm", "--yes", code=2)
    assert "has begun already" in too_late

    cluster.run("replay", "--since", "beginning", "--id", "whole")
    before = cluster.alert_ids(cluster.replay("history"))
    after = cluster.alert_ids(cluster.names)
    whole = cluster.alert_ids(cluster.replay("whole"))
    assert before
    assert after
    assert before | after == whole
    assert not before & after


def test_an_archive_is_kept_and_replayed_by_its_own_times(cluster: Any, tmp_path: Path) -> None:
    documents = [
        {"id": str(year), "title": f"Harbour of {year}", "published": f"{year}-06-01T00:00:00Z"}
        for year in (1987, 1988, 1989)
    ]
    path = tmp_path / "archive.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in documents))
    # A topic with a retention would lose them at once.
    to = ("ingest", "--archive", "--topic")
    assert "retention.ms=-1" in cluster.ask(*to, cluster.names.analyses, str(path), code=2)
    assert "the live topic" in cluster.ask(*to, cluster.names.articles, str(path), code=2)
    assert not cluster.read(cluster.names.articles)
    archive = cluster.settings.topic_prefix + "archive"
    cluster.ask(*to, archive, str(path))

    of_range = (
        "--topic",
        archive,
        "--since",
        "1988-01-01",
        "--until",
        "1989-06-01",
        "--id",
        "past",
    )
    plan_of_it = json.loads(cluster.ask("replay", *of_range, "--dry-run", "--json"))
    assert sum(one["end"] - one["start"] for one in plan_of_it["spans"]) == 1
    cluster.run("replay", *of_range)
    analysed = values(cluster, cluster.replay("past").analyses)
    # The end is not in it.
    assert [one["article_id"] for one in analysed] == ["1988"]
    assert analysed[0]["event_time"].startswith("1988-06-01T00:00:00")


def test_what_cannot_be_replayed_is_refused(cluster: Any) -> None:
    now = datetime.now(UTC)

    def planned(replay_admin: ReplayAdmin, replay_id: str, wanted: RangeRequest) -> Manifest:
        return replay_admin.plan(replay_id, ReplayRequest(wanted), MADE, now)

    with open_replay_admin(cluster.deployment) as replay_admin:
        with pytest.raises(ReplayRangeError, match="empty"):
            planned(replay_admin, "one", RangeRequest())
        with pytest.raises(ReplayStateError, match="not a replay id"):
            planned(replay_admin, "One!", RangeRequest())
        with pytest.raises(ReplayStateError, match="no replay 'one'"):
            replay_admin.manifests.get("one")
        cluster.publish([(None, b"{}")] * 40)
        manifest = planned(replay_admin, "one", RangeRequest(last=3))
        assert manifest.offsets <= 3 * cluster.settings.partitions
        replay_admin.manifests.claim(manifest)
        with pytest.raises(ReplayStateError, match="already"):
            replay_admin.manifests.claim(planned(replay_admin, "one", RangeRequest()))
        prepared = replay_admin.prepare(manifest)
        # A second time changes nothing: whoever was broken off does it again.
        again = msgspec.structs.replace(prepared, prepared=False)
        assert replay_admin.prepare(again) == prepared
        progress = replay_admin.progress(prepared)
        assert progress is not None
        assert progress.articles_done == 0
        assert not progress.is_finished

        with (
            a_member_of(manifest.application_id, cluster),
            pytest.raises(ReplayBusyError, match="1 running worker"),
        ):
            replay_admin.delete(manifest)
        replay_admin.delete(manifest)
        assert "one" not in replay_admin.manifests.all()

    gone = msgspec.structs.replace(cluster.settings, articles_topic="gone")
    with (
        open_replay_admin(cluster.deployment.with_settings(gone)) as replay_admin,
        pytest.raises(TopicMismatchError, match="no topic gone"),
    ):
        planned(replay_admin, "two", RangeRequest())


# The embedded broker removes no records.
@pytest.mark.parametrize("broker", ["apache"], indirect=True)
def test_a_start_that_is_gone_is_refused_and_so_is_one_that_goes_meanwhile(cluster: Any) -> None:
    now = datetime.now(UTC)
    cluster.publish([(None, b"{}")] * 40)
    admin = KafkaAdminClient(**cluster.connection.kafka_python())
    tp = TopicPartition(cluster.names.articles, 0)
    with open_replay_admin(cluster.deployment) as replay_admin:
        order = ReplayRequest(RangeRequest(since=now - timedelta(hours=7)))
        made = replay_admin.plan("one", order, MADE, now)
        replay_admin.manifests.claim(made)
        made = replay_admin.prepare(made)
        meter = ReplayProgressMeter(deployment_of(made, cluster.deployment), made)
        assert meter.measure().articles_done == 0
        # As retention does it when its time comes.
        admin.delete_records({tp: 2})
        with pytest.raises(ReplayRangeError, match="removed articles of the range before they"):
            meter.measure()
        with pytest.raises(ReplayRangeError, match=r"removed the start.*--allow-truncated"):
            replay_admin.plan("two", order, MADE, now)
        left = replay_admin.plan("two", replace(order, allow_truncated=True), MADE, now)
        assert left.offsets == made.offsets - 2
    meter.close()
    admin.close()
