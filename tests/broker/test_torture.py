"""The whole worker on Apache Kafka, in a small form of `make torture`."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "torture"
SMALL = {
    "--articles": "1200",
    "--live-rate": "150",
    "--kills": "1",
    "--freezes": "1",
    # Longer than the session timeout, so that the group goes on without the frozen worker.
    "--freeze-seconds": "8",
    "--restarts": "1",
}
# It bounds a failure only: a small run takes a minute on a quiet machine.
LIMIT_SECONDS = 280


@pytest.mark.timeout(LIMIT_SECONDS + 20)
def test_nothing_is_lost_and_live_and_replay_send_the_same_alerts(
    require_broker: Callable[[str], None],
) -> None:
    require_broker("apache")
    options = [part for option in SMALL.items() for part in option]
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *options],
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4_000:] + done.stderr[-4_000:]
    assert "nothing lost, nothing extra, the same alerts" in done.stdout
