"""Which replay can warm a new deployment; the rest needs a broker."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from streams.analysis.selection import Selection
from streams.errors import ReplayIncompleteError, ReplayStateError
from streams.kafka.deployment import Deployment
from streams.replay.manifest import Manifest, ReplayOutcome
from streams.replay.warm_start import check, states_to_copy
from streams.service.settings import Settings


def deployment(partitions: int) -> Deployment:
    return Deployment.of(Settings(partitions=partitions))


@pytest.mark.parametrize(
    ("changes", "partitions", "said"),
    [
        ({"finished": None}, 2, "not finished"),
        ({"selection": Selection(languages=("en",))}, 2, "a part of the articles"),
        ({"topic": "archive"}, 2, "it read archive, and the deployment reads news.articles"),
        ({}, 4, "it has 2 partitions"),
    ],
)
def test_a_replay_that_is_not_of_what_is_read_cannot_warm(
    manifest: Callable[..., Manifest],
    finished: Callable[..., ReplayOutcome],
    changes: dict[str, Any],
    partitions: int,
    said: str,
) -> None:
    made = manifest(**{"finished": finished(), **changes})
    with pytest.raises(ReplayStateError, match=said):
        # It is said before any client is asked.
        states_to_copy(None, None, deployment(partitions), made)
    if made.finished is not None:
        # And it is said before the replay is begun.
        begun = msgspec.structs.replace(made, finished=None)
        with pytest.raises(ReplayStateError, match=said):
            check(None, None, deployment(partitions), begun)


def test_an_incomplete_replay_warms_nothing_unless_that_is_said(
    manifest: Callable[..., Manifest], finished: Callable[..., ReplayOutcome]
) -> None:
    lacking = finished(complete=False, missing=3, missing_offsets=["0:12-15"])
    made = manifest(finished=lacking)
    with pytest.raises(ReplayIncompleteError, match=r"3 of 9 records .* 0:12-15.*--incomplete"):
        states_to_copy(None, None, deployment(2), made)
    # What comes next is checked then: here, that the partitions are others.
    with pytest.raises(ReplayStateError, match="it has 2 partitions"):
        states_to_copy(None, None, deployment(4), made, incomplete=True)
    old = manifest(finished=msgspec.structs.replace(lacking, proof=None))
    with pytest.raises(ReplayIncompleteError, match="did not compare"):
        states_to_copy(None, None, deployment(2), old)
