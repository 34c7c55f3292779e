"""A replay's manifest, and an alert, as tests want them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from processors.contracts import Alert, ArticleRef, LeaderRef, RuleRef, Versions, Window
from streams.replay.manifest import Manifest, ReplayOutcome
from streams.replay.proof import Proof
from streams.replay.range import Span

MOMENT = datetime(2026, 11, 25, 12, tzinfo=UTC)
VERSIONS = Versions(tocsin="0.2.0", registry="r", lexicon="l", scorer="s")


@pytest.fixture
def finished() -> Callable[..., ReplayOutcome]:
    made = ReplayOutcome(
        at=MOMENT,
        analyses=9,
        mentions=5,
        alerts=2,
        dead_letters=1,
        proof=Proof(
            complete=True, records=9, analysed=8, dead_letters=1, excluded=0, without_record=11
        ),
    )
    return lambda **changes: msgspec.structs.replace(
        made, proof=msgspec.structs.replace(made.proof, **changes)
    )


@pytest.fixture
def manifest() -> Callable[..., Manifest]:
    made = Manifest(
        replay_id="one",
        claim="c",
        created=MOMENT,
        range_text="--since 7d",
        topic="news.articles",
        spans=[Span(0, 10, 30), Span(1, 5, 5)],
        topic_prefix="replay.one.",
        application_id="tocsin.replay.one",
        versions=VERSIONS,
        rules="d1",
        lateness_seconds=5.0,
        pace_ms=60_000,
    )
    return lambda **changes: msgspec.structs.replace(made, **changes)


@pytest.fixture
def alert() -> Callable[..., Alert]:
    def make(alert_id: str, version: int = 1, **changes: Any) -> Alert:
        made = Alert(
            alert_id=alert_id,
            revision=1,
            msg_type="alert",
            references=[],
            rule=RuleRef(id="strong-sentiment", version=version),
            kind="sentiment",
            severity="low",
            leaders=[LeaderRef(leader_id="Q1", leader_name="Somebody")],
            event_time=MOMENT,
            window=Window(start=MOMENT, end=MOMENT),
            observed=0.9,
            expected=None,
            threshold=0.5,
            reason=f"because of {alert_id}",
            articles=[ArticleRef(article_id="a", title="", url="", source="", family="")],
            evidence=[],
            versions=VERSIONS,
            processed_at=MOMENT,
        )
        return msgspec.structs.replace(made, **changes)

    return make
