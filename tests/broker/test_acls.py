"""Every role can do its work on Apache Kafka with the rights that are listed for it, and no more.

And what a worker says while it logs in, works and crashes has no password in it. One broker, which
asks for rights, serves the whole module. Each command is a process of its own, under its role's
user.
"""

import json
import os
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
)

from streams.errors import EXIT_BUG, EXIT_MISCONFIGURED, EXIT_OK
from streams.kafka.acls import Grant, Role, roles
from streams.kafka.connection import Connection
from streams.kafka.subscriber import partitions_of
from streams.kafka.topics import TopicNames
from streams.service.settings import Settings
from tests.waiting import wait_until
from tools.brokers.apache import ApacheKafka
from tools.brokers.apache_configuration import Listener, Security

SETTINGS = Settings(topic_prefix="least.", application_id="bell", partitions=2)
ROLES = {role.name: role for role in roles(SETTINGS)}
PASSWORD = "wachet-auf-140"  # noqa: S105 - of a broker that lives for a minute
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


@dataclass(frozen=True, slots=True)
class Worked:
    """A broker after operator, worker and ingest have done their part, and what the worker said."""

    broker: ApacheKafka
    log: str
    pages: Mapping[str, str]
    address: str
    listening: Sequence[int]


@pytest.fixture(scope="module")
def worked(strict: ApacheKafka, tmp_path_factory: pytest.TempPathFactory) -> Worked:
    folder = tmp_path_factory.mktemp("least")
    done(strict, "operator", "topics", "apply")
    articles, log = folder / "articles.jsonl", folder / "worker.log"
    articles.write_text(json.dumps(ARTICLE))
    with started(strict, log, TOCSIN_LOG_LEVEL="DEBUG") as worker:
        done(strict, "ingest", "ingest", str(articles))
        with closing(KafkaProducer(bootstrap_servers=strict.bootstrap_servers)) as producer:
            producer.send(TopicNames.of(SETTINGS).articles, b"{", key=b"bad").get(10)
        wait_for_alerts(strict, worker, log)
        entries = [json.loads(one) for one in log.read_text().splitlines() if one.startswith("{")]
        (address,) = [one["metrics"] for one in entries if one["event"] == "worker.started"]
        pages = {
            page: urllib.request.urlopen(address.replace("/metrics", page), timeout=5)
            .read()
            .decode()
            for page in ("/metrics", "/livez", "/readyz", "/")
        }
        listening = ports_of(worker.pid)
        worker.terminate()
        assert worker.wait(timeout=30) == EXIT_OK, log.read_text()
    return Worked(strict, log.read_text(), pages, address, listening)


def ports_of(pid: int) -> list[int]:
    """List the TCP ports that a process listens on."""
    sockets = {
        path.readlink().name.removeprefix("socket:[").removesuffix("]")
        for path in Path(f"/proc/{pid}/fd").iterdir()
        if path.is_symlink()
    }
    listening = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            (
                _,
                local,
                _,
                state,
                *_,
            ) = line.split()
            if state == "0A" and line.split()[9] in sockets:
                listening.append(int(local.rpartition(":")[2], 16))
    return listening


@contextmanager
def started(broker: ApacheKafka, log: Path, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start a worker, its output in a file."""
    with log.open("wb") as out:
        worker = subprocess.Popen(
            [sys.executable, "-m", "streams", "worker"],
            env=environment(broker, "worker") | more,
            stdout=out,
            stderr=out,
        )
    try:
        yield worker
    finally:
        worker.kill()
        worker.wait()


def wait_for_alerts(broker: ApacheKafka, worker: subprocess.Popen[bytes], log: Path) -> None:
    names = TopicNames.of(SETTINGS)
    wanted = (names.alerts["sentiment"], names.dead_letters)
    with closing(KafkaConsumer(bootstrap_servers=broker.bootstrap_servers)) as consumer:

        def have_records() -> bool:
            ends = consumer.end_offsets(partitions_of(consumer, wanted))
            return {tp.topic for tp, offset in ends.items() if offset} == set(wanted)

        wait_until(have_records, "the outputs", details=log.read_text, running=worker)


def test_the_subscriber_reads_what_the_worker_rang(worked: Worked) -> None:
    out = done(
        worked.broker, "subscriber", "alerts", "--since", "beginning", "--no-follow", "--json"
    )
    assert {json.loads(line)["kind"] for line in out.splitlines()} == {"sentiment"}


def test_the_operator_sees_topics_as_planned_and_puts_dead_letters_back(
    worked: Worked,
) -> None:
    assert done(worked.broker, "operator", "topics", "plan", "--check") == ""
    assert "invalid_json" in done(worked.broker, "operator", "dead-letters", "list")
    done(worked.broker, "operator", "dead-letters", "requeue", "--all", "--yes")


def test_the_scaler_measures_lag(worked: Worked) -> None:
    names = TopicNames.of(SETTINGS)
    role = connection(worked.broker, "scaler")
    with closing(KafkaAdminClient(**role.kafka_python())) as admin:
        known = admin.list_group_offsets(SETTINGS.application_id)[SETTINGS.application_id]
        described = admin.describe_topics([names.articles, names.mentions])
    assert {tp.topic for tp in known} >= {names.articles}
    assert {topic["error_code"] for topic in described} == {0}


def test_a_replay_runs_is_compared_and_deleted_beside_the_live_topics(worked: Worked) -> None:
    done(worked.broker, "replay", "replay", "--since", "beginning", "--id", "again")
    *_, counts = done(worked.broker, "replay", "replay", "diff", "again", "--json").splitlines()
    assert json.loads(counts)["same"] == 1
    done(worked.broker, "replay-publish", "replay", "publish", "again", "--yes")
    done(worked.broker, "replay", "replay", "delete", "again", "--yes")


@pytest.mark.parametrize(
    ("role", "command"),
    [("worker", ["topics", "apply"]), ("subscriber", ["dead-letters", "list"])],
)
def test_what_is_not_of_a_role_is_refused(worked: Worked, role: str, command: list[str]) -> None:
    code, out, err = run(worked.broker, role, *command)
    assert (code, out) == (EXIT_MISCONFIGURED, ""), err


def test_a_worker_listens_on_its_own_port_alone(worked: Worked) -> None:
    # Faust's own pages, which show data, would be another.
    port = urllib.parse.urlsplit(worked.address).port
    assert worked.listening == [port]


def test_no_secret_is_in_logs_at_any_level_nor_on_any_page(worked: Worked) -> None:
    assert "AuthorizationFailed" not in worked.log
    assert '"level": "debug"' in worked.log
    assert "tocsin_articles_analysed_total" in worked.pages["/metrics"]
    leaks = [
        line for said in (worked.log, *worked.pages.values()) for line in said.splitlines()
        if PASSWORD in line
    ]  # fmt: skip
    assert leaks == []


def takes_away(broker: ApacheKafka, resource: str, name: str, operation: str) -> ACLFilter:
    """Take one right from the worker, and give the filter of what was taken."""
    pattern = ResourcePatternFilter(
        ResourceType[resource.upper()], name, ACLResourcePatternType.LITERAL
    )
    taken = ACLFilter(
        f"User:{ROLES['worker'].user}",
        "*",
        ACLOperation[operation.upper()],
        ACLPermissionType.ALLOW,
        pattern,
    )
    with closing(KafkaAdminClient(bootstrap_servers=broker.bootstrap_servers)) as admin:
        (deleted,) = admin.delete_acls([taken])
        assert deleted[1], f"{operation} on {name} was not there"
    return taken


def gives_back(broker: ApacheKafka, resource: str, name: str, operation: str) -> None:
    grant = Grant("topic" if resource == "topic" else "group", name, ())
    given = acl(ROLES["worker"], grant, operation)
    with closing(KafkaAdminClient(bootstrap_servers=broker.bootstrap_servers)) as admin:
        assert admin.create_acls([given])["failed"] == []


@pytest.mark.parametrize(
    ("resource", "name", "operation"),
    [
        ("topic", "least.news.articles", "Read"),
        ("topic", "least.news.alerts.sentiment", "Write"),
        ("group", "bell", "Read"),
    ],
)
def test_a_right_that_is_taken_away_ends_the_worker_and_is_named_at_a_restart_too(
    worked: Worked, tmp_path: Path, resource: str, name: str, operation: str
) -> None:
    broker, log = worked.broker, tmp_path / "worker.log"
    missing = f"{operation} on {resource} {name}"
    with started(broker, log) as worker:
        wait_until(
            lambda: '"worker.assigned"' in log.read_text(),
            "the assignment",
            details=log.read_text,
            running=worker,
        )
        takes_away(broker, resource, name, operation)
        try:
            assert worker.wait(timeout=60) == EXIT_MISCONFIGURED, log.read_text()
            assert missing in log.read_text().rpartition("tocsin: ")[2]
            code, _, err = run(broker, "worker", "worker")
            assert code == EXIT_MISCONFIGURED, err
            assert missing in err.rpartition("tocsin: ")[2]
            assert "`tocsin topics acls --role worker`" in err
        finally:
            gives_back(broker, resource, name, operation)


def test_no_secret_is_in_the_traceback_of_a_crash(worked: Worked, tmp_path: Path) -> None:
    names = TopicNames.of(SETTINGS)
    with closing(KafkaProducer(bootstrap_servers=worked.broker.bootstrap_servers)) as producer:
        for partition in range(SETTINGS.partitions):
            # A state of no version that we know, for the leader that the article is about.
            bad = {"key": b"Q3052772", "value": b"\xc1", "partition": partition}
            producer.send(names.watch_changelog, **bad).get(10)
        again = json.dumps(ARTICLE | {"id": "urn:example:again"}).encode()
        producer.send(names.articles, again).get(10)
    log = tmp_path / "worker.log"
    with started(worked.broker, log, TOCSIN_LOG_LEVEL="DEBUG") as worker:
        assert worker.wait(timeout=60) == EXIT_BUG
    said = log.read_text()
    assert "Traceback (most recent call last)" in said
    assert [line for line in said.splitlines() if PASSWORD in line] == []
