"""The process that analyses: it answers chunks of records from the other end of a pipe.

It ends when the pipe is closed, so a worker that is killed leaves no process behind.
"""

import signal
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection

import msgspec

from processors.contracts import Versions
from processors.errors import MisconfigurationError
from streams.analysis.answer import Answer
from streams.analysis.outcome import Outcome
from streams.analysis.reader import ArticleReader
from streams.analysis.slow_articles import SLOW_SECONDS, SlowArticles
from streams.kafka.envelope import Record
from streams.service.gc_tuning import freeze_startup_objects

READY = b"R"
DONE = b"D"
SLOW = b"S"
MISCONFIGURED = b"M"
FAILED = b"F"

encode = msgspec.msgpack.Encoder().encode
decode_versions = msgspec.msgpack.Decoder(Versions).decode
decode_records = msgspec.msgpack.Decoder(list[Record]).decode
decode_outcomes = msgspec.msgpack.Decoder(list[Outcome]).decode
decode_slow = msgspec.msgpack.Decoder(tuple[int, float]).decode
"""An article's index in its request, and how many seconds it takes so far."""


def serve(
    connection: Connection, load: Callable[[], ArticleReader], slow_seconds: float = SLOW_SECONDS
) -> None:
    """Answer chunks until the pipe is closed.

    Every answer begins with one byte. The first is `READY` with the versions, and the others are
    `DONE` with the outcomes of the first records of a chunk. `SLOW` can precede `DONE`, and names
    an article that takes long. `MISCONFIGURED` with a message or `FAILED` with a traceback is the
    last.
    """
    # Ctrl-C and a stop of the whole process group reach this process, too. The worker decides when
    # to end it: a batch in flight is finished first.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        reader = load()
        freeze_startup_objects()
        connection.send_bytes(READY + encode(reader.analyser.versions))
        slow = SlowArticles(lambda *late: connection.send_bytes(SLOW + encode(late)), slow_seconds)
        slow.start()
        while True:
            records = decode_records(connection.recv_bytes())
            slow.check()
            answer = Answer()
            for number, record in enumerate(records):
                slow.begin(number)
                answer.add(reader.read(record))
                if answer.is_full():
                    break
            slow.done()
            connection.send_bytes(DONE + encode(answer.outcomes))
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return
    except MisconfigurationError as error:
        connection.send_bytes(MISCONFIGURED + str(error).encode("utf-8", "replace"))
    except Exception:  # noqa: BLE001 - the worker must receive any error
        connection.send_bytes(FAILED + traceback.format_exc().encode("utf-8", "replace"))
