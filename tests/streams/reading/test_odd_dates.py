"""Dates that anyone may write into a topic of alerts raise nothing where alerts are read."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from streams.cli.views.alert import render
from streams.forward.events import alert_of, event_of
from streams.kafka.envelope import Record
from streams.reading.alerts import decode_alert
from streams.replay.diff import compare
from tools.contracts.examples import alerts

ODD = st.one_of(
    st.sampled_from(
        [
            "0001-01-01T00:00:00",
            "0001-01-01T00:00:00Z",
            "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59.999999-14:00",
            "2026-05-20T09:15:00",
        ]
    ),
    st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
)


@given(st.tuples(ODD, ODD, ODD, ODD, ODD))
def test_an_alert_with_odd_dates_is_left_out_or_shown(times: tuple[str, ...]) -> None:
    value: Any = msgspec.to_builtins(alerts()["breaking"])
    value |= {"event_time": times[0], "processed_at": times[1]}
    value["window"] = {"start": times[2], "end": times[3]}
    value["story"]["first_seen"] = times[4]
    encoded = msgspec.json.encode(value)
    alert = decode_alert(encoded)
    if alert is None:
        assert any(len(time) in (19, 26) for time in times)
        return
    assert "breaking" in render(alert, details=True).plain
    assert compare([alert], []).count("gone") == 1
    record = Record("alerts", 0, 0, 1, b"k", encoded, [])
    assert event_of(record, alert_of(record), "structured")
    assert (alert.event_time < datetime.now(UTC)) in (True, False)
