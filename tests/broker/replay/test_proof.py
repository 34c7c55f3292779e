"""A replay loses nothing and proves it: paced partitions, markers, gaps, open transactions."""

import json
import uuid
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

from streams.analysis.loading import load_reader
from streams.errors import EXIT_INCOMPLETE
from streams.kafka.envelope import REPLAY_ID_HEADER, SOURCE_HEADER
from streams.replay.admin import ReplayRequest, SystemVersion, open_replay_admin
from streams.replay.manifest import Manifest
from streams.replay.range import RangeRequest
from streams.service.rules import rules_digest
from tests.broker.replay.conftest import WAIT_SECONDS
from tests.broker.tiny_articles import Tiny, Transactions, publish, tiny_articles, uneven


def prepared(cluster: Any, replay_id: str, wanted: RangeRequest, **changes: Any) -> Manifest:
    """Make a replay as `tocsin replay` does, with some things of the manifest changed."""
    made = SystemVersion(
        load_reader(cluster.settings).analyser.versions,
        rules_digest(cluster.settings),
    )
    with open_replay_admin(cluster.deployment) as replay_admin:
        planned = replay_admin.plan(replay_id, ReplayRequest(wanted), made, datetime.now(UTC))
        manifest = msgspec.structs.replace(planned, **changes)
        replay_admin.manifests.claim(manifest)
        return replay_admin.prepare(manifest)


def analysed(cluster: Any, replay_id: str) -> list[str]:
    records = cluster.read(cluster.replay(replay_id).analyses)
    return [json.loads(one.value)["article_id"] for one in records]


# Which broker it is does not matter to what Faust drops.
@pytest.mark.parametrize("broker", ["apache"], indirect=True)
def test_partitions_that_wait_for_each_other_lose_nothing(cluster: Any) -> None:
    articles = list(tiny_articles(4_000, sparse=300, partition_of=uneven))
    publish(cluster.connection, cluster.names.articles, articles)
    # The least pace: in the sparse part a partition waits after every few articles.
    prepared(cluster, "paced", RangeRequest(), pace_ms=70_000)
    said = cluster.run("replay", "--join", "paced", "--json")
    assert set(analysed(cluster, "paced")) == {one.article_id for one in articles}
    assert json.loads(said)["proof"]["records"] == len(articles)
    assert json.loads(said)["proof"]["complete"]


# The embedded broker still names an aborted transaction to a fetch that begins behind its end, and
# clients then drop what its producer committed next.
@pytest.mark.parametrize("broker", ["apache"], indirect=True)
def test_a_range_with_transactions_has_each_committed_record_and_no_other(
    cluster: Any,
) -> None:
    topic = cluster.names.articles
    made = list(tiny_articles(240))
    one = Transactions(cluster.connection, topic, uuid.uuid4().hex)
    other = Transactions(cluster.connection, topic, uuid.uuid4().hex, 600.0)
    # Aborted records are first, between and last; markers end the partitions.
    one.abort(made[:40])
    one.commit(made[40:80])
    publish(cluster.connection, topic, made[80:120])
    one.abort(made[120:130])
    one.commit(made[130:160])
    one.abort(made[160:170])
    # Open in two partitions; what is behind it cannot be read yet.
    other.begin([a for a in made[170:180] if a.partition < 2])
    publish(cluster.connection, topic, made[180:200])
    expected = [a for a in made if a in made[40:120] or a in made[130:160]]
    expected += [a for a in made[180:200] if a.partition >= 2]
    plan = json.loads(
        cluster.ask("replay", "--since", "beginning", "--id", "open", "--dry-run", "--json")
    )
    assert set(plan["held_back"]) == {"0", "1"}
    running = cluster.start("replay", "--since", "beginning", "--id", "open", "--json")
    proof = json.loads(cluster.ended(running))["proof"]
    assert "replay.range_ends_at_open_transaction" in cluster.log(running)
    assert sorted(analysed(cluster, "open")) == sorted(a.article_id for a in expected)
    assert (proof["complete"], proof["records"]) == (True, len(expected))
    assert proof["without_record"] > 60

    # From aborted records to aborted ones, with others behind.
    part = cluster.run("replay", "--offsets", "2:5-34", "--id", "part", "--json")
    assert json.loads(part)["proof"]["complete"]
    inside = [a.article_id for a in made[40:120] if a.partition == 2]
    assert sorted(analysed(cluster, "part")) == sorted(inside)

    other.end(committed=True)
    one.commit(made[200:204])
    # The newest record of each partition, before the marker that ends it.
    last = json.loads(cluster.run("replay", "--last", "1", "--id", "last", "--json"))
    assert last["proof"]["records"] == 4
    assert sorted(analysed(cluster, "last")) == sorted(a.article_id for a in made[200:204])
    for producer in (one, other):
        producer.close()


@pytest.mark.parametrize("broker", ["embedded"], indirect=True)
def test_what_is_excluded_or_cannot_be_read_is_counted_and_what_is_lost_is_named(
    cluster: Any,
) -> None:
    topic = cluster.names.articles
    articles = list(tiny_articles(40))
    publish(cluster.connection, topic, articles)
    publish(cluster.connection, topic, [Tiny(0, "bad", articles[-1].timestamp_ms, b"{")])
    producer = KafkaProducer(**cluster.connection.kafka_python())
    foreign = (REPLAY_ID_HEADER, b"elsewhere")
    producer.send(topic, b'{"id":"f","title":"Storm"}', partition=1, headers=[foreign])
    producer.flush()
    chosen = ("--since", "beginning", "--article", "g3", "--article", "g4", "--id", "part")
    proof = json.loads(cluster.run("replay", *chosen, "--json"))["proof"]
    counts = {name: proof[name] for name in ("records", "analysed", "dead_letters", "excluded")}
    assert counts == {"records": 42, "analysed": 2, "dead_letters": 1, "excluded": 39}
    source = {
        dict(r.headers)[SOURCE_HEADER].decode()
        for r in cluster.read(cluster.replay("part").analyses)
    }
    assert source == {f"{topic}:3:0", f"{topic}:0:1"}

    producer.close()

    # As if a worker had lost them: they are committed, and there is no output.
    manifest = prepared(cluster, "lacking", RangeRequest())
    admin = KafkaAdminClient(**cluster.connection.kafka_python())
    lost = {TopicPartition(topic, 2): OffsetAndMetadata(4, "", -1)}
    admin.alter_group_offsets(manifest.application_id, lost)
    admin.close()
    running = cluster.start("replay", "--join", "lacking", "--json")
    assert running.wait(WAIT_SECONDS) == EXIT_INCOMPLETE
    said = cluster.log(running)
    assert "4 of 42 records have neither an analysis nor a dead letter" in said
    assert "at the offsets 2:0-4." in said
    found = json.loads(cluster.ask("replay", "show", "lacking", "--json"))
    assert (found["state"], found["missing"]) == ("incomplete", 4)
    assert found["finished"]["proof"]["missing_offsets"] == ["2:0-4"]
    for refused in ("publish", "warm"):
        told = cluster.ask("replay", refused, "lacking", "--yes", code=EXIT_INCOMPLETE)
        assert "--incomplete" in told
    cluster.ask("replay", "publish", "lacking", "--yes", "--incomplete")
    cluster.ask("replay", "--resume", "lacking", code=EXIT_INCOMPLETE)
