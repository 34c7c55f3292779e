"""Apache Kafka in one process, for tests and benchmarks; not for production.

Owns its life: format, start, stop. The jars come from
`tools.brokers.kafka_jars`, the configuration from `tools.brokers.apache_configuration`.
"""

import base64
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Mapping, Sequence
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
from tools.brokers.apache_configuration import LOGGING, Security, server_properties
from tools.brokers.kafka_jars import KAFKA_VERSION, find_program, kafka_jars

_START_LIMIT_SECONDS = 60.0
_STOP_GRACE_SECONDS = 20.0
_FORMAT_LIMIT_SECONDS = 60.0
_HEAP = "512m"
# A short life on few cores: the first compiler tier and the serial collector start fastest.
_QUICK_START = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")


class ApacheKafka:
    """A `streams.demo.broker.Broker` from the official jars. For tests and benchmarks.

    Args:
        data_folder: Where the data lives and stays. None: a temporary folder, removed at the end.
        security: Further listeners with TLS or SASL.
        cache_folder: Where the jars are kept; None: `~/.cache/tocsin/kafka`.
        heap: The Java heap, as `-Xmx` takes it.

    Raises:
        MisconfigurationError: (from `start`) Java or Maven is missing, the jars cannot be fetched,
            or the broker does not come up; the message ends with the tail of its log.
    """

    def __init__(
        self,
        data_folder: Path | None = None,
        *,
        security: Security | None = None,
        cache_folder: Path | None = None,
        heap: str = _HEAP,
    ) -> None:
        self._named_folder = data_folder
        self._security = security or Security(users={})
        self._cache_folder = cache_folder
        self._heap = heap
        self._folder: Path | None = None
        self._ports: dict[str, int] = {}
        self._process: ServerProcess | None = None

    @property
    def bootstrap_servers(self) -> str:
        """The address of the listener in plain text, as `host:port`."""
        return self.address("LOCAL")

    @property
    def log(self) -> Path:
        """The file with everything that the broker said."""
        if self._folder is None:
            raise RuntimeError("the broker has no data folder before its first start")
        return self._folder / "broker.log"

    def address(self, listener: str) -> str:
        """The address of a listener by its name, as `host:port`."""
        if listener not in self._ports:
            raise RuntimeError(f"the broker has no listener {listener} before its first start")
        return f"{LOOPBACK}:{self._ports[listener]}"

    def start(self) -> None:
        """Format the data folder if it is new, start, and return once the broker answers."""
        if self._process is not None:
            raise RuntimeError("the broker is running already")
        java = find_program("java", "a Java runtime, 17 or later (Debian: openjdk-17-jre-headless)")
        jars = kafka_jars(self._cache_folder)
        if self._folder is None:
            self._folder = self._make_folder()
        if self._ports:
            self._start_on(java, jars, self._ports)
            return
        names = ["LOCAL", "CONTROLLER", *(x.name for x in self._security.listeners)]
        for remaining in reversed(range(PORT_TRIES)):
            ports = dict(zip(names, free_ports(len(names)), strict=True))
            try:
                self._start_on(java, jars, ports)
            except PortTakenError:
                if not remaining:
                    raise
            else:
                self._ports = ports
                return

    def stop(self) -> None:
        """End the process cleanly; a temporary data folder stays until `__exit__`."""
        if self._process is not None:
            self._process.stop(grace_seconds=_STOP_GRACE_SECONDS)
            self._process = None

    def kill(self) -> None:
        """End the process with SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    def restart(self) -> None:
        """Start again on the same ports and data."""
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
                # Good order is for data that stays; writing it all out takes seconds.
                self.kill()
            else:
                self.stop()
        finally:
            self._remove_temporary_folder()

    def _make_folder(self) -> Path:
        if self._named_folder is None:
            return Path(tempfile.mkdtemp(prefix="tocsin-kafka-"))
        self._named_folder.mkdir(parents=True, exist_ok=True)
        return self._named_folder

    def _remove_temporary_folder(self) -> None:
        if self._folder is not None and self._named_folder is None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    def _start_on(self, java: str, jars: Path, ports: Mapping[str, int]) -> None:
        folder = self.log.parent
        logging, properties = folder / "log4j2.properties", folder / "server.properties"
        logging.write_text(LOGGING, encoding="utf-8")
        lines = server_properties(folder / "data", ports, self._security)
        properties.write_text("".join(f"{k}={v}\n" for k, v in lines.items()), encoding="utf-8")
        run = [java, *_QUICK_START, f"-Xmx{self._heap}", f"-Dlog4j2.configurationFile={logging}"]
        run += ["-cp", f"{jars}/*"]
        if not (folder / "data" / "meta.properties").exists():
            _format(run, properties, self._security)
        process = ServerProcess(
            [*run, "kafka.Kafka", str(properties)],
            log=self.log,
            remove_if_orphaned=folder if self._named_folder is None else None,
        )
        wait_until_it_answers(
            process,
            port=ports["LOCAL"],
            name=f"Apache Kafka {KAFKA_VERSION}",
            give_up_after_seconds=_START_LIMIT_SECONDS,
        )
        self._process = process


def _format(run: Sequence[str], properties: Path, security: Security) -> None:
    """Write the cluster id, and for SCRAM the users, into a new data folder."""
    cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    # One id in 64 begins with a hyphen, which on its own would be taken for an option.
    command = [*run, "kafka.tools.StorageTool", "format"]
    command += [f"--cluster-id={cluster_id}", f"--config={properties}"]
    for mechanism in sorted({m for x in security.listeners for m in x.sasl_mechanisms}):
        if mechanism.startswith("SCRAM-"):
            for user, password in security.users.items():
                command += ["--add-scram", f"{mechanism}=[name={user},password={password}]"]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_FORMAT_LIMIT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise MisconfigurationError(
            f"Apache Kafka did not format its data folder within {_FORMAT_LIMIT_SECONDS:.0f} s"
        ) from error
    if done.returncode != 0:
        raise MisconfigurationError(
            f"Apache Kafka cannot format its data folder (code {done.returncode}):\n"
            f"{(done.stdout + done.stderr)[-2000:]}"
        )
