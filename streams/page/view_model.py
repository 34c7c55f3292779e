"""Builds the page's form of an alert: truncated, cleaned, with checked links.

This form is not a published contract. Any program may write to a topic: a title can have 100 kB, a
link can be `javascript:`, and a name can hold marks that change the direction of the line.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from processors.contracts import Alert, ArticleRef, Evidence, Span
from processors.watch import KINDS, Kind
from processors.watch.kind import Figures
from streams.page.marking import Part, marked
from streams.reading.terminal_text import visible

MAX_TITLE = 240
MAX_REASON = 600
MAX_NAME = 120
MAX_ID = 200
MAX_URL = 2_000
MAX_ARTICLES = 12
MAX_SENTENCES = 8
MAX_LEADERS = 8

SpansOf = Callable[[str, str], Sequence[Span]]


class ShownLeader(Struct, frozen=True):
    """A leader. `country` is an ISO 3166-1 code or a body's code, "" where no mention has it."""

    id: str
    name: str
    country: str


class ShownArticle(Struct, frozen=True):
    """A source. `url` is None if it is not a web address. `host` is its host."""

    title: str
    source: str
    family: str
    url: str | None
    host: str


class ShownEvidence(Struct, frozen=True):
    """A sentence in parts. `label` and `probability` are a model's second reading."""

    parts: list[Part]
    field: str
    label: str | None
    probability: float | None


class ShownMessage(Struct, frozen=True):
    """One message of an alert's history. Times are Unix seconds."""

    at: float
    msg_type: str
    revision: int
    severity: str
    reason: str


class ShownKind(Struct, frozen=True):
    """A kind of alert: its name in the contract, and its title on the page."""

    name: str
    title: str


class ShownAlert(Struct, frozen=True):
    """An alert with its messages up to now. Times are Unix seconds of event time.

    `id` is that of its first message, `fired_at` that message's time, as far as it is known. `tone`
    is `negative` or `positive` if the kind's title has a direction, else empty. It decides the
    colour. `figures` are the names of `observed`, `expected` and `threshold`.
    """

    id: str
    msg_type: str
    revision: int
    kind: str
    kind_title: str
    tone: str
    severity: str
    leaders: list[ShownLeader]
    fired_at: float
    at: float
    window: tuple[float, float]
    observed: float
    expected: float | None
    threshold: float
    figures: tuple[str, str, str]
    reason: str
    articles: list[ShownArticle]
    articles_left_out: int
    evidence: list[ShownEvidence]
    evidence_left_out: int
    rule: str
    rule_version: int
    novelty: int | None
    replay_id: str | None
    history: list[ShownMessage]


def shown_alert(
    alert: Alert,
    grounds: Alert,
    history: Sequence[ShownMessage],
    countries: Mapping[str, str],
    spans: SpansOf,
) -> ShownAlert:
    """Return the alert in the page's form.

    Args:
        alert: The newest message.
        grounds: The message whose articles and sentences are shown.
        history: All known messages with this one, the first one first.
        countries: Leader id to country.
        spans: Returns where an article (by id) names a leader (by id), as far as it is known.
    """
    kind = KINDS.get(alert.kind)
    figures = kind.figures if kind else Figures()
    title, tone = _title(alert, kind)
    return ShownAlert(
        id=short(alert.references[0] if alert.references else alert.alert_id, MAX_ID),
        msg_type=alert.msg_type,
        revision=alert.revision,
        kind=alert.kind,
        kind_title=title,
        tone=tone,
        severity=alert.severity,
        leaders=[
            ShownLeader(
                short(one.leader_id, MAX_ID),
                short(one.leader_name, MAX_NAME),
                countries.get(one.leader_id, ""),
            )
            for one in alert.leaders[:MAX_LEADERS]
        ],
        fired_at=history[0].at,
        at=alert.event_time.timestamp(),
        window=(alert.window.start.timestamp(), alert.window.end.timestamp()),
        observed=alert.observed,
        expected=alert.expected,
        threshold=alert.threshold,
        figures=(figures.observed, figures.expected, figures.threshold),
        reason=short(alert.reason, MAX_REASON),
        articles=[_article(one) for one in grounds.articles[:MAX_ARTICLES]],
        articles_left_out=max(0, len(grounds.articles) - MAX_ARTICLES),
        evidence=[_evidence(one, grounds, spans) for one in grounds.evidence[:MAX_SENTENCES]],
        evidence_left_out=max(0, len(grounds.evidence) - MAX_SENTENCES),
        rule=short(alert.rule.id, MAX_NAME),
        rule_version=alert.rule.version,
        novelty=alert.story.novelty if alert.story else None,
        replay_id=None if alert.replay_id is None else short(alert.replay_id, MAX_NAME),
        history=list(history),
    )


def shown_kinds() -> list[ShownKind]:
    """Return every kind of alert that is shown."""
    return [ShownKind(kind.name, kind.title) for kind in KINDS.values()]


def shown_message(alert: Alert) -> ShownMessage:
    """Return a message as one line of a history."""
    return ShownMessage(
        at=alert.event_time.timestamp(),
        msg_type=alert.msg_type,
        revision=alert.revision,
        severity=alert.severity,
        reason=short(alert.reason, MAX_REASON),
    )


def with_countries(alert: ShownAlert, countries: Mapping[str, str]) -> ShownAlert:
    """Return the alert with the countries that were learnt after it was sent."""
    leaders = [
        one if one.country else ShownLeader(one.id, one.name, countries.get(one.id, ""))
        for one in alert.leaders
    ]
    return alert if leaders == alert.leaders else msgspec.structs.replace(alert, leaders=leaders)


def short(text: str, longest: int) -> str:
    """Return a text as one clean line, truncated with an ellipsis."""
    cleaned = visible(text[: 4 * longest]).strip()
    return cleaned if len(cleaned) <= longest else cleaned[: longest - 1].rstrip() + "…"


def web_address(url: str) -> tuple[str | None, str]:
    """Return a web address and its host, or None and "" if it is none."""
    if len(url) > MAX_URL or visible(url) != url or any(c.isspace() for c in url):
        return None, ""
    try:
        parts: Any = urlsplit(url)
        host = parts.hostname or ""
        # A name before an @ can look like the host.
        named = parts.username is not None or parts.password is not None
    except ValueError:
        return None, ""
    if parts.scheme not in {"http", "https"} or not host or named:
        return None, ""
    return url, short(host, MAX_NAME)


def _title(alert: Alert, kind: Kind[Any, Any] | None) -> tuple[str, str]:
    """Return the title of an alert's kind, and its tone."""
    if kind is None:
        return alert.kind, ""
    if kind.signed_titles is None:
        return kind.title, ""
    negative, positive = kind.signed_titles
    return (negative, "negative") if alert.observed < 0 else (positive, "positive")


def _article(article: ArticleRef) -> ShownArticle:
    url, host = web_address(article.url)
    return ShownArticle(
        title=short(article.title or article.article_id, MAX_TITLE),
        source=short(article.source, MAX_NAME),
        family=short(article.family, MAX_NAME),
        url=url,
        host=host,
    )


def _evidence(evidence: Evidence, alert: Alert, spans: SpansOf) -> ShownEvidence:
    article_id = evidence.article_id or (alert.articles[0].article_id if alert.articles else "")
    leaders = alert.leaders[:MAX_LEADERS]
    known = [span for one in leaders for span in spans(article_id, one.leader_id)]
    return ShownEvidence(
        parts=marked(evidence, known, [one.leader_name[:MAX_NAME] for one in leaders]),
        field=evidence.field,
        label=evidence.label,
        probability=evidence.probability,
    )
