"""Both client libraries reach a secured Apache Kafka through one `Connection`.

One broker with four listeners serves the whole module. Certificates are made by the openssl program
in a temporary folder and live for a day.
"""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import faust
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaConnectionError
from faust.transport.drivers.aiokafka import credentials_to_aiokafka_auth
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic

from processors.errors import MisconfigurationError
from streams.errors import BrokerUnavailableError
from streams.kafka.connection import Connection
from streams.kafka.reachability import wait_until_reachable
from streams.worker.faust_app import faust_broker_urls, faust_credentials
from tests.waiting import wait_until
from tools.brokers.apache import ApacheKafka
from tools.brokers.apache_configuration import Listener, Security

USER, PASSWORD, WRONG = "bell-ringer", "wachet-auf-140", "not-the-password"
LISTENERS = (
    Listener(
        name="USERS",
        security_protocol="SASL_SSL",
        sasl_mechanisms=("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"),
    ),
    Listener(name="CLEAR", security_protocol="SASL_PLAINTEXT", sasl_mechanisms=("SCRAM-SHA-256",)),
    Listener(name="CERTIFIED", security_protocol="SSL", requires_client_certificate=True),
)


@dataclass(frozen=True, slots=True)
class Certificates:
    """PEM files: an authority, the broker's key with chain, a client's, and another authority."""

    authority: Path
    broker: Path
    client: Path
    client_key: Path
    stranger: Path


def openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)


def make_certificates(folder: Path) -> Certificates:
    for authority in ("authority", "stranger"):
        key = ["-newkey", "rsa:2048", "-nodes", "-keyout", f"{authority}.key"]
        subject = ["-subj", f"/CN=Tocsin test {authority}", "-days", "1"]
        openssl(folder, "req", "-x509", *key, *subject, "-out", f"{authority}.pem")
    # The broker is named by its address only: "localhost" must fail the name check.
    names = {"broker": "subjectAltName=IP:127.0.0.1", "client": "subjectAltName=DNS:worker"}
    for name, extension in names.items():
        key = ["-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key"]
        openssl(folder, "req", *key, "-subj", f"/CN={name}", "-out", f"{name}.csr")
        (folder / "extension").write_text(extension)
        signer = ["-CA", "authority.pem", "-CAkey", "authority.key", "-CAcreateserial"]
        more = ["-days", "1", "-extfile", "extension", "-out", f"{name}.pem"]
        openssl(folder, "x509", "-req", "-in", f"{name}.csr", *signer, *more)
    both = (folder / "broker.key").read_text() + (folder / "broker.pem").read_text()
    (folder / "keystore.pem").write_text(both)
    return Certificates(
        authority=folder / "authority.pem",
        broker=folder / "keystore.pem",
        client=folder / "client.pem",
        client_key=folder / "client.key",
        stranger=folder / "stranger.pem",
    )


@pytest.fixture(scope="module")
def certificates(
    require_broker: Callable[[str], None], tmp_path_factory: pytest.TempPathFactory
) -> Certificates:
    require_broker("apache")
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def secured(certificates: Certificates) -> Iterator[ApacheKafka]:
    security = Security(
        listeners=LISTENERS,
        users={USER: PASSWORD},
        keystore_file=certificates.broker,
        truststore_file=certificates.authority,
    )
    with ApacheKafka(security=security) as started:
        yield started


def with_user(
    broker: ApacheKafka,
    certificates: Certificates,
    mechanism: str,
    *,
    tls: bool = True,
    password: str = PASSWORD,
) -> Connection:
    return Connection(
        bootstrap_servers=(broker.address("USERS" if tls else "CLEAR"),),
        security_protocol="SASL_SSL" if tls else "SASL_PLAINTEXT",
        sasl_mechanism=mechanism,
        sasl_username=USER,
        sasl_password=password,
        ssl_ca_file=certificates.authority if tls else None,
    )


def with_certificate(broker: ApacheKafka, certificates: Certificates) -> Connection:
    return Connection(
        bootstrap_servers=(broker.address("CERTIFIED"),),
        security_protocol="SSL",
        ssl_ca_file=certificates.authority,
        ssl_certificate_file=certificates.client,
        ssl_key_file=certificates.client_key,
    )


WAYS: dict[str, Callable[[ApacheKafka, Certificates], Connection]] = {
    "SASL_SSL PLAIN": lambda b, c: with_user(b, c, "PLAIN"),
    "SASL_SSL SCRAM-SHA-256": lambda b, c: with_user(b, c, "SCRAM-SHA-256"),
    "SASL_SSL SCRAM-SHA-512": lambda b, c: with_user(b, c, "SCRAM-SHA-512"),
    "SASL_PLAINTEXT SCRAM-SHA-256": lambda b, c: with_user(b, c, "SCRAM-SHA-256", tls=False),
    "SSL with client certificate": with_certificate,
}


@pytest.fixture(params=list(WAYS))
def connection(
    request: pytest.FixtureRequest, secured: ApacheKafka, certificates: Certificates
) -> Connection:
    return WAYS[request.param](secured, certificates)


def through_kafka_python(connection: Connection, topic: str) -> list[bytes]:
    # Tocsin's clients create no topic by asking for it.
    with closing(KafkaAdminClient(**connection.kafka_python())) as admin:
        admin.create_topics([NewTopic(topic, 1, 1)])
        admin.wait_for_topics([topic])
    with closing(KafkaProducer(**connection.kafka_python())) as producer:
        producer.send(topic, b"by kafka-python").get(10)
    with closing(KafkaConsumer(**connection.kafka_python())) as consumer:
        consumer.assign([TopicPartition(topic, 0)])
        consumer.seek_to_beginning(TopicPartition(topic, 0))
        batches = consumer.poll(timeout_ms=10_000)
        return [record.value for batch in batches.values() for record in batch]


async def through_aiokafka(topic: str, arguments: dict[str, Any]) -> bytes:
    async with AIOKafkaProducer(**arguments) as producer:
        await producer.send_and_wait(topic, b"by aiokafka")
    async with AIOKafkaConsumer(topic, **arguments, auto_offset_reset="earliest") as consumer:
        return (await consumer.getone()).value


def test_kafka_python_writes_and_reads(connection: Connection, topic_prefix: str) -> None:
    wait_until_reachable(connection, give_up_after_seconds=5)
    assert through_kafka_python(connection, f"{topic_prefix}kp") == [b"by kafka-python"]


def test_aiokafka_writes_and_reads(connection: Connection, topic_prefix: str) -> None:
    came = asyncio.run(
        asyncio.wait_for(through_aiokafka(f"{topic_prefix}aio", connection.aiokafka()), 15)
    )
    assert came == b"by aiokafka"


def test_faust_gives_its_consumer_and_producer_the_same_security(
    connection: Connection, topic_prefix: str
) -> None:
    app = faust.App(
        f"{topic_prefix}app",
        broker=faust_broker_urls(connection),
        broker_credentials=faust_credentials(connection),
        autodiscover=False,
    )
    for_consumer = credentials_to_aiokafka_auth(app.conf.broker_credentials, app.conf.ssl_context)
    for_producer = app.transport.create_producer()._settings_auth()  # noqa: SLF001 - what Faust gives aiokafka
    assert for_consumer == for_producer
    assert for_consumer["security_protocol"] == connection.security_protocol
    arguments = {"bootstrap_servers": list(connection.bootstrap_servers), **for_consumer}
    came = asyncio.run(asyncio.wait_for(through_aiokafka(f"{topic_prefix}faust", arguments), 15))
    assert came == b"by aiokafka"


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
def test_a_wrong_password_is_said_at_once_and_not_shown(
    secured: ApacheKafka, certificates: Certificates, mechanism: str
) -> None:
    connection = with_user(secured, certificates, mechanism, password=WRONG)
    with pytest.raises(MisconfigurationError, match="check user name and password") as caught:
        wait_until_reachable(connection, sleep=fail_instead_of_waiting)
    assert USER in str(caught.value)
    assert WRONG not in str(caught.value)


# aiokafka 0.14 leaves the refused connection open; when it is collected is chance.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_aiokafka_refuses_a_wrong_password_too(
    secured: ApacheKafka, certificates: Certificates
) -> None:
    connection = with_user(secured, certificates, "SCRAM-SHA-512", password=WRONG)

    async def start() -> None:
        producer = AIOKafkaProducer(**connection.aiokafka())
        try:
            await producer.start()
        finally:
            await producer.stop()

    with pytest.raises(KafkaConnectionError):
        asyncio.run(asyncio.wait_for(start(), 15))


def test_a_mechanism_that_is_not_offered_is_named_with_those_that_are(
    secured: ApacheKafka, certificates: Certificates
) -> None:
    connection = with_user(secured, certificates, "PLAIN", tls=False)
    with pytest.raises(MisconfigurationError, match=r"PLAIN; it offers SCRAM-SHA-256"):
        wait_until_reachable(connection, sleep=fail_instead_of_waiting)


def test_a_certificate_of_another_authority_is_refused(
    secured: ApacheKafka, certificates: Certificates
) -> None:
    connection = replace(
        with_user(secured, certificates, "PLAIN"), ssl_ca_file=certificates.stranger
    )
    with pytest.raises(MisconfigurationError, match=r"certificate of .* is not accepted"):
        wait_until_reachable(connection, sleep=fail_instead_of_waiting)


def test_the_name_in_the_certificate_is_checked_unless_switched_off(
    secured: ApacheKafka, certificates: Certificates
) -> None:
    by_name = secured.address("USERS").replace("127.0.0.1", "localhost")
    connection = replace(with_user(secured, certificates, "PLAIN"), bootstrap_servers=(by_name,))
    with pytest.raises(MisconfigurationError, match="host name"):
        wait_until_reachable(connection, sleep=fail_instead_of_waiting)
    wait_until_reachable(replace(connection, ssl_check_hostname=False), give_up_after_seconds=5)


def test_a_client_without_a_certificate_is_told_so(
    secured: ApacheKafka, certificates: Certificates
) -> None:
    connection = replace(
        with_certificate(secured, certificates), ssl_certificate_file=None, ssl_key_file=None
    )
    with pytest.raises(MisconfigurationError, match="client certificate"):
        wait_until_reachable(connection, sleep=fail_instead_of_waiting)


def test_plain_text_to_a_tls_listener_is_told_to_use_tls(secured: ApacheKafka) -> None:
    connection = Connection.plaintext(secured.address("CERTIFIED"))
    with pytest.raises(MisconfigurationError, match="speaks TLS"):
        wait_until_reachable(connection, sleep=fail_instead_of_waiting)


def test_tls_to_a_listener_in_plain_text_waits_with_a_reason(
    secured: ApacheKafka, certificates: Certificates
) -> None:
    address = secured.bootstrap_servers
    connection = replace(with_certificate(secured, certificates), bootstrap_servers=(address,))
    reasons: list[str] = []
    with pytest.raises(BrokerUnavailableError, match=address):
        wait_until_reachable(connection, give_up_after_seconds=0.2, on_waiting=reasons.append)
    assert reasons


def fail_instead_of_waiting(_seconds: float) -> None:
    pytest.fail("waited for what will not change")


SECURED_WORKERS: dict[str, dict[str, str]] = {
    "password from a file": {
        "TOCSIN_SECURITY_PROTOCOL": "SASL_SSL",
        "TOCSIN_SASL_MECHANISM": "SCRAM-SHA-512",
        "TOCSIN_SASL_USERNAME": USER,
    },
    "client certificate": {"TOCSIN_SECURITY_PROTOCOL": "SSL"},
}


@pytest.mark.parametrize("way", SECURED_WORKERS)
def test_a_whole_worker_runs_over_a_secured_connection(
    way: str,
    secured: ApacheKafka,
    certificates: Certificates,
    topic_prefix: str,
    tmp_path: Path,
) -> None:
    secret = tmp_path / "password"
    secret.write_text(PASSWORD + "\n")
    if "password" in way:
        connection = with_user(secured, certificates, "SCRAM-SHA-512")
        more = {"TOCSIN_SASL_PASSWORD_FILE": str(secret)}
    else:
        connection = with_certificate(secured, certificates)
        more = {
            "TOCSIN_SSL_CERTIFICATE_FILE": str(certificates.client),
            "TOCSIN_SSL_KEY_FILE": str(certificates.client_key),
        }
    variables = {k: v for k, v in os.environ.items() if not k.startswith("TOCSIN_")}
    variables |= {
        "TOCSIN_BROKER": connection.bootstrap_servers[0],
        "TOCSIN_SSL_CA_FILE": str(certificates.authority),
        "TOCSIN_TOPIC_PREFIX": topic_prefix,
        "TOCSIN_APPLICATION_ID": f"{topic_prefix}app",
        "TOCSIN_CREATE_TOPICS": "true",
        "TOCSIN_HTTP_PORT": "0",
        # A second one would load its data for each worker that a test starts.
        "TOCSIN_ANALYSIS_PROCESSES": "1",
        **SECURED_WORKERS[way],
        **more,
    }
    log = tmp_path / "worker.log"
    with log.open("wb") as out:
        worker = subprocess.Popen(
            [sys.executable, "-m", "streams", "worker"], env=variables, stdout=out, stderr=out
        )
    try:
        wait_until(
            lambda: "worker.started" in log.read_text(),
            "the worker's start",
            details=log.read_text,
            running=worker,
        )
        with closing(KafkaProducer(**connection.kafka_python())) as producer:
            article = b'{"id": "a", "title": "Xi Jinping praised", "text": "A fine day."}'
            producer.send(f"{topic_prefix}news.articles", article).get(timeout=30)
        with closing(
            KafkaConsumer(
                f"{topic_prefix}news.analyses",
                **connection.kafka_python(),
                auto_offset_reset="earliest",
                consumer_timeout_ms=30_000,
            )
        ) as consumer:
            assert b'"Q15031"' in next(iter(consumer)).value
    finally:
        worker.terminate()
        code = worker.wait(30)
    assert code == 0, log.read_text()
    assert PASSWORD not in log.read_text()
