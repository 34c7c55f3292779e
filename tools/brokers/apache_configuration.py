"""The configuration of a single Apache Kafka node in KRaft mode, for tests and benchmarks.

Owns the names and values of `server.properties`, those of the release that
`tools.brokers.kafka_jars` pins.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from streams.demo.broker_startup import LOOPBACK

LOGGING = """status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{ISO8601} %p %c{1}: %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
"""

# The internal topics have 50 partitions by default; 4 are made in a twelfth of the time.
_SINGLE_NODE = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "LOCAL",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    # Faust asks for its own session timeouts; tests ask for short ones.
    "group.min.session.timeout.ms": "1000",
    # After a SIGKILL the controller holds the dead broker's place until its session is over: 9 s by
    # default, which every test with a kill would wait for.
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    "connection.failed.authentication.delay.ms": "20",
}

_AUTHORIZER = {
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "super.users": "User:ANONYMOUS",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A further way into the broker, beside the one in plain text.

    Attributes:
        name: Capital letters; names the listener in `ApacheKafka.address`.
        security_protocol: SSL, SASL_SSL or SASL_PLAINTEXT.
        sasl_mechanisms: What clients may use; empty without SASL.
        requires_client_certificate: Whether TLS clients must show a certificate.
    """

    name: str
    security_protocol: str
    sasl_mechanisms: tuple[str, ...] = ()
    requires_client_certificate: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """What the further listeners check clients with, and show them.

    Attributes:
        listeners: The listeners.
        users: Passwords by user name, for every SASL mechanism. They stand in files of the data
            folder in plain text: for tests only.
        keystore_file: PEM: the broker's key (PKCS 8, no password) and certificate chain.
        truststore_file: PEM: the authorities of client certificates.
        asks_for_rights: Whether users need ACLs. Users in plain text may do everything.
    """

    listeners: tuple[Listener, ...] = ()
    users: Mapping[str, str]
    keystore_file: Path | None = None
    truststore_file: Path | None = None
    asks_for_rights: bool = False


def server_properties(data: Path, ports: Mapping[str, int], security: Security) -> dict[str, str]:
    """The broker's whole configuration, for one node that is broker and controller.

    Args:
        data: Where the records go.
        ports: By listener; LOCAL (plain text) and CONTROLLER are always there.
        security: The further listeners.
    """
    urls = {name: f"{name}://{LOOPBACK}:{port}" for name, port in ports.items()}
    protocols = {"LOCAL": "PLAINTEXT", "CONTROLLER": "PLAINTEXT"}
    protocols |= {x.name: x.security_protocol for x in security.listeners}
    properties = _SINGLE_NODE | {
        "log.dirs": str(data),
        "controller.quorum.voters": f"1@{LOOPBACK}:{ports['CONTROLLER']}",
        "listeners": ",".join(urls.values()),
        "advertised.listeners": ",".join(u for name, u in urls.items() if name != "CONTROLLER"),
        "listener.security.protocol.map": ",".join(f"{k}:{v}" for k, v in protocols.items()),
    }
    if security.asks_for_rights:
        properties |= _AUTHORIZER
    for listener in security.listeners:
        properties |= _listener_properties(listener, security)
    return properties


def _listener_properties(listener: Listener, security: Security) -> dict[str, str]:
    of_listener: dict[str, str] = {}
    if listener.security_protocol in {"SSL", "SASL_SSL"}:
        of_listener["ssl.client.auth"] = (
            "required" if listener.requires_client_certificate else "none"
        )
        stores = {"keystore": security.keystore_file, "truststore": security.truststore_file}
        for store, path in stores.items():
            if path is not None:
                of_listener[f"ssl.{store}.type"] = "PEM"
                of_listener[f"ssl.{store}.location"] = str(path)
    if listener.sasl_mechanisms:
        of_listener["sasl.enabled.mechanisms"] = ",".join(listener.sasl_mechanisms)
    for mechanism in listener.sasl_mechanisms:
        module = "scram.Scram" if mechanism.startswith("SCRAM-") else "plain.Plain"
        login = f"org.apache.kafka.common.security.{module}LoginModule required"
        if mechanism == "PLAIN":
            login += "".join(f' user_{u}="{p}"' for u, p in security.users.items())
        of_listener[f"{mechanism.lower()}.sasl.jaas.config"] = f"{login};"
    prefix = f"listener.name.{listener.name.lower()}."
    return {prefix + key: value for key, value in of_listener.items()}
