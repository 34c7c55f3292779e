"""What logs look like, and who may speak in them."""

import base64
import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from streams.service import logs


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in (*logs.QUIET, *logs.WIRE)}
    spellings = logs._spellings[:]  # noqa: SLF001 - of the process, as the loggers are
    yield
    logs._spellings[:] = spellings  # noqa: SLF001
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, was in levels.items():
        logging.getLogger(name).setLevel(was)
    structlog.reset_defaults()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def entries(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_off_a_terminal_an_event_is_one_json_object_a_line() -> None:
    out = io.StringIO()
    logs.configure(stream=out)
    structlog.get_logger("streams.worker.worker").info(
        "worker.started", metrics="http://x", lines="a\nb"
    )
    (entry,) = entries(out)
    stamp = entry.pop("timestamp")
    assert stamp.endswith("Z")
    assert entry == {
        "event": "worker.started",
        "level": "info",
        "logger": "streams.worker.worker",
        "metrics": "http://x",
        "lines": "a\nb",
    }


@pytest.mark.parametrize(
    ("out", "form", "is_json"),
    [
        (io.StringIO, "auto", True),
        (Terminal, "auto", False),
        (Terminal, "json", True),
        (io.StringIO, "console", False),
    ],
)
def test_the_form_is_as_asked_or_as_the_stream_is(
    out: type[io.StringIO],
    form: Any,
    is_json: bool,  # noqa: FBT001 - a table's column
) -> None:
    stream = out()
    logs.configure(form=form, stream=stream)
    structlog.get_logger("streams").info("an.event", records=3)
    text = stream.getvalue()
    assert "an.event" in text
    assert text.startswith("{") == is_json
    if not is_json:
        assert ("\x1b[" in text) == stream.isatty()


def test_what_is_below_the_level_is_not_said() -> None:
    out = io.StringIO()
    logs.configure("WARNING", stream=out)
    log = structlog.get_logger("streams")
    log.debug("one")
    log.info("two")
    log.warning("three")
    log.error("four")
    assert [entry["event"] for entry in entries(out)] == ["three", "four"]


def test_configured_again_nothing_is_said_twice() -> None:
    first, second = io.StringIO(), io.StringIO()
    logs.configure(stream=first)
    logs.configure(stream=second)
    structlog.get_logger("streams").warning("once")
    assert first.getvalue() == ""
    assert len(entries(second)) == 1


def fail_with_a_secret(log: Any) -> None:
    password = "hunter2"  # noqa: S105 - what must not be shown
    try:
        int("seven", base=len(password))
    except ValueError:
        log.exception("agent.failed", stage="watch")


def test_an_exception_is_a_field_with_its_traceback() -> None:
    out = io.StringIO()
    logs.configure(stream=out)
    fail_with_a_secret(structlog.get_logger("streams"))
    (entry,) = entries(out)
    assert (entry["event"], entry["level"], entry["stage"]) == ("agent.failed", "error", "watch")
    assert entry["exception"].startswith("Traceback (most recent call last)")
    assert entry["exception"].endswith("ValueError: invalid literal for int() with base 7: 'seven'")
    assert "exc_info" not in entry


@pytest.mark.parametrize("form", ["console", "json"])
def test_a_traceback_does_not_show_variables(form: Any) -> None:
    out = Terminal()
    logs.configure(form=form, stream=out)
    fail_with_a_secret(structlog.get_logger("streams"))
    assert "with base 7" in out.getvalue()
    assert "hunter2" not in out.getvalue()


@pytest.mark.parametrize(
    ("name", "level", "said"),
    [
        ("faust.tables", "INFO", None),
        ("faust.tables", "WARNING", "warning"),
        ("mode.services", "INFO", None),
        ("aiokafka.client", "ERROR", None),
        ("aiokafka.consumer.group_coordinator", "WARNING", None),
        # It joins its group again: nothing is lost.
        ("aiokafka.consumer.group_coordinator", "ERROR", "warning"),
        ("kafka.conn", "WARNING", None),
        ("asyncio", "INFO", None),
        ("another.library", "INFO", "info"),
    ],
)
def test_libraries_speak_in_the_same_form_from_their_least_level_on(
    name: str, level: str, said: str | None
) -> None:
    out = io.StringIO()
    logs.configure(stream=out)
    logging.getLogger(name).log(logging.getLevelName(level), "did %s", "something")
    shown = [(e["event"], e["logger"], e["level"]) for e in entries(out)]
    assert shown == ([("did something", name, said)] if said else [])


def test_at_debug_the_libraries_speak_too_and_at_error_none_is_louder_than_tocsin() -> None:
    out = io.StringIO()
    logs.configure("DEBUG", stream=out)
    logging.getLogger("aiokafka").debug("detail")
    assert [e["event"] for e in entries(out)] == ["detail"]
    quiet = io.StringIO()
    logs.configure("ERROR", stream=quiet)
    logging.getLogger("faust").warning("a rebalance")
    logging.getLogger("aiokafka.consumer.group_coordinator").error("a rebalance")
    assert quiet.getvalue() == ""


@pytest.mark.parametrize("form", ["console", "json"])
@pytest.mark.parametrize("secret", ["wachet-auf-140", 'it\'s \\ "quoted"', "Glöckchen\n140"])
def test_what_is_hidden_is_in_no_line_however_it_is_spelt(form: Any, secret: str) -> None:
    out = io.StringIO()
    logs.hide([secret, ""])
    logs.configure("DEBUG", form, out)
    log = structlog.get_logger("streams")
    log.info("an.event", plain=secret, nested={"a": [secret]}, raw=secret.encode())
    logging.getLogger("another.library").debug("sent %r and %s", b"x\x00" + secret.encode(), secret)
    logging.getLogger("another.library").debug(base64.b64encode(secret.encode()).decode())
    try:
        raise ValueError(secret)  # noqa: TRY301 - a traceback is wanted
    except ValueError:
        log.exception("failed")
    said = out.getvalue()
    assert said.count("(hidden)") >= 7
    for spelt in (
        secret,
        repr(secret)[1:-1],
        json.dumps(secret)[1:-1],
        repr(secret.encode())[2:-1],
    ):
        assert spelt not in said


def test_words_are_not_torn_apart_for_a_secret_that_is_nearly_none() -> None:
    out = io.StringIO()
    logs.hide(["a"])
    logs.configure(stream=out)
    structlog.get_logger("streams").warning("a.rattle")
    assert [e["event"] for e in entries(out)] == ["a.rattle"]


@pytest.mark.parametrize("name", ["aiokafka.conn", "kafka.protocol.parser", "kafka.net.connection"])
def test_what_goes_over_the_wire_is_not_written_down_at_any_level(name: str) -> None:
    out = io.StringIO()
    logs.configure("DEBUG", stream=out)
    logging.getLogger(name).debug("Request: SaslAuthenticateRequest(auth_bytes=...)")
    assert out.getvalue() == ""
