"""Analysis in processes of its own, so that it and the event loop use different cores.

The processes are spawned, not forked: a fork would copy the locks of the client's threads in an
arbitrary state.
"""

import asyncio
import multiprocessing
import os
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

import structlog

from processors.contracts import Versions
from processors.errors import MisconfigurationError
from streams.analysis import process
from streams.analysis.outcome import Outcome
from streams.analysis.reader import ArticleReader
from streams.analysis.slow_articles import SLOW_SECONDS
from streams.errors import AnalysisProcessError
from streams.kafka.envelope import Record

log = structlog.get_logger(__name__)

_END_SECONDS = 5.0
# While a process analyses one chunk, the next ones already wait in its pipe. Our own threads may
# wait that long for the interpreter, and the process would be idle.
CHUNKS_AHEAD = 4
# An answer has up to 300 kB. With the default buffer of 208 kB, a process would stand still until
# our thread reads. Where the system's maximum is lower, it applies.
PIPE_BYTES = 4_194_304


class AnalysisPool:
    """A `streams.analysis.Analysis` in `count` processes.

    Args:
        load: Loads the reader in each process. It is pickled.
        count: The number of processes, at least one.
        slow_seconds: An article that takes longer is logged while it is read.
    """

    def __init__(
        self,
        load: Callable[[], ArticleReader],
        count: int,
        slow_seconds: float = SLOW_SECONDS,
    ) -> None:
        self._load = load
        self._slow_seconds = slow_seconds
        self._count = count
        self._idle: asyncio.Queue[_Process] = asyncio.Queue()
        self._processes: list[_Process] = []
        # One thread for each chunk sends, waits and receives without the GIL.
        self._threads = ThreadPoolExecutor(count * CHUNKS_AHEAD, thread_name_prefix="analysis")

    @property
    def pids(self) -> Sequence[int]:
        """See `Analysis`."""
        return [one.pid for one in self._processes]

    def start(self) -> Versions:
        """Start the processes, and wait until each has loaded. See `Analysis`.

        Raises:
            AnalysisProcessError: a process died while it was loading.
        """
        for number in range(self._count):
            name = f"tocsin-analysis-{number}"
            self._processes.append(_Process(self._load, name, self._slow_seconds))
        versions = [one.versions() for one in self._processes]
        for one in self._processes * CHUNKS_AHEAD:
            self._idle.put_nowait(one)
        return versions[0]

    def close(self) -> None:
        """End the processes."""
        for one in self._processes:
            one.close()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def analyse(self, records: Sequence[Record]) -> list[Outcome]:
        """Read the first of the records in the process that has room first. See `Analysis`.

        Raises:
            AnalysisProcessError: the process died. The kernel kills it if memory runs out.
            RuntimeError: a bug in the analysis, with the traceback of the other process.
        """
        one = await self._idle.get()
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, one.ask, records)
        finally:
            self._idle.put_nowait(one)


def _enlarge(pipe: Connection) -> None:
    """Let one end of a pipe, which is a socket, buffer `PIPE_BYTES`."""
    with socket.socket(fileno=os.dup(pipe.fileno())) as end:
        for option in (socket.SO_SNDBUF, socket.SO_RCVBUF):
            end.setsockopt(socket.SOL_SOCKET, option, PIPE_BYTES)


class _Process:
    """One process, and this end of the pipe to it."""

    def __init__(self, load: Callable[[], ArticleReader], name: str, slow_seconds: float) -> None:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        for end in (ours, theirs):
            _enlarge(end)
        self._connection: Connection = ours
        self._sending = threading.Lock()
        self._sent = self._received = 0
        self._turn = threading.Condition()
        self._ending = threading.Lock()
        self._child: BaseProcess = context.Process(
            target=process.serve, args=(theirs, load, slow_seconds), name=name, daemon=True
        )
        self._child.start()
        # Ours alone is open then, and its end is the end of the pipe.
        theirs.close()

    @property
    def pid(self) -> int:
        """The process, as the system numbers it."""
        return self._child.pid or 0

    def versions(self) -> Versions:
        """Wait until it has loaded, and give its versions."""
        with self._alive("loading"):
            return process.decode_versions(self._answer())

    def ask(self, records: Sequence[Record]) -> list[Outcome]:
        """Send the records, and wait for the outcomes. Several threads can call this.

        Answers arrive in the order of the requests, each about the first records of its request.
        """
        encoded = process.encode(records)
        with self._alive(f"{len(records)} articles were with it"):
            with self._sending:
                self._connection.send_bytes(encoded)
                ours = self._sent
                self._sent += 1
            with self._turn:
                self._turn.wait_for(lambda: self._received == ours)
            try:
                answer = self._answer(records)
            finally:
                # The next thread must notice, too, if the process has ended.
                with self._turn:
                    self._received += 1
                    self._turn.notify_all()
        return process.decode_outcomes(answer)

    def close(self) -> None:
        """Close the pipe, which ends the process, and kill it if it does not end."""
        self._connection.close()
        self._child.join(_END_SECONDS)
        if self._child.is_alive():
            self._child.kill()
            self._child.join()

    @contextmanager
    def _alive(self, doing: str) -> Iterator[None]:
        """Raise an error that explains why the process has ended."""
        try:
            yield
        except (EOFError, OSError) as error:
            # Two threads that join at once: one gets the code from the system, the other None.
            with self._ending:
                self._child.join(_END_SECONDS)
            raise AnalysisProcessError(
                f"the process {self._child.name} ended with code {self._child.exitcode} ({doing}). "
                f"These articles are not committed: start the worker again. With code -9 the "
                f"kernel has most likely killed it because memory ran out"
            ) from error

    def _answer(self, records: Sequence[Record] = ()) -> memoryview:
        kind, body = self._receive()
        while kind == process.SLOW:
            index, seconds = process.decode_slow(body)
            slow = records[index]
            log.warning(
                "analysis.article_takes_long",
                topic=slow.topic,
                partition=slow.partition,
                offset=slow.offset,
                seconds=round(seconds, 1),
                process=self._child.name,
            )
            kind, body = self._receive()
        if kind == process.MISCONFIGURED:
            raise MisconfigurationError(bytes(body).decode())
        if kind == process.FAILED:
            trace = bytes(body).decode("utf-8", "replace")
            raise RuntimeError(f"the analysis failed in the process {self._child.name}:\n{trace}")
        return body

    def _receive(self) -> tuple[bytes, memoryview]:
        answer = memoryview(self._connection.recv_bytes())
        return bytes(answer[:1]), answer[1:]
