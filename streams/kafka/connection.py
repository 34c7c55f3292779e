"""How to reach a Kafka cluster: one value from which both client libraries are configured.

It holds the address, TLS and SASL, and checks that they fit together. The values come from the
caller (settings, secret files).

The arguments of every client come from here, so every client is guarded (`streams.kafka.fetching`):
no record that a producer can write ends a consumer of this process.

The SSL context for kafka-python, aiokafka and Faust is made only here. By default the three differ
in what they verify, and Faust silently uses an unencrypted connection for SASL credentials without
a context.
"""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from processors.errors import MisconfigurationError
from streams.kafka.topic_creation import forbid_in_kafka_python

SECURITY_PROTOCOLS = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
SASL_MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")

NO_BROKER = (
    "No broker is set. Set TOCSIN_BROKER=host:port or give --broker. (`tocsin demo` and "
    "`tocsin worker` start an embedded broker; while one runs, use the address it shows.)"
)
METADATA_MAX_AGE_MS = 10_000
_MAX_PORT = 65535


class _Hidden(str):
    """A password for a client. kafka-python logs its whole configuration at DEBUG."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'(hidden)'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """How to reach a cluster. It is checked as a whole when it is made.

    Attributes:
        bootstrap_servers: One or more `host:port`. An IPv6 address is in brackets.
        security_protocol: One of `SECURITY_PROTOCOLS`.
        sasl_mechanism: One of `SASL_MECHANISMS`, or None without SASL.
        sasl_username: User name for SASL.
        sasl_password: Password for SASL. It appears in no repr and in no error.
        ssl_ca_file: PEM file of the authorities to trust. None: those of the system.
        ssl_certificate_file: PEM file of the client's certificate chain, for mutual TLS.
        ssl_key_file: PEM file of the client certificate's key.
        ssl_key_password: Password of the key file. It appears in no repr and in no error.
        ssl_check_hostname: Whether the broker's certificate must carry the broker's name.

    Raises:
        MisconfigurationError: Values do not fit together. The message lists every problem.
    """

    bootstrap_servers: tuple[str, ...]
    security_protocol: str = "PLAINTEXT"
    sasl_mechanism: str | None = None
    sasl_username: str | None = None
    sasl_password: str | None = field(default=None, repr=False)
    ssl_ca_file: Path | None = None
    ssl_certificate_file: Path | None = None
    ssl_key_file: Path | None = None
    ssl_key_password: str | None = field(default=None, repr=False)
    ssl_check_hostname: bool = True

    def __post_init__(self) -> None:
        problems = [
            *self._address_problems(),
            *self._protocol_problems(),
            *self._sasl_problems(),
            *self._tls_problems(),
        ]
        if problems:
            listed = "".join(f"\n  - {problem}" for problem in problems)
            raise MisconfigurationError(f"the connection to Kafka is misconfigured:{listed}")

    @classmethod
    def plaintext(cls, bootstrap_servers: str) -> Self:
        """Return the connection to `host:port[,host:port]` without TLS and SASL."""
        return cls(bootstrap_servers=tuple(s.strip() for s in bootstrap_servers.split(",")))

    @property
    def addresses(self) -> tuple[tuple[str, int], ...]:
        """The bootstrap servers as (host, port), with IPv6 addresses without brackets."""
        return tuple(pair for pair in map(_host_and_port, self.bootstrap_servers) if pair)

    @property
    def uses_tls(self) -> bool:
        """Whether the connection is encrypted."""
        return self.security_protocol in {"SSL", "SASL_SSL"}

    @property
    def uses_sasl(self) -> bool:
        """Whether the client authenticates with a user and a password."""
        return self.security_protocol in {"SASL_PLAINTEXT", "SASL_SSL"}

    def ssl_context(self) -> ssl.SSLContext | None:
        """Return a new context: TLS 1.2 or later, authorities, client certificate, name check.

        Returns:
            None without TLS.

        Raises:
            MisconfigurationError: A file cannot be read, or has other content than expected.
        """
        if not self.uses_tls:
            return None
        try:
            context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=self.ssl_ca_file)
        except (ssl.SSLError, OSError) as error:
            raise MisconfigurationError(
                f"the CA file {self.ssl_ca_file} cannot be read as PEM certificates: {error}"
            ) from error
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.check_hostname = self.ssl_check_hostname
        if self.ssl_certificate_file is not None:
            try:
                # Without a callback OpenSSL would ask for the key's password on the terminal.
                context.load_cert_chain(
                    self.ssl_certificate_file,
                    self.ssl_key_file,
                    password=lambda: self.ssl_key_password or "",
                )
            except (ssl.SSLError, OSError) as error:
                raise MisconfigurationError(
                    f"the client certificate {self.ssl_certificate_file} with the key "
                    f"{self.ssl_key_file} cannot be loaded: {error}; check that they belong "
                    f"together and that the key's password is right"
                ) from error
        return context

    def kafka_python(self) -> dict[str, Any]:
        """Return keyword arguments for kafka-python's admin client, consumer and producer."""
        from streams.kafka.fetching.kafka_python_guard import guard_kafka_python  # noqa: PLC0415 - as below

        guard_kafka_python()
        forbid_in_kafka_python()
        return {
            "bootstrap_servers": list(self.bootstrap_servers),
            # How soon added partitions are noticed. Kafka's default of 5 minutes is too long.
            "metadata_max_age_ms": METADATA_MAX_AGE_MS,
            **self._security(),
        }

    def aiokafka(self) -> dict[str, Any]:
        """Return keyword arguments for aiokafka's consumer and producer."""
        guard_aiokafka()
        return {"bootstrap_servers": list(self.bootstrap_servers), **self._security()}

    def _security(self) -> dict[str, Any]:
        security: dict[str, Any] = {"security_protocol": self.security_protocol}
        if self.uses_tls:
            security["ssl_context"] = self.ssl_context()
        if self.uses_sasl:
            security["sasl_mechanism"] = self.sasl_mechanism
            security["sasl_plain_username"] = self.sasl_username
            security["sasl_plain_password"] = _Hidden(self.sasl_password or "")
        return security

    def _address_problems(self) -> list[str]:
        if not self.bootstrap_servers:
            return ["no bootstrap server is given; name at least one as host:port"]
        return [
            f"the bootstrap server {server!r} is not of the form host:port"
            for server in self.bootstrap_servers
            if _host_and_port(server) is None
        ]

    def _protocol_problems(self) -> list[str]:
        if self.security_protocol in SECURITY_PROTOCOLS:
            return []
        return [
            f"the security protocol {self.security_protocol!r} is not one of "
            + ", ".join(SECURITY_PROTOCOLS)
        ]

    def _sasl_problems(self) -> list[str]:
        given = {
            "mechanism": self.sasl_mechanism,
            "user name": self.sasl_username,
            "password": self.sasl_password,
        }
        problems = []
        if self.uses_sasl:
            missing = [name for name, value in given.items() if not value]
            problems += [f"{self.security_protocol} needs a SASL {name}" for name in missing]
        elif self.security_protocol in SECURITY_PROTOCOLS:
            superfluous = [name for name, value in given.items() if value is not None]
            problems += [
                f"a SASL {name} is given, but {self.security_protocol} does not use SASL; "
                f"use SASL_SSL or remove it"
                for name in superfluous
            ]
        if self.sasl_mechanism and self.sasl_mechanism not in SASL_MECHANISMS:
            problems.append(
                f"the SASL mechanism {self.sasl_mechanism!r} is not supported; "
                f"use one of {', '.join(SASL_MECHANISMS)}"
            )
        return problems

    def _tls_problems(self) -> list[str]:
        files = {
            "CA file": self.ssl_ca_file,
            "client certificate file": self.ssl_certificate_file,
            "client key file": self.ssl_key_file,
        }
        problems = [
            f"the {name} {path} does not exist or is no file"
            for name, path in files.items()
            if path is not None and not path.is_file()
        ]
        if self.ssl_certificate_file is not None and self.ssl_key_file is None:
            problems.append("a client certificate file is given without a client key file")
        if self.ssl_key_file is not None and self.ssl_certificate_file is None:
            problems.append("a client key file is given without a client certificate file")
        if self.ssl_key_password is not None and self.ssl_key_file is None:
            problems.append("a key password is given without a client key file")
        if self.uses_tls or self.security_protocol not in SECURITY_PROTOCOLS:
            return problems
        given = [name for name, path in files.items() if path is not None]
        if not self.ssl_check_hostname:
            given.append("switch for the host name check")
        problems += [
            f"a {name} is given, but {self.security_protocol} does not use TLS; "
            f"use SSL or SASL_SSL, or remove it"
            for name in given
        ]
        return problems


def guard_aiokafka() -> None:
    """Make aiokafka read batches through the guard of `streams.kafka.fetching`."""
    # The client is slow to import, and a check of the settings does not need it.
    from streams.kafka.fetching.aiokafka_guard import guard_aiokafka  # noqa: PLC0415 - see above

    guard_aiokafka()


def _host_and_port(server: str) -> tuple[str, int] | None:
    host, separator, port = server.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    if bracketed:
        host = host[1:-1]
    if not separator or not host or (":" in host) != bracketed:
        return None
    if any(character.isspace() or character in "/@," for character in host):
        return None
    if not (port.isascii() and port.isdigit() and 0 < int(port) <= _MAX_PORT):
        return None
    return host, int(port)
