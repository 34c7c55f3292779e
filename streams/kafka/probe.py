"""Asks one broker one question: does it speak Kafka, over this TLS, with this SASL mechanism?

It sends two requests of the Kafka protocol: ApiVersions version 0 and SaslHandshake version 1, as
the protocol guide at kafka.apache.org/protocol defines them. Both precede credentials. The client
libraries retry every fault and report only "timed out". This module keeps the first cause, so that
Tocsin does not wait for a wrong certificate.
"""

import socket
import ssl
import struct

from processors.errors import MisconfigurationError

_API_VERSIONS = 18
_SASL_HANDSHAKE = 17
_UNSUPPORTED_SASL_MECHANISM = 33
_LENGTH_BYTES = 4
_CORRELATION_ID_BYTES = 4
_MAX_ANSWER_BYTES = 1 << 20
_TLS_ALERT = b"\x15\x03"
_NOT_KAFKA = "the answer is not of the Kafka protocol; check the address"
# TLS errors that mean that the peer answers, but not in the expected protocol. All others may be
# transient.
_LASTING_TLS_FAULTS = ("ALERT", "WRONG_VERSION_NUMBER", "UNSUPPORTED_PROTOCOL", "HANDSHAKE_FAILURE")


def probe(
    host: str,
    port: int,
    *,
    ssl_context: ssl.SSLContext | None = None,
    sasl_mechanism: str | None = None,
    timeout_seconds: float = 5.0,
) -> None:
    """Return when the broker answers.

    Args:
        host: Name or address. Its certificate is checked against it.
        port: TCP port.
        ssl_context: The context for TLS. None: plain text.
        sasl_mechanism: The mechanism to ask for. None skips the question.
        timeout_seconds: Limit for the connection and for each answer.

    Raises:
        OSError: The broker is not reachable or not ready. Another attempt may succeed.
        MisconfigurationError: Another attempt cannot succeed because of certificates, TLS or the
            mechanism.
    """
    address = f"{host}:{port}"
    try:
        with _connect(host, port, ssl_context, timeout_seconds) as connection:
            _ask(connection, address, _API_VERSIONS, 0, b"")
            if sasl_mechanism is not None:
                _check_mechanism(connection, address, sasl_mechanism)
    except ssl.SSLCertVerificationError as error:
        raise MisconfigurationError(
            f"the certificate of {address} is not accepted: {error.verify_message}; "
            f"check the CA file and the host name"
        ) from error
    except ssl.SSLError as error:
        if any(fault in (error.reason or "") for fault in _LASTING_TLS_FAULTS):
            raise MisconfigurationError(
                f"{address} refuses the TLS connection ({error.reason}); check the security "
                f"protocol and the client certificate and key"
            ) from error
        raise


def _connect(
    host: str, port: int, ssl_context: ssl.SSLContext | None, timeout_seconds: float
) -> socket.socket:
    plain = socket.create_connection((host, port), timeout_seconds)
    if ssl_context is None:
        return plain
    try:
        return ssl_context.wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise


def _ask(connection: socket.socket, address: str, api_key: int, version: int, body: bytes) -> bytes:
    """Send one request (header version 1, no client id) and return the answer's body."""
    request = struct.pack(">hhih", api_key, version, api_key, -1) + body
    connection.sendall(struct.pack(">i", len(request)) + request)
    header = _read(connection, _LENGTH_BYTES)
    if header.startswith(_TLS_ALERT):
        raise MisconfigurationError(
            f"{address} speaks TLS: set the security protocol to SSL or SASL_SSL"
        )
    (length,) = struct.unpack(">i", header)
    if not _CORRELATION_ID_BYTES <= length <= _MAX_ANSWER_BYTES:
        raise ConnectionError(_NOT_KAFKA)
    answer = _read(connection, length)
    if struct.unpack_from(">i", answer)[0] != api_key:
        raise ConnectionError(_NOT_KAFKA)
    return answer[_CORRELATION_ID_BYTES:]


def _read(connection: socket.socket, count: int) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        part = connection.recv(count - len(parts))
        if not part:
            raise ConnectionError(
                "the connection was closed before an answer; a broker that is starting does this, "
                "and one whose security protocol differs"
            )
        parts += part
    return bytes(parts)


def _check_mechanism(connection: socket.socket, address: str, mechanism: str) -> None:
    encoded = mechanism.encode()
    answer = _ask(
        connection, address, _SASL_HANDSHAKE, 1, struct.pack(">h", len(encoded)) + encoded
    )
    code, count = struct.unpack_from(">hi", answer)
    if code == 0:
        return
    if code != _UNSUPPORTED_SASL_MECHANISM:
        raise MisconfigurationError(
            f"{address} does not take a SASL handshake (error {code}); check the security protocol"
        )
    offered = []
    position = 6
    for _ in range(count):
        (length,) = struct.unpack_from(">h", answer, position)
        offered.append(answer[position + 2 : position + 2 + length].decode("ascii", "replace"))
        position += 2 + length
    raise MisconfigurationError(
        f"{address} does not offer the SASL mechanism {mechanism}; it offers {', '.join(offered)}"
    )
