"""Every role can do its work on Apache Kafka with the rights that are listed for it, and no more.

One broker, which asks for rights, serves the whole module. Each command is a process of its own,
under its role's user.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourceType,
)

from streams.acls import Grant, Role, roles
from streams.brokers.apache import ApacheKafka
from streams.brokers.apache_configuration import Listener, Security
from streams.connection import Connection
from streams.errors import EXIT_MISCONFIGURED, EXIT_OK
from streams.reading.subscriber import partitions_of
from streams.settings import Settings
from streams.topics import TopicNames

SETTINGS = Settings(topic_prefix="least.", application_id="bell", partitions=2)
ROLES = {role.name: role for role in roles(SETTINGS)}
PASSWORD = "an-open-secret"  # noqa: S105 - of a broker that lives for a minute
CLEAR = Listener(name="CLEAR", security_protocol="SASL_PLAINTEXT", sasl_mechanisms=("PLAIN",))
ARTICLE = {
    "id": "urn:example:1",
    "title": "Lawmakers condemn Emmanuel Macron over disastrous and shameful reform",
    "text": "PARIS - Lawmakers condemned Emmanuel Macron for a disastrous, shameful failure.",
    "language": "en",
}


def acl(role: Role, grant: Grant, operation: str) -> ACL:
    spelt = "".join(f"_{c}" if c.isupper() else c.upper() for c in operation).lstrip("_")
    pattern = ResourcePattern(
        ResourceType[grant.resource.upper()],
        grant.name,
        ACLResourcePatternType["LITERAL" if grant.pattern == "literal" else "PREFIXED"],
    )
    return ACL(
        f"User:{role.user}", "*", ACLOperation[spelt.upper()], ACLPermissionType.ALLOW, pattern
    )


@pytest.fixture(scope="module")
def strict(require_broker: Callable[[str], None]) -> Iterator[ApacheKafka]:
    require_broker("apache")
    users = {role.user: PASSWORD for role in ROLES.values()}
    with ApacheKafka(
        security=Security(listeners=(CLEAR,), users=users, asks_for_rights=True)
    ) as started:
        with closing(KafkaAdminClient(bootstrap_servers=started.bootstrap_servers)) as admin:
            given = [
                acl(role, grant, operation)
                for role in ROLES.values()
                for grant in role.grants
                for operation in grant.operations
            ]
            assert admin.create_acls(given)["failed"] == []
        yield started


def environment(broker: ApacheKafka, role: str) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("TOCSIN_")}
    return own | {
        "TOCSIN_BROKER": broker.address("CLEAR"),
        "TOCSIN_SECURITY_PROTOCOL": "SASL_PLAINTEXT",
        "TOCSIN_SASL_MECHANISM": "PLAIN",
        "TOCSIN_SASL_USERNAME": ROLES[role].user,
        "TOCSIN_SASL_PASSWORD": PASSWORD,
        "TOCSIN_TOPIC_PREFIX": SETTINGS.topic_prefix,
        "TOCSIN_APPLICATION_ID": SETTINGS.application_id,
        "TOCSIN_PARTITIONS": str(SETTINGS.partitions),
        "TOCSIN_HTTP_PORT": "0",
        "TOCSIN_ANALYSIS_PROCESSES": "0",
        "TOCSIN_CONFIRM": "off",
    }


def connection(broker: ApacheKafka, role: str) -> Connection:
    return Connection(
        bootstrap_servers=(broker.address("CLEAR"),),
        security_protocol="SASL_PLAINTEXT",
        sasl_mechanism="PLAIN",
        sasl_username=ROLES[role].user,
        sasl_password=PASSWORD,
    )


def run(broker: ApacheKafka, role: str, *arguments: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "streams", *arguments],
        env=environment(broker, role),
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def done(broker: ApacheKafka, role: str, *arguments: str) -> str:
    code, out, err = run(broker, role, *arguments)
    assert code == EXIT_OK, err
    return out


@pytest.fixture(scope="module")
def worked(strict: ApacheKafka, tmp_path_factory: pytest.TempPathFactory) -> ApacheKafka:
    """Give the broker after operator, worker and ingest have done their part."""
    folder = tmp_path_factory.mktemp("least")
    done(strict, "operator", "topics", "apply")
    articles = folder / "articles.jsonl"
    articles.write_text(json.dumps(ARTICLE))
    log = folder / "worker.log"
    with log.open("wb") as out:
        worker = subprocess.Popen(
            [sys.executable, "-m", "streams", "worker"],
            env=environment(strict, "worker"),
            stdout=out,
            stderr=out,
        )
    try:
        done(strict, "ingest", "ingest", str(articles))
        with closing(KafkaProducer(bootstrap_servers=strict.bootstrap_servers)) as producer:
            producer.send(TopicNames.of(SETTINGS).articles, b"{", key=b"bad").get(10)
        wait_for_alerts(strict, worker, log)
        worker.terminate()
        assert worker.wait(timeout=30) == EXIT_OK, log.read_text()
    finally:
        worker.kill()
        worker.wait()
    assert "AuthorizationFailed" not in log.read_text()
    return strict


def wait_for_alerts(broker: ApacheKafka, worker: subprocess.Popen[bytes], log: Path) -> None:
    names = TopicNames.of(SETTINGS)
    wanted = (names.alerts["sentiment"], names.dead_letters)
    with closing(KafkaConsumer(bootstrap_servers=broker.bootstrap_servers)) as consumer:
        end = time.monotonic() + 60
        while time.monotonic() < end and worker.poll() is None:
            ends = consumer.end_offsets(partitions_of(consumer, wanted))
            if {tp.topic for tp, offset in ends.items() if offset} == set(wanted):
                return
            time.sleep(0.3)
    pytest.fail(log.read_text())


def test_the_subscriber_reads_what_the_worker_rang(worked: ApacheKafka) -> None:
    out = done(worked, "subscriber", "alerts", "--from-beginning", "--no-follow", "--json")
    assert {json.loads(line)["kind"] for line in out.splitlines()} == {"sentiment"}


def test_the_operator_sees_topics_as_planned_and_puts_dead_letters_back(
    worked: ApacheKafka,
) -> None:
    assert done(worked, "operator", "topics", "plan", "--check") == ""
    assert "invalid_json" in done(worked, "operator", "dead-letters", "list")
    done(worked, "operator", "dead-letters", "requeue", "--all", "--yes")


def test_the_scaler_measures_lag(worked: ApacheKafka) -> None:
    names = TopicNames.of(SETTINGS)
    role = connection(worked, "scaler")
    with closing(KafkaAdminClient(**role.kafka_python())) as admin:
        known = admin.list_group_offsets(SETTINGS.application_id)[SETTINGS.application_id]
        described = admin.describe_topics([names.articles, names.mentions])
    assert {tp.topic for tp in known} >= {names.articles}
    assert {topic["error_code"] for topic in described} == {0}


def test_a_replay_runs_is_compared_and_deleted_beside_the_live_topics(worked: ApacheKafka) -> None:
    done(worked, "replay", "replay", "--from", "beginning", "--id", "again")
    *_, counts = done(worked, "replay", "replay", "diff", "again", "--json").splitlines()
    assert json.loads(counts)["same"] == 1
    done(worked, "replay-publish", "replay", "publish", "again", "--yes")
    done(worked, "replay", "replay", "delete", "again", "--yes")


@pytest.mark.parametrize(
    ("role", "command"),
    [("worker", ["topics", "apply"]), ("subscriber", ["dead-letters", "list"])],
)
def test_what_is_not_of_a_role_is_refused(
    worked: ApacheKafka, role: str, command: list[str]
) -> None:
    code, out, err = run(worked, role, *command)
    assert (code, out) == (EXIT_MISCONFIGURED, ""), err
