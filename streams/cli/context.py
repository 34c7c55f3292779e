"""Sets up what every command needs: settings from the environment, logging, a connection.

Commands read the environment and create consoles only through this module.
"""

import os
import sys
from pathlib import Path

from rich.console import Console

from processors.errors import MisconfigurationError
from streams.kafka.connection import NO_BROKER, Connection
from streams.kafka.deployment import Deployment
from streams.service import logs
from streams.service.settings import Settings, describe, path_of
from streams.service.settings_loading import Effective, load


def effective(**options: object) -> Effective:
    """Load the settings, override them with `options`, and configure logging.

    Raises:
        BadSettingsError: Settings are invalid. The message lists every problem.
    """
    loaded = load(os.environ, **options)
    logs.hide(getattr(loaded.settings, one.field) for one in describe() if one.secret)
    logs.configure(loaded.settings.log_level, loaded.settings.log_format)
    return loaded


def settings(**options: object) -> Settings:
    """Return the settings in force, without their origins. See `effective`."""
    return effective(**options).settings


def connection(of: Settings) -> Connection:
    """Return the connection to the broker of the settings.

    Raises:
        MisconfigurationError: The settings name no broker. Only `demo` and `worker` start an
            embedded one.
    """
    if not of.broker:
        raise MisconfigurationError(NO_BROKER)
    return connection_to(of.broker, of)


def deployment(of: Settings) -> Deployment:
    """Return the deployment of the settings. Its `connection` raises if they name no broker."""
    return Deployment.of(of, connection_to(of.broker, of) if of.broker else None)


def connection_to(bootstrap: str, of: Settings) -> Connection:
    """Return a connection to `bootstrap` with the security settings."""
    return Connection(
        bootstrap_servers=tuple(part.strip() for part in bootstrap.split(",") if part.strip()),
        security_protocol=of.security_protocol,
        sasl_mechanism=of.sasl_mechanism or None,
        sasl_username=of.sasl_username or None,
        sasl_password=of.sasl_password or None,
        ssl_ca_file=path_of(of.ssl_ca_file),
        ssl_certificate_file=path_of(of.ssl_certificate_file),
        ssl_key_file=path_of(of.ssl_key_file),
        ssl_key_password=of.ssl_key_password or None,
        ssl_check_hostname=of.ssl_check_hostname,
    )


def registry_extra(of: Settings) -> Path | None:
    """Return the path of the user's own tables of leaders, or None if the settings name none."""
    return path_of(of.registry_extra)


def is_terminal() -> bool:
    """Return whether the command can ask the user a question."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def data_console() -> Console:
    """Return a console on standard output, for data."""
    return Console(highlight=False)


def message_console() -> Console:
    """Return a console on standard error, for messages and progress."""
    return Console(stderr=True, highlight=False)
