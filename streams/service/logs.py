"""Configures logging: structlog for Tocsin's events, and the same format for its libraries.

Logs go to standard error, as lines for a console or as JSON. This module decides which libraries
may log below WARNING, and keeps secrets out of every line. Standard output is for data only.
"""

import base64
import json
import logging
import sys
from collections.abc import Iterable
from typing import Literal, TextIO

import structlog

# aiokafka's group coordinator logs faults as ERROR that it fixes by joining its group again, such
# as a late heartbeat.
CALMED = "aiokafka.consumer.group_coordinator"

# Faust logs each rebalance's tables at INFO. While a broker is unavailable, aiokafka logs each
# fetch's faults at WARNING, and both clients log an ERROR for each attempt. Tocsin's own events
# report it once.
QUIET = {
    "faust": logging.WARNING,
    "mode": logging.WARNING,
    "aiokafka": logging.CRITICAL,
    CALMED: logging.ERROR,
    "kafka": logging.CRITICAL,
    "aiohttp": logging.WARNING,
    "asyncio": logging.WARNING,
}

# At DEBUG these libraries log the data on the wire, which includes the password at a login with
# PLAIN.
WIRE = ("aiokafka.conn", "kafka.protocol", "kafka.net.connection", "kafka.net.sasl")
HIDDEN = "(hidden)"
# A shorter secret would also match parts of ordinary words.
_MIN_HIDDEN = 4
# For the whole process, as the loggers are.
_spellings: list[str] = []


def hide(secrets: Iterable[str]) -> None:
    """Keep these secrets out of every later line, including tracebacks and the libraries' messages.

    Each is also searched for as Python's repr, JSON and Base64 write it. This is the last line of
    defence. Tocsin itself logs no secrets, but its libraries may.
    """
    for secret in secrets:
        if len(secret) >= _MIN_HIDDEN:
            spelt = {secret, repr(secret)[1:-1], repr(secret.encode())[2:-1]}
            spelt |= {json.dumps(one)[1:-1] for one in spelt}
            spelt.add(base64.b64encode(secret.encode()).decode())
            _spellings.extend(spelt.difference(_spellings))
    _spellings.sort(key=len, reverse=True)


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """structlog's formatter, which also removes the secrets from the finished line."""

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        for spelling in _spellings:
            line = line.replace(spelling, HIDDEN)
        return line


def _calmed(record: logging.LogRecord) -> bool:
    """Lower an error to a warning, because it loses no data.

    This is a filter of the standard library.
    """
    if record.levelno > logging.WARNING:
        record.levelno, record.levelname = logging.WARNING, "WARNING"
    return record.levelno >= logging.getLogger().level


def configure(
    level: str = "INFO",
    form: Literal["auto", "console", "json"] = "auto",
    stream: TextIO | None = None,
) -> None:
    """Set up logging for this process. You can call it again.

    Args:
        level: Minimum level of Tocsin's own events. At DEBUG, the libraries log too.
        form: "auto" is console on a terminal and JSON elsewhere.
        stream: Standard error unless given.
    """
    out = stream or sys.stderr
    console = form == "console" or (form == "auto" and out.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    render: structlog.typing.Processor = structlog.processors.JSONRenderer()
    if console:
        # Plain tracebacks: the default shows every frame's variables, including passwords.
        render = structlog.dev.ConsoleRenderer(
            colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    else:
        shared.append(structlog.processors.format_exc_info)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        _Formatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, least in QUIET.items():
        logging.getLogger(name).setLevel(
            logging.DEBUG if level == "DEBUG" else max(least, root.level)
        )
    logging.getLogger(CALMED).addFilter(_calmed)
    for name in WIRE:
        # A logger below that of its library inherits the level.
        logging.getLogger(name).setLevel(logging.INFO if level == "DEBUG" else logging.NOTSET)
