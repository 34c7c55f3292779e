"""The range of a replay: how it is written, what it comes to, and what is rejected."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.errors import EXIT_MISCONFIGURED, ReplayRangeError, exit_code
from streams.replay.range import Log, RangeRequest, Span, held_back, parse_range, resolve

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
WEEK_AGO = NOW - timedelta(days=7)


@pytest.mark.parametrize(
    ("since", "until", "offsets", "last", "expected"),
    [
        ("-7d", None, [], None, RangeRequest(since=WEEK_AGO)),
        ("7d", "-1h", [], None, RangeRequest(since=WEEK_AGO, until=NOW - timedelta(hours=1))),
        ("2026-11-18T12:00:00Z", None, [], None, RangeRequest(since=WEEK_AGO)),
        ("2026-11-18T13:00:00+01:00", None, [], None, RangeRequest(since=WEEK_AGO)),
        ("beginning", None, [], None, RangeRequest()),
        (None, "2026-11-18T12:00:00", [], None, RangeRequest(until=WEEK_AGO)),
        (None, None, [], 100, RangeRequest(last=100)),
        (
            None,
            None,
            ["0:10-20", "2:-5", "3:7-"],
            None,
            RangeRequest(offsets={0: (10, 20), 2: (None, 5), 3: (7, None)}),
        ),
    ],
)
def test_a_range_is_read(
    since: str | None,
    until: str | None,
    offsets: list[str],
    last: int | None,
    expected: RangeRequest,
) -> None:
    assert parse_range(since, until, offsets, last, NOW) == expected


@pytest.mark.parametrize(
    ("since", "until", "offsets", "last", "said"),
    [
        (None, None, [], None, "give the range"),
        ("7d", None, [], 10, "in one way"),
        ("7d", None, ["0:1-2"], None, "in one way"),
        ("yesterday", None, [], None, "--since 'yesterday' is not a moment"),
        (None, "2026-11-26", [], None, "in the future"),
        ("2026-11-26", None, [], None, "in the future"),
        ("1h", "2h", [], None, "the range is empty"),
        ("1h", "1h", [], None, "the range is empty"),
        (None, None, ["0"], None, "PARTITION:START-END"),
        (None, None, ["0:5"], None, "PARTITION:START-END"),
        (None, None, ["0:٣-٤"], None, "PARTITION:START-END"),
    ],
)
def test_an_invalid_range_is_rejected(
    since: str | None, until: str | None, offsets: list[str], last: int | None, said: str
) -> None:
    with pytest.raises(ReplayRangeError, match=said) as error:
        parse_range(since, until, offsets, last, NOW)
    assert exit_code(error.value) == EXIT_MISCONFIGURED


@pytest.mark.parametrize(
    ("wanted", "logs", "expected"),
    [
        # Half-open: the record at the requested end is not in it.
        (
            RangeRequest(since=WEEK_AGO, until=NOW),
            {0: Log(0, 100, since=20, until=60)},
            [Span(0, 20, 60)],
        ),
        # No record from the end on: the range goes to the end of the log.
        (RangeRequest(since=WEEK_AGO, until=NOW), {0: Log(0, 100, since=20)}, [Span(0, 20, 100)]),
        # A partition without a record in the range stands in the plan, empty.
        (
            RangeRequest(since=WEEK_AGO),
            {0: Log(0, 9), 1: Log(0, 5, since=2)},
            [Span(0, 9, 9), Span(1, 2, 5)],
        ),
        # The request is for all records that are kept, so retention removed none of them.
        (RangeRequest(), {0: Log(40, 50)}, [Span(0, 40, 50)]),
        (RangeRequest(last=7), {0: Log(0, 100), 1: Log(3, 5)}, [Span(0, 93, 100), Span(1, 3, 5)]),
        (
            RangeRequest(offsets={1: (2, None)}),
            {0: Log(0, 4), 1: Log(0, 6)},
            [Span(0, 4, 4), Span(1, 2, 6)],
        ),
        # A log from offset 0 on has lost nothing, however old the requested start is.
        (RangeRequest(since=WEEK_AGO), {0: Log(0, 5, since=0)}, [Span(0, 0, 5)]),
    ],
)
def test_a_range_comes_to_offsets(
    wanted: RangeRequest, logs: Mapping[int, Log], expected: list[Span]
) -> None:
    assert resolve(wanted, logs) == expected


@pytest.mark.parametrize(
    ("wanted", "logs", "said"),
    [
        (RangeRequest(), {0: Log(5, 5)}, "empty"),
        (RangeRequest(since=WEEK_AGO), {0: Log(0, 5)}, "empty: it has none of the 5 records"),
        (RangeRequest(offsets={3: (0, 1)}), {0: Log(0, 5)}, "no partition 3"),
        (RangeRequest(offsets={0: (0, 9)}), {0: Log(0, 5)}, "fixed end"),
        (RangeRequest(offsets={0: (4, 2)}), {0: Log(0, 5)}, "begins at offset 4 and ends at 2"),
    ],
)
def test_a_range_that_cannot_be_is_rejected(
    wanted: RangeRequest, logs: Mapping[int, Log], said: str
) -> None:
    with pytest.raises(ReplayRangeError, match=said):
        resolve(wanted, logs)


@pytest.mark.parametrize(
    ("wanted", "log", "left"),
    [
        (RangeRequest(since=WEEK_AGO), Log(40, 50, since=40), Span(0, 40, 50)),
        (RangeRequest(offsets={0: (10, 45)}), Log(40, 50), Span(0, 40, 45)),
    ],
)
def test_a_start_that_retention_has_removed_is_rejected_until_what_is_left_is_asked_for(
    wanted: RangeRequest, log: Log, left: Span
) -> None:
    with pytest.raises(ReplayRangeError, match=r"has removed the start.*--allow-truncated"):
        resolve(wanted, {0: log})
    assert resolve(wanted, {0: log}, allow_truncated=True) == [left]


@st.composite
def _logs(draw: st.DrawFn) -> dict[int, Log]:
    logs = {}
    for partition in range(draw(st.integers(1, 4))):
        first = draw(st.integers(0, 50))
        end = first + draw(st.integers(0, 50))
        inside = st.none() | st.integers(first, max(first, end - 1))
        logs[partition] = Log(first, end, draw(inside), draw(inside))
    return logs


@given(
    logs=_logs(),
    last=st.none() | st.integers(1, 100),
    since=st.booleans(),
    until=st.booleans(),
)
def test_a_span_never_leaves_its_log_and_every_partition_has_one(
    logs: dict[int, Log], last: int | None, *, since: bool, until: bool
) -> None:
    wanted = (
        RangeRequest(last=last)
        if last
        else RangeRequest(since=WEEK_AGO if since else None, until=NOW if until else None)
    )
    try:
        spans = resolve(wanted, logs, allow_truncated=True)
    except ReplayRangeError as error:
        assert "empty" in str(error)  # noqa: PT017 - the other outcome is checked below
        return
    assert [span.partition for span in spans] == sorted(logs)
    assert any(span.offsets for span in spans)
    for span in spans:
        assert logs[span.partition].first <= span.start <= span.end <= logs[span.partition].end


OPEN = {0: Log(0, 10, written=15), 1: Log(0, 10, since=3, until=7, written=12), 2: Log(0, 10)}


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (RangeRequest(), {0: 5, 1: 2}),
        (RangeRequest(last=3), {0: 5, 1: 2}),
        # The requested end lies before the transaction in one partition, and is unknown in another.
        (RangeRequest(until=NOW), {0: 5}),
        (RangeRequest(offsets={1: (0, None)}), {1: 2}),
        (RangeRequest(offsets={0: (0, 10), 2: (None, None)}), {}),
    ],
)
def test_what_an_open_transaction_holds_back_is_told(
    wanted: RangeRequest, expected: dict[int, int]
) -> None:
    if wanted.until is not None:
        assert held_back(wanted, OPEN) == expected
        return
    assert held_back(wanted, {**OPEN, 1: Log(0, 10, written=12)}) == expected


def test_a_range_cannot_end_within_an_open_transaction() -> None:
    with pytest.raises(ReplayRangeError, match=r"read to offset 10, .*ends at 12: a transaction"):
        resolve(RangeRequest(offsets={0: (0, 12)}), OPEN)
    with pytest.raises(ReplayRangeError, match="ends at offset 10, and the range at 16"):
        resolve(RangeRequest(offsets={0: (0, 16)}), OPEN)
    with pytest.raises(ReplayRangeError, match=r"is empty.*5 more wait for the end of an open"):
        resolve(RangeRequest(), {0: Log(0, 0, written=5)})


def test_the_newest_records_begin_where_they_were_found() -> None:
    assert resolve(RangeRequest(last=3), {0: Log(0, 10, last=4), 1: Log(2, 10)}) == [
        Span(0, 4, 10),
        Span(1, 7, 10),
    ]
