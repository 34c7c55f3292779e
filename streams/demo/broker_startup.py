"""Finds free ports on loopback, and waits until a started broker serves on one."""

import contextlib
import socket
import time

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from processors.errors import MisconfigurationError
from streams.demo.broker_process import ServerProcess
from streams.kafka.probe import probe

# Between the choice of a free port and its use another process may take it.
PORT_TRIES = 3
LOOPBACK = "127.0.0.1"
_POLL_SECONDS = 0.05


class PortTakenError(MisconfigurationError):
    """The broker ended because another process listens on its port."""


def free_ports(count: int) -> list[int]:
    """Return different TCP ports on loopback that are free now."""
    with contextlib.ExitStack() as opened:
        listeners = [opened.enter_context(socket.socket()) for _ in range(count)]
        for listener in listeners:
            listener.bind((LOOPBACK, 0))
        return [listener.getsockname()[1] for listener in listeners]


def wait_until_it_answers(
    process: ServerProcess, *, port: int, name: str, give_up_after_seconds: float
) -> None:
    """Return once the broker answers ApiVersions and names itself in the cluster's metadata.

    The process is killed when it does not.

    Raises:
        PortTakenError: It ended because its port is in use.
        MisconfigurationError: It ended, or did not answer in time; with the tail of its log.
    """
    try:
        _wait(process, port, name, give_up_after_seconds)
    except BaseException:
        process.kill()
        raise


def _wait(process: ServerProcess, port: int, name: str, give_up_after_seconds: float) -> None:
    give_up_at = time.monotonic() + give_up_after_seconds
    answered = False
    while not answered:
        # In this order, because another process may answer after ours has failed.
        answered = _answers(port)
        code = process.exit_code()
        if code is not None:
            words = process.log_tail()
            kind = PortTakenError if "already in use" in words else MisconfigurationError
            raise kind(f"{name} ended with code {code} while starting; its log says:\n{words}")
        if not answered and time.monotonic() > give_up_at:
            raise MisconfigurationError(
                f"{name} did not answer on {LOOPBACK}:{port} within "
                f"{give_up_after_seconds:.0f} s; its log says:\n{process.log_tail()}"
            )
        if not answered:
            time.sleep(_POLL_SECONDS)


def _answers(port: int) -> bool:
    try:
        # A raw socket, because the client library would log every refused connection.
        probe(LOOPBACK, port, timeout_seconds=1.0)
        KafkaAdminClient(bootstrap_servers=f"{LOOPBACK}:{port}", bootstrap_timeout_ms=2000).close()
    except (OSError, KafkaError):
        return False
    return True
