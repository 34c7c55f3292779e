"""How the stream is told to be."""

from streams.kafka.lag import Lag
from streams.page.condition import SILENT_SECONDS, Pulse, waiting


def test_a_broker_that_is_silent_is_away_since_it_last_answered() -> None:
    pulse = Pulse()
    pulse.entered("live", 100.0)
    assert pulse.state_at(100 + SILENT_SECONDS) == ("live", 100.0)
    assert pulse.state_at(101 + SILENT_SECONDS) == ("away", 100.0)
    pulse.answered(7, 120.0)
    assert pulse.state_at(121.0) == ("live", 100.0)


def test_a_state_has_begun_when_it_was_first_entered() -> None:
    pulse = Pulse()
    pulse.entered("away", 50.0)
    pulse.entered("away", 60.0)
    assert pulse.state_at(500.0) == ("away", 50.0)


def test_articles_come_when_their_topic_grows() -> None:
    pulse = Pulse()
    for ends, now in ((7, 100.0), (7, 103.0), (7, 106.0)):
        pulse.answered(ends, now)
    assert pulse.newest_article_at is None
    for ends, now in ((8, 109.0), (8, 112.0), (8, 115.0)):
        pulse.answered(ends, now)
    assert pulse.newest_article_at == 112.0


def test_a_canary_alone_is_no_sign_of_articles() -> None:
    pulse = Pulse()
    pulse.answered(7, 100.0)
    for minute in range(5):
        # Its article is there before its mention.
        pulse.answered(8 + minute, 160.0 + 60 * minute)
        pulse.canaries += 1
        pulse.answered(8 + minute, 163.0 + 60 * minute)
    assert pulse.newest_article_at is None
    pulse.answered(20, 500.0)
    pulse.answered(20, 503.0)
    assert pulse.newest_article_at == 503.0


def test_after_the_past_is_read_anew_all_counts_from_there() -> None:
    pulse = Pulse()
    pulse.answered(7, 100.0)
    pulse.canaries = 5
    pulse.entered("reading", 110.0)
    for ends, now in ((90, 120.0), (91, 123.0), (91, 126.0)):
        pulse.answered(ends, now)
    assert pulse.newest_article_at == 126.0


def test_lag_is_the_sum_of_records_and_the_age_of_the_oldest() -> None:
    assert waiting(None) == (None, None)
    assert waiting([]) == (0, 0.0)
    assert waiting([Lag(3, 1.5), Lag(0, 0.0), Lag(4, 9.0)]) == (7, 9.0)
