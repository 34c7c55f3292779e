"""What the demo counts."""

import pytest

from streams.demo.session import Tally


@pytest.mark.parametrize(
    ("published", "analysed", "dead", "settled"),
    [
        (0, 0, 0, True),
        (5, 4, 0, False),
        (5, 4, 1, True),
        (5, 5, 0, True),
        # Delivery is at least once: more may come out than went in.
        (5, 6, 1, True),
    ],
)
def test_a_run_is_settled_when_every_record_came_out_read_or_dead(
    published: int,
    analysed: int,
    dead: int,
    settled: bool,  # noqa: FBT001 - a table's column
) -> None:
    tally = Tally(published=published, analysed=analysed)
    tally.dead_letters["invalid_json"] = dead
    assert tally.settled is settled


@pytest.mark.parametrize(
    ("latencies_seconds", "median", "last_percent"),
    [
        ([], None, None),
        ([0.5], 0.5, 0.5),
        ([1.0, 3.0], 2.0, 2.98),
        ([3.0, 1.0, 2.0], 2.0, 2.98),
        ([float(n) for n in range(101)], 50.0, 99.0),
    ],
)
def test_latencies_are_given_by_share(
    latencies_seconds: list[float], median: float | None, last_percent: float | None
) -> None:
    tally = Tally(latencies_seconds=latencies_seconds)
    assert tally.latency_seconds(0.5) == pytest.approx(median)
    assert tally.latency_seconds(0.99) == pytest.approx(last_percent)


def test_two_tallies_count_apart() -> None:
    one, other = Tally(), Tally()
    one.alerts["sentiment"] += 1
    one.latencies_seconds.append(1.0)
    assert other.alerts.total() == 0
    assert other.latencies_seconds == []
