"""Which records of a live topic a replay wrote."""

import pytest

from streams.kafka.envelope import REPLAY_ID_HEADER, Headers
from streams.service.metrics import Metrics
from streams.worker.replayed_records import REPLAYED, ReplayedRecordFilter
from tests.streams.worker.records import record


@pytest.mark.parametrize(
    ("ours", "accepted", "headers", "skipped"),
    [
        ("", False, [], False),
        ("", False, [("other", b"x")], False),
        ("", False, [(REPLAY_ID_HEADER, b"one")], True),
        ("", False, [(REPLAY_ID_HEADER, None)], False),
        ("", True, [(REPLAY_ID_HEADER, b"one")], False),
        ("one", False, [(REPLAY_ID_HEADER, b"one")], False),
        ("one", False, [(REPLAY_ID_HEADER, b"two")], True),
        # What entered live is the replay's to read.
        ("one", False, [], False),
    ],
)
def test_a_record_of_another_replay_is_skipped_and_counted(
    ours: str, headers: Headers, *, accepted: bool, skipped: bool
) -> None:
    metrics = Metrics()
    found = ReplayedRecordFilter(ours, metrics, accepted=accepted).skips(
        "watch", record(headers=headers)
    )
    labels = {"stage": "watch", "reason": REPLAYED}
    counted = metrics.registry.get_sample_value("tocsin_discarded_total", labels)
    assert found is skipped
    assert (counted or 0) == skipped
