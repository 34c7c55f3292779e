"""How the stream is told to be."""

from streams.lag import Lag
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
    pulse.answered(7, 100.0)
    pulse.answered(7, 105.0)
    assert pulse.newest_article_at is None
    pulse.answered(8, 110.0)
    pulse.answered(8, 115.0)
    assert pulse.newest_article_at == 110.0


def test_lag_is_the_sum_of_records_and_the_age_of_the_oldest() -> None:
    assert waiting(None) == (None, None)
    assert waiting([]) == (0, 0.0)
    assert waiting([Lag(3, 1.5), Lag(0, 0.0), Lag(4, 9.0)]) == (7, 9.0)
