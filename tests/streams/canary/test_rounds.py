"""The books of a canary: what counts as rung, as missed, and as late."""

from datetime import UTC, datetime, timedelta

import pytest

from streams.canary.rounds import REMEMBERED_ROUNDS, Rounds
from streams.service.metrics import CanaryMetrics

START = datetime(2026, 5, 20, 9, 15, tzinfo=UTC)
TIMEOUT = 30.0


class Books:
    """Rounds with a clock that is set by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.metrics = CanaryMetrics()
        self.rounds = Rounds(TIMEOUT, self.metrics, lambda: self.seconds, self.now)

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    def value(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(f"tocsin_canary_{name}", labels)

    def counts(self) -> dict[str, float | None]:
        return {
            "sent": self.value("sent_total"),
            "alerted": self.value("alerts_total"),
            "not_sent": self.value("missed_total", reason="not_sent"),
            "no_alert": self.value("missed_total", reason="no_alert"),
        }


@pytest.fixture
def books() -> Books:
    return Books()


def test_every_count_is_there_before_the_first_article(books: Books) -> None:
    assert books.counts() == {"sent": 0, "alerted": 0, "not_sent": 0, "no_alert": 0}


def test_an_alert_in_time_rings_once_however_often_it_is_told(books: Books) -> None:
    one = books.rounds.begin("a", books.now())
    assert books.rounds.since == START
    books.rounds.sent(one)
    books.seconds = 1.5
    for _ in range(2):
        books.rounds.heard("a", "id-a")
    assert (one.outcome, one.seconds, one.alert_id) == ("alerted", 1.5, "id-a")
    assert books.rounds.since is None
    assert books.counts() == {"sent": 1, "alerted": 1, "not_sent": 0, "no_alert": 0}
    assert books.value("round_trip_seconds_sum") == 1.5
    assert books.value("round_trip_seconds_count") == 1
    assert books.value("last_alert_timestamp_seconds") == START.timestamp() + 1.5


def test_an_alert_may_be_quicker_than_the_acknowledgement(books: Books) -> None:
    one = books.rounds.begin("a", books.now())
    books.rounds.heard("a", "id-a")
    assert books.counts() == {"sent": 1, "alerted": 1, "not_sent": 0, "no_alert": 0}
    books.rounds.sent(one)
    assert books.counts() == {"sent": 1, "alerted": 1, "not_sent": 0, "no_alert": 0}


@pytest.mark.parametrize(("is_sent", "reason"), [(True, "no_alert"), (False, "not_sent")])
def test_what_does_not_come_in_time_is_missed_once(
    books: Books,
    is_sent: bool,  # noqa: FBT001 - a table's column
    reason: str,
) -> None:
    one = books.rounds.begin("a", books.now())
    if is_sent:
        books.rounds.sent(one)
    books.seconds = TIMEOUT - 0.1
    books.rounds.expire()
    assert one.outcome == "waiting"
    books.seconds = TIMEOUT
    books.rounds.expire()
    books.rounds.expire()
    assert one.outcome == reason
    assert books.value("missed_total", reason=reason) == 1
    assert books.value("last_alert_timestamp_seconds") == 0


def test_a_late_alert_is_timed_and_stays_missed(books: Books) -> None:
    one = books.rounds.begin("a", books.now())
    books.rounds.sent(one)
    books.seconds = 100
    books.rounds.expire()
    books.rounds.heard("a", "id-a")
    assert one.outcome == "no_alert"
    assert books.counts() == {"sent": 1, "alerted": 0, "not_sent": 0, "no_alert": 1}
    assert books.value("round_trip_seconds_sum") == 100
    assert books.value("last_alert_timestamp_seconds") == START.timestamp() + 100


def test_an_article_that_the_broker_refuses_is_missed_at_once_and_says_why(books: Books) -> None:
    one = books.rounds.begin("a", books.now())
    books.rounds.refused(one, "too slow")
    books.seconds = TIMEOUT
    books.rounds.expire()
    assert (one.outcome, one.why) == ("not_sent", "too slow")
    assert books.counts() == {"sent": 0, "alerted": 0, "not_sent": 1, "no_alert": 0}


def test_a_refusal_after_the_time_counts_no_second_time(books: Books) -> None:
    one = books.rounds.begin("a", books.now())
    books.seconds = TIMEOUT
    books.rounds.expire()
    books.rounds.refused(one, "too slow")
    assert books.counts() == {"sent": 0, "alerted": 0, "not_sent": 1, "no_alert": 0}


def test_another_canarys_alert_is_passed_over(books: Books) -> None:
    books.rounds.begin("a", books.now())
    books.rounds.heard("b", "id-b")
    assert books.counts() == {"sent": 0, "alerted": 0, "not_sent": 0, "no_alert": 0}
    assert books.value("round_trip_seconds_count") == 0


def test_what_was_given_up_is_forgotten_in_the_end(books: Books) -> None:
    for number in range(REMEMBERED_ROUNDS + 1):
        books.rounds.refused(books.rounds.begin(str(number), books.now()), "away")
    books.rounds.heard("0", "id")
    books.rounds.heard("1", "id")
    assert books.value("round_trip_seconds_count") == 1
