"""The settings of Faust that say how it connects to Kafka."""

from faust.auth import SASLCredentials, SSLCredentials

from streams.kafka.connection import Connection, guard_aiokafka


def faust_broker_urls(connection: Connection) -> list[str]:
    """Return the value of Faust's setting `broker`."""
    guard_aiokafka()
    return [f"kafka://{server}" for server in connection.bootstrap_servers]


def faust_credentials(connection: Connection) -> SASLCredentials | SSLCredentials | None:
    """Return the value of Faust's setting `broker_credentials`, for its consumer and producer."""
    if connection.security_protocol == "PLAINTEXT":
        return None
    if not connection.uses_sasl:
        return SSLCredentials(connection.ssl_context())
    # Faust reads the protocol off the context: with one SASL_SSL, without one SASL_PLAINTEXT.
    return SASLCredentials(
        username=connection.sasl_username,
        password=connection.sasl_password,
        mechanism=connection.sasl_mechanism,
        ssl_context=connection.ssl_context(),
    )
