"""Which replay can warm a new deployment; the rest needs a broker."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from streams.errors import ReplayStateError
from streams.replay.manifest import Finished, Manifest
from streams.replay.warming import check, states_to_copy
from streams.selection import Selection
from streams.settings import Settings

FINISHED = Finished(
    at=datetime(2026, 11, 25, tzinfo=UTC), analyses=9, mentions=5, alerts=2, dead_letters=1
)


@pytest.mark.parametrize(
    ("changes", "partitions", "said"),
    [
        ({"finished": None}, 2, "not finished"),
        ({"selection": Selection(languages=("en",))}, 2, "a part of the articles"),
        ({"topic": "archive"}, 2, "it is of archive, and the deployment reads news.articles"),
        ({}, 4, "it has 2 partitions"),
    ],
)
def test_a_replay_that_is_not_of_what_is_read_cannot_warm(
    manifest: Callable[..., Manifest], changes: dict[str, Any], partitions: int, said: str
) -> None:
    made = manifest(**{"finished": FINISHED, **changes})
    with pytest.raises(ReplayStateError, match=said):
        # It is said before any client is asked.
        states_to_copy(None, None, Settings(partitions=partitions), made, ())
    if made.finished is not None:
        # And it is said before the replay is begun.
        begun = msgspec.structs.replace(made, finished=None)
        with pytest.raises(ReplayStateError, match=said):
            check(None, None, Settings(partitions=partitions), begun, ())
