"""Replays that run, are killed, are shared and lose their broker, as processes of their own."""

import json
import signal
import subprocess
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from streams.canary.article import canary_article
from streams.demo.bundle import load_bundle, redated
from streams.kafka.envelope import REPLAY_ID_HEADER
from streams.replay.admin import open_replay_admin

# Small batches: they are to be stopped in the middle.
SLOWLY = {"TOCSIN_BATCH_RECORDS": "2", "TOCSIN_COMMIT_INTERVAL_SECONDS": "0.1"}


def is_prepared(cluster: Any, replay_id: str) -> bool:
    with open_replay_admin(cluster.deployment) as replay_admin:
        found = replay_admin.manifests.all().get(replay_id)
    return found is not None and found.prepared


def ids(records: list[Any]) -> set[str]:
    return {dict(record.headers)["ce_id"].decode() for record in records}


def seconds_of(records: list[Any]) -> float:
    """From the first of these records to the last, as they were written."""
    moments = [record.timestamp for record in records]
    return (max(moments) - min(moments)) / 1000


@pytest.mark.parametrize("cluster", [1, 4], indirect=True)
def test_a_replay_that_is_killed_and_resumed_rings_what_rang_live_and_moves_nothing(
    cluster: Any,
) -> None:
    now = datetime.now(UTC)
    records = [(record.key, record.value) for record in redated(load_bundle(), now)]
    for minute in range(0, 60, 20):
        _, canary = canary_article("", "host", now + timedelta(minutes=minute))
        records.insert(minute, (canary.key, canary.value))
    cluster.publish(records)
    cluster.run_live()
    live = cluster.alert_ids(cluster.names)
    tested = ids(cluster.read(cluster.names.canary))
    assert len(tested) == 3
    live_alerts = len(cluster.read(*cluster.names.alerts.values()))
    offsets, sizes = cluster.committed(), len(cluster.read(cluster.names.mentions))
    topics = cluster.topics()
    names = cluster.replay("again")

    killed = cluster.start("replay", "--since", "beginning", "--id", "again", **SLOWLY)
    cluster.until(
        lambda: names.analyses in cluster.topics() and bool(cluster.read(names.analyses)),
        "the replay to begin",
    )
    killed.kill()
    killed.wait()
    told = cluster.run("replay", "--resume", "again")

    alerts = cluster.read(*names.alerts.values())
    assert cluster.alert_ids(names) == live
    assert ids(cluster.read(names.canary)) == tested
    assert len(live) > 10
    assert f"Beside live: {len(live)} the same, 0 added, 0 gone, 0 changed." in told
    assert all(dict(r.headers)[REPLAY_ID_HEADER] == b"again" for r in alerts)
    assert all(json.loads(r.value)["replay_id"] == "again" for r in alerts)
    assert all(dict(r.headers)[REPLAY_ID_HEADER] == b"again" for r in cluster.read(names.mentions))
    assert cluster.committed() == offsets
    assert len(cluster.read(cluster.names.mentions)) == sizes
    compared = json.loads(cluster.ask("replay", "diff", "again", "--json").splitlines()[-1])
    assert compared == {"same": len(live), "added": 0, "gone": 0, "changed": 0}

    # All rang live, so there is nothing to publish.
    cluster.ask("replay", "publish", "again", "--yes")
    assert cluster.alert_ids(cluster.names) == live
    assert len(cluster.read(*cluster.names.alerts.values())) == live_alerts

    cluster.ask("replay", "delete", "again", "--yes")
    manifests = cluster.settings.topic_prefix + "replay.manifests"
    assert cluster.topics() == topics | {manifests}
    assert cluster.ask("replay", "list", "--json") == ""


def test_a_broker_that_restarts_in_the_middle_costs_a_replay_nothing(restartable: Any) -> None:
    restartable.publish_bundle()
    names = restartable.replay("one")
    # At ten a second it is in the middle for a while.
    limited = ("--since", "beginning", "--rate", "10", "--json")
    variables = {"TOCSIN_BATCH_RECORDS": "5"}
    running = restartable.start("replay", *limited, "--id", "one", **variables)
    restartable.until(
        lambda: names.analyses in restartable.topics() and bool(restartable.read(names.analyses)),
        "the replay to begin",
    )
    done = len(restartable.read(names.analyses))
    restartable.broker.stop()
    restartable.broker.restart()
    finished = json.loads(restartable.ended(running))
    analyses = restartable.read(names.analyses)
    assert done < finished["analyses"]
    assert len({json.loads(one.value)["article_id"] for one in analyses}) > 80
    # The limit held, the batches in hand apart.
    assert seconds_of(analyses) > 7

    restartable.run("replay", "--since", "beginning", "--id", "whole")
    assert restartable.alert_ids(names) == restartable.alert_ids(restartable.replay("whole"))
    against = ("replay", "diff", "one", "--against", "whole", "--json")
    compared = json.loads(restartable.ask(*against).splitlines()[-1])
    assert (compared["added"], compared["gone"], compared["changed"]) == (0, 0, 0)
    assert compared["same"] > 10


# The embedded broker is for one worker: it refuses a commit while a second one joins, and then
# answers no member of the group until their requests time out.
@pytest.mark.parametrize("broker", ["apache"], indirect=True)
def test_two_workers_share_a_range_that_ends_in_gaps(cluster: Any) -> None:
    # The end of a transaction is an offset without a record, in every partition.
    documents = [
        (str(n).encode(), json.dumps({"id": str(n), "title": f"Harbour {n}"}).encode())
        for n in range(400)
    ]
    # An hour earlier: the last would be of the future, which the topic does not take.
    cluster.publish(documents, after=-60, transactional_id=uuid.uuid4().hex)
    slowly = {"TOCSIN_BATCH_RECORDS": "10"}
    first = cluster.start("replay", "--since", "beginning", "--id", "two", "--json", **slowly)
    cluster.until(lambda: is_prepared(cluster, "two"), "the replay to be prepared")
    # What comes after the range was fixed is not in it.
    cluster.publish([(b"late", json.dumps({"id": "late", "title": "Late"}).encode())])
    second = cluster.start("replay", "--join", "two", "--json", **slowly)
    for child in (first, second):
        cluster.ended(child)
    analysed = [json.loads(r.value) for r in cluster.read(cluster.replay("two").analyses)]
    assert {one["article_id"] for one in analysed} == {str(n) for n in range(400)}


# The embedded broker keeps a frozen member in its group, and lets no other in.
@pytest.mark.parametrize("broker", ["apache"], indirect=True)
def test_a_worker_that_freezes_and_shares_the_range_with_a_second_one_ends_with_it(
    cluster: Any,
) -> None:
    titles = [(str(n), f"Harbour {n}") for n in range(400)]
    documents = [json.dumps({"id": one, "title": title}).encode() for one, title in titles]
    cluster.publish([(None, one) for one in documents], after=-60)
    # Records are fetched long before they are due: those of the freeze are of an older generation.
    slowly = {"TOCSIN_BATCH_RECORDS": "10"}
    names = cluster.replay("two")
    limited = ("--since", "beginning", "--rate", "20", "--json")
    first = cluster.start("replay", "--id", "two", *limited, **slowly)
    cluster.until(lambda: is_prepared(cluster, "two"), "the replay to be prepared")
    # What comes after the range was fixed is not in it: every partition has some.
    late = json.dumps({"id": "late", "title": "Late"}).encode()
    cluster.publish([(str(n).encode(), late) for n in range(20)])
    cluster.until(
        lambda: names.analyses in cluster.topics() and bool(cluster.read(names.analyses)),
        "the replay to begin",
    )
    first.send_signal(signal.SIGSTOP)
    second = cluster.start("replay", "--join", "two", "--json", **slowly)
    cluster.until(lambda: "worker.assigned" in cluster.log(second), "the second to take over")
    first.send_signal(signal.SIGCONT)
    for child in (first, second):
        cluster.ended(child)
    analysed = [json.loads(r.value) for r in cluster.read(names.analyses)]
    assert {one["article_id"] for one in analysed} == {str(n) for n in range(400)}


# The embedded broker is for one worker.
@pytest.mark.parametrize("broker", ["apache"], indirect=True)
def test_two_workers_that_are_both_killed_ring_what_one_rings(away: Any) -> None:
    names = away.replay("pair")

    def two(*first: str) -> list[subprocess.Popen[bytes]]:
        one = away.start("replay", *first, **SLOWLY)
        # Were the other one in the group first, the replay could not be resumed: it would run.
        away.until(lambda: "replay.progress" in away.log(one), "the replay to be under way")
        return [one, away.start("replay", "--join", "pair", **SLOWLY)]

    pair = two("--since", "beginning", "--id", "pair")
    away.until(lambda: bool(away.read(names.analyses)), "the replay to begin")
    for each in pair:
        each.kill()
        each.wait()
    for each in two("--resume", "pair"):
        away.ended(each)
    away.run("replay", "--since", "beginning", "--id", "alone")
    alert_ids = away.alert_ids(names)
    assert len(alert_ids) > 10
    assert alert_ids == away.alert_ids(away.replay("alone"))
