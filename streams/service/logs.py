"""Logging: structlog for what Tocsin says, the same form for what its libraries say.

Owns where logs go (standard error), their form (a console's lines or JSON), which libraries may
speak below WARNING, and that no secret is in a line. Must not know any event. Data goes to standard
output, never logs.
"""

import base64
import json
import logging
import sys
from collections.abc import Iterable
from typing import Literal, TextIO

import structlog

# It calls an ERROR what it fixes by joining its group again, as after a heartbeat that was late.
CALMED = "aiokafka.consumer.group_coordinator"

# Faust logs each rebalance's tables at INFO, aiokafka each fetch's mishaps at WARNING while a
# broker is unavailable, and both clients an ERROR for each try: our own events say it once.
QUIET = {
    "faust": logging.WARNING,
    "mode": logging.WARNING,
    "aiokafka": logging.CRITICAL,
    CALMED: logging.ERROR,
    "kafka": logging.CRITICAL,
    "aiohttp": logging.WARNING,
    "asyncio": logging.WARNING,
}

# At DEBUG these write down what goes over the wire, at a login with PLAIN the password.
WIRE = ("aiokafka.conn", "kafka.protocol", "kafka.net.connection", "kafka.net.sasl")
HIDDEN = "(hidden)"
# A shorter one would be found in words that are none.
_MIN_HIDDEN = 4
# Of the process, as the loggers are.
_spellings: list[str] = []


def hide(secrets: Iterable[str]) -> None:
    """Keep these out of every line from now on, tracebacks and what libraries say included.

    Each is also looked for as Python's repr, JSON and Base64 spell it. The last line of defence:
    nothing of ours puts a secret into a log, but not all that speaks here is ours.
    """
    for secret in secrets:
        if len(secret) >= _MIN_HIDDEN:
            spelt = {secret, repr(secret)[1:-1], repr(secret.encode())[2:-1]}
            spelt |= {json.dumps(one)[1:-1] for one in spelt}
            spelt.add(base64.b64encode(secret.encode()).decode())
            _spellings.extend(spelt.difference(_spellings))
    _spellings.sort(key=len, reverse=True)


class _Formatter(structlog.stdlib.ProcessorFormatter):
    """structlog's, with what is hidden taken out of the finished line."""

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        for spelling in _spellings:
            line = line.replace(spelling, HIDDEN)
        return line


def _calmed(record: logging.LogRecord) -> bool:
    """Make an error a warning, for nothing is lost by it; a filter of the standard library."""
    if record.levelno > logging.WARNING:
        record.levelno, record.levelname = logging.WARNING, "WARNING"
    return record.levelno >= logging.getLogger().level


def configure(
    level: str = "INFO",
    form: Literal["auto", "console", "json"] = "auto",
    stream: TextIO | None = None,
) -> None:
    """Set logging up for this process; may be called again.

    Args:
        level: Least level of Tocsin's own events. At DEBUG, the libraries speak too.
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
        # Plain: the default shows every frame's variables, a password among them.
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
        # Below the level of the library that it belongs to, it inherits that.
        logging.getLogger(name).setLevel(logging.INFO if level == "DEBUG" else logging.NOTSET)
