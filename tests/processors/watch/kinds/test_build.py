"""The alerts of sentiment and encounter rules: their reasons, evidence and windows."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from processors.alerts import SHOWN_TITLE, Trigger
from processors.contracts import (
    Alert,
    ArticleRef,
    Evidence,
    LeaderRef,
    Mention,
    MentionContext,
    Sentiment,
    Versions,
    Window,
)
from processors.watch import KINDS, load_rules
from processors.watch.decisions import Measured
from processors.watch.kinds.encounter import Encounter

EVENT_TIME = datetime(2026, 5, 20, 9, 15, tzinfo=UTC)
WINDOW = Window(
    start=datetime(2026, 5, 20, 9, tzinfo=UTC), end=datetime(2026, 5, 20, 10, tzinfo=UTC)
)
NOW = datetime(2030, 1, 1, tzinfo=UTC)
COMPANION = LeaderRef(leader_id="Q7747", leader_name="Vladimir Putin")


def evidence(*words: tuple[str, float]) -> Evidence:
    return Evidence(field="text", start=0, end=4, sentence="Text", words=list(words))


def mention(
    polarity: float = -0.6,
    title: str = "Xi under fire",
    source: str = "Example News",
    said: tuple[Evidence, ...] = (),
    **changes: Any,
) -> Mention:
    return Mention(
        **{
            "leader_id": "Q15031",
            "leader_name": "Xi Jinping",
            "country": "CN",
            "office": "President",
            "status": "in_office",
            "relevance": 60,
            "sentiment": Sentiment(
                polarity=polarity,
                subjectivity=0.5,
                label="negative" if polarity < 0 else "positive",
                scored_words=5,
                coverage=0.1,
            ),
            "spans": [],
            "evidence": list(said),
            "context": MentionContext(
                mention_id="m1",
                article=ArticleRef(
                    article_id="a1", title=title, url="", source=source, family=source
                ),
                revision=1,
                event_time=EVENT_TIME,
                versions=Versions(tocsin="1", registry="r", lexicon="l", scorer="s"),
            ),
            **changes,
        }
    )


def sentiment(of: Mention) -> Alert:
    (rule,) = load_rules().of_kind("sentiment")
    polarity = abs(of.sentiment.polarity)
    return KINDS["sentiment"].build(Trigger(of, "medium", WINDOW, NOW), rule, Measured(polarity))


def encounter(of: Mention, companion: LeaderRef, **changes: int) -> Alert:
    (rule,) = load_rules().of_kind("encounter")
    trigger = Trigger(of, "medium", WINDOW, NOW)
    return KINDS["encounter"].build(trigger, replace(rule, **changes), Encounter(1.0, companion))


@pytest.mark.parametrize(
    ("polarity", "direction", "threshold"), [(-0.6, "negative", -0.5), (0.6, "positive", 0.5)]
)
def test_the_reason_says_the_numbers_that_the_alert_carries(
    polarity: float, direction: str, threshold: float
) -> None:
    alert = sentiment(mention(polarity))
    assert alert.observed == polarity
    assert alert.threshold == threshold
    assert f"Strongly {direction} about Xi Jinping" in alert.reason
    assert f"polarity {polarity:+.2f} where {threshold:+.2f} fires" in alert.reason
    assert "from 5 scored words" in alert.reason
    assert alert.reason.endswith("in “Xi under fire” (Example News).")


def test_the_reason_names_the_four_strongest_words_that_pull_its_way() -> None:
    said = (
        evidence(("grim", -0.42), ("fine", 0.9), ("dire", -0.9), ("poor", -0.44), ("the", -0.8)),
        evidence(("sad", -0.5), ("dire", -0.8), ("wan", -0.41)),
    )
    reason = sentiment(mention(-0.6, said=said)).reason
    assert "(dire -0.90, sad -0.50, poor -0.44, grim -0.42)" in reason
    assert "fine" not in reason
    assert "(fine +0.90)" in sentiment(mention(0.6, said=said)).reason


@pytest.mark.parametrize(
    ("title", "source", "shown"),
    [
        ("Short", "", "in “Short”."),
        ("", "", "in “a1”."),
        ("a" * SHOWN_TITLE, "", f"in “{'a' * SHOWN_TITLE}”."),
        ("a" * (SHOWN_TITLE + 1), "S", f"in “{'a' * (SHOWN_TITLE - 1)}…” (S)."),
    ],
)
def test_the_reason_names_the_article_in_bounded_length(
    title: str, source: str, shown: str
) -> None:
    assert sentiment(mention(title=title, source=source)).reason.endswith(shown)


def test_evidence_says_whose_it_is_and_from_which_article() -> None:
    said = (evidence(("dire", -0.9)), evidence(("sad", -0.5)))
    alert = sentiment(mention(said=said))
    assert [(one.article_id, one.leader_id) for one in alert.evidence] == [("a1", "Q15031")] * 2
    assert [one.words for one in alert.evidence] == [[("dire", -0.9)], [("sad", -0.5)]]
    assert [article.article_id for article in alert.articles] == ["a1"]


def test_an_encounter_is_the_same_alert_from_either_side_of_the_pair() -> None:
    xi = mention()
    putin = mention(leader_id="Q7747", leader_name="Vladimir Putin")
    ours = LeaderRef(leader_id="Q15031", leader_name="Xi Jinping")
    one = encounter(xi, COMPANION)
    other = encounter(putin, ours)
    assert one == other
    assert [leader.leader_id for leader in one.leaders] == ["Q15031", "Q7747"]
    assert one.reason.startswith("Xi Jinping and Vladimir Putin together in headline or lead of ")


@pytest.mark.parametrize(
    ("quiet_seconds", "said"),
    [
        (3 * 86_400, "in the 3 days before."),
        (86_400, "in the day before."),
        (7_200, "in the 2 hours before."),
        (3_600, "in the hour before."),
    ],
)
def test_an_encounter_says_how_long_it_was_quiet(quiet_seconds: int, said: str) -> None:
    alert = encounter(mention(), COMPANION, cooldown_seconds=quiet_seconds)
    assert alert.reason.endswith(said)


def test_alerts_survive_json_and_carry_their_window_and_times() -> None:
    alert = sentiment(mention(said=(evidence(("dire", -0.9)),)))
    assert msgspec.json.decode(msgspec.json.encode(alert), type=Alert) == alert
    assert alert.window == WINDOW
    assert alert.event_time == EVENT_TIME
    assert alert.processed_at == NOW
    assert alert.replay_id is None
    assert alert.window.end - alert.window.start == timedelta(hours=1)


def test_a_mention_without_its_article_cannot_trigger_an_alert() -> None:
    with pytest.raises(ValueError, match=r"read it from news\.mentions"):
        sentiment(mention(context=None))
