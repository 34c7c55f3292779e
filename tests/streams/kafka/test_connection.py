"""How to reach a cluster: the checks, the secrets, and what each library is given."""

import copy
import logging
import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest
from faust.transport.drivers.aiokafka import credentials_to_aiokafka_auth
from kafka import KafkaAdminClient
from kafka.errors import KafkaTimeoutError

from processors.errors import MisconfigurationError
from streams.kafka.connection import Connection
from streams.worker.faust_app import faust_broker_urls, faust_credentials

SECRET, KEY_SECRET = "hunter2-broker", "hunter2-key"
SASL = {"sasl_mechanism": "SCRAM-SHA-512", "sasl_username": "ringer", "sasl_password": SECRET}


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A certificate that signs itself, its key, and its key under a password."""
    folder = tmp_path_factory.mktemp("pem")
    paths = {name: folder / f"{name}.pem" for name in ("certificate", "key", "locked_key")}
    new = ["-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(paths["key"]), "-days", "1"]
    openssl("req", *new, "-subj", "/CN=tocsin", "-out", str(paths["certificate"]))
    lock = ["-aes256", "-passout", f"pass:{KEY_SECRET}", "-out", str(paths["locked_key"])]
    openssl("pkey", "-in", str(paths["key"]), *lock)
    return paths


def openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def connection(**settings: Any) -> Connection:
    return Connection(**({"bootstrap_servers": ("127.0.0.1:9092",)} | settings))


@pytest.mark.parametrize(
    ("server", "address"),
    [
        ("127.0.0.1:9092", ("127.0.0.1", 9092)),
        ("kafka-0.kafka.svc:65535", ("kafka-0.kafka.svc", 65535)),
        ("[::1]:1", ("::1", 1)),
    ],
)
def test_a_bootstrap_server_is_read_as_host_and_port(server: str, address: tuple[str, int]) -> None:
    assert connection(bootstrap_servers=(server,)).addresses == (address,)


@pytest.mark.parametrize(
    "server",
    [
        "",
        "kafka",
        "kafka:",
        ":9092",
        "kafka:0",
        "kafka:65536",
        "kafka:9o92",
        "kafka:-1",
        "kafka:٩٠٩٢",
        "kafka://kafka:9092",
        "user@kafka:9092",
        "a b:9092",
        "::1:9092",
        "[]:9092",
    ],
)
def test_what_is_no_host_and_port_is_refused(server: str) -> None:
    with pytest.raises(MisconfigurationError, match="host:port"):
        connection(bootstrap_servers=("good:9092", server))


def test_a_list_of_addresses_may_have_spaces() -> None:
    servers = Connection.plaintext("a:1, b:2").bootstrap_servers
    assert servers == ("a:1", "b:2")


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"bootstrap_servers": ()}, "no bootstrap server"),
        ({"security_protocol": "TLS"}, "'TLS' is not one of PLAINTEXT, SSL"),
        ({"security_protocol": "SASL_SSL", **SASL, "sasl_mechanism": None}, "needs a SASL mech"),
        ({"security_protocol": "SASL_SSL", **SASL, "sasl_username": None}, "needs a SASL user"),
        ({"security_protocol": "SASL_SSL", **SASL, "sasl_password": ""}, "needs a SASL password"),
        ({"security_protocol": "SASL_SSL", **SASL, "sasl_mechanism": "GSSAPI"}, "not supported"),
        ({"sasl_username": "ringer"}, "a SASL user name is given, but PLAINTEXT"),
        ({"security_protocol": "SSL", "sasl_password": SECRET}, "a SASL password is given"),
        ({"ssl_ca_file": Path(__file__)}, "a CA file is given, but PLAINTEXT does not use TLS"),
        ({"ssl_check_hostname": False}, "host name check is given, but PLAINTEXT"),
        (
            {"security_protocol": "SASL_PLAINTEXT", **SASL, "ssl_ca_file": Path(__file__)},
            "a CA file is given, but SASL_PLAINTEXT does not use TLS",
        ),
        ({"security_protocol": "SSL", "ssl_ca_file": Path("/none.pem")}, "/none.pem does not"),
        (
            {"security_protocol": "SSL", "ssl_certificate_file": Path(__file__)},
            "without a client key",
        ),
        ({"security_protocol": "SSL", "ssl_key_file": Path(__file__)}, "without a client certific"),
        ({"security_protocol": "SSL", "ssl_key_password": KEY_SECRET}, "a key password is given"),
    ],
)
def test_values_that_do_not_go_together_are_refused(settings: dict[str, Any], problem: str) -> None:
    with pytest.raises(MisconfigurationError, match=problem):
        connection(**settings)


def test_every_problem_is_listed_at_once_and_no_secret() -> None:
    with pytest.raises(MisconfigurationError) as caught:
        connection(
            bootstrap_servers=("kafka",),
            sasl_password=SECRET,
            ssl_ca_file=Path("/none.pem"),
            ssl_key_password=KEY_SECRET,
        )
    message = str(caught.value)
    assert message.count("\n  - ") == 5
    assert SECRET not in message
    assert KEY_SECRET not in message


def test_no_repr_shows_a_secret(pem: dict[str, Path]) -> None:
    secured = connection(
        security_protocol="SASL_SSL",
        **SASL,
        ssl_ca_file=pem["certificate"],
        ssl_certificate_file=pem["certificate"],
        ssl_key_file=pem["locked_key"],
        ssl_key_password=KEY_SECRET,
    )
    shown = [secured, secured.kafka_python(), secured.aiokafka(), faust_credentials(secured)]
    for value in shown:
        assert SECRET not in repr(value)
        assert KEY_SECRET not in repr(value)


def test_the_password_stays_hidden_in_the_clients_own_log_but_is_whole_for_the_broker(
    caplog: pytest.LogCaptureFixture,
) -> None:
    arguments = connection(
        bootstrap_servers=("127.0.0.1:1",), security_protocol="SASL_PLAINTEXT", **SASL
    ).kafka_python()
    with caplog.at_level(logging.DEBUG), pytest.raises(KafkaTimeoutError):
        KafkaAdminClient(**arguments, bootstrap_timeout_ms=50)
    assert "Starting KafkaAdminClient with configuration" in caplog.text
    assert SECRET not in caplog.text
    assert arguments["sasl_plain_password"].encode() == SECRET.encode()
    assert copy.deepcopy(arguments["sasl_plain_password"]) == SECRET


def test_plain_text_gives_the_libraries_an_address_and_nothing_else() -> None:
    plain = Connection.plaintext("a:1,b:2")
    expected = {"bootstrap_servers": ["a:1", "b:2"], "security_protocol": "PLAINTEXT"}
    assert plain.kafka_python() == expected | {"metadata_max_age_ms": 10_000}
    assert plain.aiokafka() == expected
    assert plain.ssl_context() is None
    assert faust_credentials(plain) is None
    assert faust_broker_urls(plain) == ["kafka://a:1", "kafka://b:2"]


@pytest.mark.parametrize("protocol", ["SSL", "SASL_SSL", "SASL_PLAINTEXT"])
def test_faust_is_given_the_protocol_that_was_asked_for(protocol: str) -> None:
    secured = connection(security_protocol=protocol, **(SASL if "SASL" in protocol else {}))
    given = credentials_to_aiokafka_auth(faust_credentials(secured))
    assert given["security_protocol"] == protocol
    assert isinstance(given["ssl_context"], ssl.SSLContext) == ("SSL" in protocol.split("_"))
    if "SASL" in protocol:
        user = (given["sasl_mechanism"], given["sasl_plain_username"], given["sasl_plain_password"])
        assert user == ("SCRAM-SHA-512", "ringer", SECRET)


@pytest.mark.parametrize("check", [True, False])
def test_the_context_verifies_the_broker_whether_or_not_it_checks_the_name(
    pem: dict[str, Path], *, check: bool
) -> None:
    context = connection(
        security_protocol="SSL", ssl_ca_file=pem["certificate"], ssl_check_hostname=check
    ).ssl_context()
    assert context is not None
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname is check
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert len(context.get_ca_certs()) == 1


def test_a_locked_key_is_opened_with_its_password_and_never_asked_for(
    pem: dict[str, Path],
) -> None:
    def context(password: str | None) -> ssl.SSLContext | None:
        return connection(
            security_protocol="SSL",
            ssl_certificate_file=pem["certificate"],
            ssl_key_file=pem["locked_key"],
            ssl_key_password=password,
        ).ssl_context()

    assert context(KEY_SECRET) is not None
    for wrong in ("another", None):
        with pytest.raises(MisconfigurationError, match="the key's password") as caught:
            context(wrong)
        assert KEY_SECRET not in str(caught.value)


def test_a_file_that_is_no_certificate_is_named() -> None:
    with pytest.raises(MisconfigurationError, match=r"CA file .*test_connection\.py"):
        connection(security_protocol="SSL", ssl_ca_file=Path(__file__)).ssl_context()
