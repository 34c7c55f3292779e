"""The embedded broker, for the demo and for development: one small binary, no Java, no container.

It is the Kafka service of the `noida-db` wheel.

It is not Apache Kafka and not for production (seen with 0.2.3):

- It keeps its records in memory and writes them all to one file about once a second. A SIGKILL
  loses what was acknowledged in the last second; a clean stop loses no record.
- File and memory grow with everything ever sent: 300 MB and 590 MB after 50,000 records of 2 kB.
  Measure on Apache Kafka.
- It rejects a commit from a member that has not yet rejoined a rebalancing group, where Kafka
  accepts it. Plain aiokafka then commits in an endless loop if its rebalance listener commits.
  Faust's groups divide their partitions as on Kafka.
- It names every aborted transaction of a partition in every answer, also those that ended before
  the offset asked for. Clients that read committed then skip what the same producer committed after
  an abort; Tocsin's do not (`streams.kafka.fetching.aborted`).
"""

import importlib.util
import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

from processors.errors import MisconfigurationError
from streams.demo.broker_process import ServerProcess
from streams.demo.broker_startup import (
    LOOPBACK,
    PORT_TRIES,
    PortTakenError,
    free_ports,
    wait_until_it_answers,
)

_START_LIMIT_SECONDS = 15.0
# A stop writes all records to the file: 5 s and more for 100 MB.
_STOP_GRACE_SECONDS = 60.0
_LOG_NAME = "broker.log"
_OR_YOURS = "or set TOCSIN_BROKER to the address of a Kafka cluster"


class EmbeddedBroker:
    """A `streams.demo.broker.Broker` from the wheel `noida-db`.

    Args:
        data_folder: The folder of the data, which stays. None: a temporary folder, removed at the
            end.
        port: The port on loopback. None: a free one.

    Raises:
        MisconfigurationError: (from `start`) the wheel is not installed, or the broker does not
            come up; the message ends with the tail of its log.
    """

    def __init__(self, data_folder: Path | None = None, *, port: int | None = None) -> None:
        self._named_folder = data_folder
        self._folder: Path | None = None
        self._port = port
        self._process: ServerProcess | None = None

    @property
    def bootstrap_servers(self) -> str:
        """Return the address as `host:port`."""
        if self._port is None:
            raise RuntimeError("the broker has no port before its first start")
        return f"{LOOPBACK}:{self._port}"

    @property
    def log(self) -> Path:
        """Return the file with the broker's output."""
        if self._folder is None:
            raise RuntimeError("the broker has no data folder before its first start")
        return self._folder / _LOG_NAME

    def start(self) -> None:
        """Start the process and return once it answers the Kafka protocol."""
        if self._process is not None:
            raise RuntimeError("the broker is running already")
        program = _program()
        if self._folder is None:
            self._folder = self._make_folder()
        if self._port is not None:
            self._start_on(program, self._port)
            return
        for remaining in reversed(range(PORT_TRIES)):
            (port,) = free_ports(1)
            try:
                self._start_on(program, port)
            except PortTakenError:
                if not remaining:
                    raise
            else:
                self._port = port
                return

    def stop(self) -> None:
        """Stop the process cleanly. A temporary data folder stays until `__exit__`."""
        if self._process is not None:
            self._process.stop(grace_seconds=_STOP_GRACE_SECONDS)
            self._process = None

    def kill(self) -> None:
        """Kill the process with SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    def restart(self) -> None:
        """Start again on the same port and data."""
        self.stop()
        self.start()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self._remove_temporary_folder()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if self._named_folder is None:
                # Only data that stays needs a clean stop: writing it to the file takes seconds.
                self.kill()
            else:
                self.stop()
        finally:
            self._remove_temporary_folder()

    def _make_folder(self) -> Path:
        if self._named_folder is None:
            return Path(tempfile.mkdtemp(prefix="tocsin-broker-"))
        self._named_folder.mkdir(parents=True, exist_ok=True)
        return self._named_folder

    def _remove_temporary_folder(self) -> None:
        if self._folder is not None and self._named_folder is None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _start_on(self, program: Path, port: int) -> None:
        folder = self.log.parent
        command = [str(program), "start", "--only", "kafka", "--kafka-port", str(port)]
        command += ["--host", LOOPBACK, "--data-dir", str(folder)]
        process = ServerProcess(
            command,
            log=self.log,
            remove_if_orphaned=folder if self._named_folder is None else None,
        )
        wait_until_it_answers(
            process,
            port=port,
            name="the embedded broker",
            give_up_after_seconds=_START_LIMIT_SECONDS,
        )
        self._process = process


def _program() -> Path:
    spec = importlib.util.find_spec("noida_db")
    if spec is None or spec.origin is None:
        raise MisconfigurationError(
            f"the embedded broker is not installed: run pip install 'tocsin[embedded]', {_OR_YOURS}"
        )
    program = Path(spec.origin).with_name("noida-db")
    if not os.access(program, os.X_OK):
        raise MisconfigurationError(
            f"the embedded broker's program {program} is missing or not executable: "
            f"run pip install --force-reinstall 'tocsin[embedded]', {_OR_YOURS}"
        )
    return program
