"""An alert's identity, and the sentence that says why it rang."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from processors.alerts import (
    SHOWN_TITLE,
    Trigger,
    alert_id,
    encounter_alert,
    message_id,
    sentiment_alert,
)
from processors.contracts import (
    Alert,
    ArticleRef,
    Evidence,
    LeaderRef,
    Mention,
    MentionContext,
    RuleRef,
    Sentiment,
    Versions,
    Window,
)
from processors.rules import load_rules

EVENT_TIME = datetime(2026, 5, 20, 9, 15, tzinfo=UTC)
WINDOW = Window(
    start=datetime(2026, 5, 20, 9, tzinfo=UTC), end=datetime(2026, 5, 20, 10, tzinfo=UTC)
)
NOW = datetime(2030, 1, 1, tzinfo=UTC)
RULE = RuleRef(id="strong-sentiment", version=1)
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
    (rule,) = load_rules().sentiment
    return sentiment_alert(Trigger(of, "medium", WINDOW, NOW), rule)


def encounter(of: Mention, companion: LeaderRef, **changes: int) -> Alert:
    (rule,) = load_rules().encounter
    return encounter_alert(Trigger(of, "medium", WINDOW, NOW), replace(rule, **changes), companion)


def test_an_alert_id_never_changes() -> None:
    # Subscribers deduplicate on the id, and replays are compared by it. If this test fails, every
    # alert ever sent can ring a second time: that is a breaking change of the published contract.
    within = "negative 2026-05-20T09:00:00+00:00"
    assert alert_id(RULE, "sentiment", ["Q15031"], within) == "ee566dd0ac941772be40a7e78a9e4509"
    assert (
        alert_id(RULE, "encounter", ["Q7747", "Q15031"], "x") == "b1655c1785ac320835235b781c5cdae7"
    )


def test_a_pair_has_one_id_whoever_comes_first() -> None:
    one = alert_id(RULE, "encounter", ["Q7747", "Q15031"], "w")
    assert one == alert_id(RULE, "encounter", ["Q15031", "Q7747"], "w")


def test_everything_that_makes_an_alert_another_one_changes_its_id() -> None:
    ids = {
        alert_id(RULE, "sentiment", ["Q1"], "w"),
        alert_id(RuleRef(id="other", version=1), "sentiment", ["Q1"], "w"),
        alert_id(RuleRef(id="strong-sentiment", version=2), "sentiment", ["Q1"], "w"),
        alert_id(RULE, "encounter", ["Q1"], "w"),
        alert_id(RULE, "sentiment", ["Q2"], "w"),
        alert_id(RULE, "sentiment", ["Q1", "Q2"], "w"),
        alert_id(RULE, "sentiment", ["Q1Q2"], "w"),
        alert_id(RULE, "sentiment", ["Q1"], "v"),
    }
    assert len(ids) == 8
    assert all(len(one) == 32 and int(one, 16) >= 0 for one in ids)


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
    assert f"polarity {polarity:+.2f} where {threshold:+.2f} rings" in alert.reason
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


def test_a_mention_without_its_article_cannot_ring() -> None:
    with pytest.raises(ValueError, match=r"read it from news\.mentions"):
        sentiment(mention(context=None))


def test_a_message_about_an_alert_is_an_event_of_its_own() -> None:
    first = alert_id(RULE, "surge", ["Q15031"], "w")
    ids = {first, *(message_id(first, kind, n) for kind in ("update", "cancel") for n in (2, 3))}
    assert len(ids) == 5
    assert message_id(first, "update", 2) == "b0fa26f5fe25e595b46cd02576c267c8"
