"""The brokers that every test in this folder runs against: the embedded one and Apache Kafka.

A broker whose parts are not installed is skipped on a developer's machine, with the reason, and is
a failure in CI, where silence would look like success.
"""

import gc
import importlib.util
import os
import shutil
import uuid
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from streams.demo.broker import Broker
from streams.demo.embedded_broker import EmbeddedBroker
from tools.brokers.apache import ApacheKafka
from tools.brokers.kafka_jars import KAFKA_VERSION

KINDS = ["embedded", "apache"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.broker)


def what_is_missing(kind: str) -> str | None:
    if kind == "embedded":
        found = importlib.util.find_spec("noida_db") is not None
        return None if found else "the wheel noida-db is not installed (tocsin[embedded])"
    cached = (Path.home() / ".cache" / "tocsin" / "kafka" / KAFKA_VERSION).is_dir()
    needed = ["java"] if cached else ["java", "mvn"]
    missing = [name for name in needed if shutil.which(name) is None]
    return f"Apache Kafka needs {' and '.join(missing)} on the PATH" if missing else None


def skip_or_fail_if_missing(kind: str) -> None:
    reason = what_is_missing(kind)
    if reason is not None and os.environ.get("CI"):
        pytest.fail(f"{reason}; in CI every broker must run")
    if reason is not None:
        pytest.skip(reason)


def new_broker(kind: str) -> Broker:
    skip_or_fail_if_missing(kind)
    return EmbeddedBroker() if kind == "embedded" else ApacheKafka()


@pytest.fixture(scope="session")
def require_broker() -> Callable[[str], None]:
    """For tests that start a broker of one kind themselves: skip, or fail in CI, without it."""
    return skip_or_fail_if_missing


@pytest.fixture(scope="session", params=KINDS)
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """Shared by all tests of the session: use names of your own (`topic_prefix`)."""
    with new_broker(request.param) as started:
        yield started


@pytest.fixture(params=KINDS)
def restartable_broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """A broker for one test alone, which may stop, kill and restart it."""
    with new_broker(request.param) as started:
        yield started


@pytest.fixture
def topic_prefix() -> str:
    """Begins the names of a test's topics and groups, so that no two tests share any."""
    return f"t{uuid.uuid4().hex[:10]}."


@pytest.fixture(autouse=True)
def _sockets_that_clients_left_open() -> Iterator[None]:
    """Collect them here, or the warning strikes at whatever runs when memory is next collected.

    kafka-python 3.0.12 drops a connection that is being opened while its client is closed, and
    aiokafka 0.14 one whose user was refused.
    """
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
