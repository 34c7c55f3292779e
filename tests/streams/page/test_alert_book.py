"""What updates, cancellations and repetitions do to an alert."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.contracts import Alert
from streams.page.alert_book import MAX_MESSAGES, AlertBook
from streams.page.view_model import ShownAlert
from tools.contracts.examples import alerts

FIRST = alerts()["surge"]


def message(revision: int, msg_type: str, **fields: Any) -> Alert:
    changes: dict[str, Any] = {
        "alert_id": f"{FIRST.alert_id}-{revision}",
        "revision": revision,
        "msg_type": msg_type,
        "references": [FIRST.alert_id],
        "event_time": FIRST.event_time + timedelta(minutes=revision),
        "reason": f"Reason {revision}.",
        **fields,
    }
    return msgspec.structs.replace(FIRST, **changes)


UPDATE = message(2, "update", severity="high", articles=FIRST.articles * 2)
CANCEL = message(3, "cancel", evidence=[], articles=FIRST.articles[:1])
LATER = msgspec.structs.replace(
    FIRST, alert_id="later", event_time=FIRST.event_time + timedelta(hours=1)
)


def take(book: AlertBook, alert: Alert) -> ShownAlert | None:
    return book.take(alert, {}, lambda *_: ())


@pytest.mark.parametrize("order", [*permutations([FIRST, UPDATE, CANCEL])])
def test_an_alert_is_its_newest_message_with_the_grounds_it_had(order: tuple[Alert, ...]) -> None:
    book = AlertBook()
    for alert in order:
        take(book, alert)
    (shown,) = book.newest_first({})
    assert (shown.id, shown.msg_type, shown.revision) == (FIRST.alert_id, "cancel", 3)
    assert shown.reason == "Reason 3."
    assert shown.fired_at == FIRST.event_time.timestamp()
    assert [one.msg_type for one in shown.history] == ["alert", "update", "cancel"]
    assert len(shown.articles) == len(UPDATE.articles)
    assert shown.evidence


def test_an_alert_that_comes_again_is_told_once() -> None:
    book = AlertBook()
    assert take(book, FIRST) is not None
    assert take(book, FIRST) is None
    assert len(book.newest_first({})) == 1


@given(st.lists(st.sampled_from([FIRST, UPDATE, CANCEL, LATER]), max_size=12), st.randoms())
def test_repetition_and_order_change_nothing(taken: list[Alert], random: Any) -> None:
    shuffled = [*taken, *taken]
    random.shuffle(shuffled)
    one, other = AlertBook(), AlertBook()
    for alert in taken:
        take(one, alert)
    for alert in shuffled:
        take(other, alert)
    assert one.newest_first({}) == other.newest_first({})


def test_the_newest_alerts_are_kept_the_newest_first() -> None:
    book = AlertBook(most=3)
    hours = [5, 1, 4, 0, 3]
    for hour in hours:
        moment = FIRST.event_time + timedelta(hours=hour)
        shown = take(book, msgspec.structs.replace(FIRST, alert_id=str(hour), event_time=moment))
        assert (shown is None) == (hour == 0)
    assert [one.id for one in book.newest_first({})] == ["5", "4", "3"]


def test_a_history_is_bounded_and_keeps_its_beginning() -> None:
    book = AlertBook()
    for revision in range(1, 200):
        take(book, message(revision, "update" if revision > 1 else "alert"))
    (shown,) = book.newest_first({})
    revisions = [one.revision for one in shown.history]
    assert revisions == [1, *range(200 - MAX_MESSAGES + 1, 200)]


def test_a_country_that_is_learnt_later_is_shown() -> None:
    book = AlertBook()
    take(book, FIRST)
    (shown,) = book.newest_first({FIRST.leaders[0].leader_id: "CN"})
    assert shown.leaders[0].country == "CN"
