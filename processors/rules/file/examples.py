"""Examples beside a rule: articles that come in, and the alerts that the rule must send for them.

`processors.trial` runs an example through the real analysis and the real watch.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from msgspec import Meta

from processors.contracts import MessageType, Severity
from processors.rules.file.checked import Table
from processors.rules.kind import MAX_SECONDS

NOON = datetime(2026, 5, 20, 12, tzinfo=UTC)
"""The default event time of an example's first article."""

PLACE = "{}"
"""The placeholder of a word of `for_each`."""

_Name = Annotated[str, Meta(min_length=1, max_length=200)]
_Seconds = Annotated[int, Meta(ge=0, le=MAX_SECONDS)]
_Revision = Annotated[int, Meta(ge=1, le=1_000_000)]
_TEXTS = ("url", "title", "text", "source", "language", "status")


@dataclass(frozen=True, slots=True)
class ExampleArticle:
    """An article in its flat form, and when it enters the log."""

    document: Mapping[str, Any]
    event_time: datetime


@dataclass(frozen=True, slots=True)
class ExpectedAlert:
    """The expected properties of an alert. None and an empty text match anything."""

    leaders: frozenset[str]
    msg_type: MessageType = "alert"
    severity: Severity | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """One example of a rule, and where it stands. `alerts` are all that the rule sends.

    `suppressed` are the reasons of all candidates that it does not send; None leaves them open.
    """

    rule_id: str
    name: str
    file: str
    line: int
    articles: tuple[ExampleArticle, ...]
    alerts: tuple[ExpectedAlert, ...]
    suppressed: tuple[str, ...] | None


def read_example(table: Table, rule_id: str, file: str) -> Example:
    """Read one `[[rule.example]]`; the table notes every problem."""
    name = table.require("name", _Name, "")
    start = table.take("at", datetime, NOON)
    articles = tuple(
        article
        for number, one in enumerate(table.tables("articles"), 1)
        for article in _articles(one, start, number)
    )
    if not articles:
        table.problem("articles", "an example needs an article at least")
    alerts = tuple(_expected(one) for one in table.tables("alerts"))
    suppressed = table.take("suppressed", tuple[str, ...], None)
    if not table.has("alerts") and suppressed is None:
        table.problem("alerts", "say what is expected; alerts = [] means that no rule fires")
    table.finish()
    return Example(rule_id, name, file, table.line, articles, alerts, suppressed)


def _articles(table: Table, start: datetime, number: int) -> list[ExampleArticle]:
    """Read one article, or one for each word of `for_each`, in whose place `{}` stands."""
    words = table.take("for_each", tuple[_Name, ...], None)
    every = timedelta(seconds=table.take("every_seconds", _Seconds, 0))
    if words is None and every:
        table.problem("every_seconds", "every_seconds is for an article that has for_each")
    one = _article(table, start, number)
    if words is None:
        return [one]
    return [
        ExampleArticle(_filled(one.document, word, every * n), one.event_time + every * n)
        for n, word in enumerate(words)
    ]


def _filled(document: Mapping[str, Any], word: str, later: timedelta) -> dict[str, Any]:
    filled = {
        key: value.replace(PLACE, word) if isinstance(value, str) else value
        for key, value in document.items()
    }
    filled["id"] = f"{document['id']}-{word}"
    if "published" in document:
        published = datetime.fromisoformat(document["published"]) + later
        filled["published"] = published.isoformat()
    return filled


def _article(table: Table, start: datetime, number: int) -> ExampleArticle:
    event_time = start + timedelta(seconds=table.take("after_seconds", _Seconds, 0))
    document: dict[str, Any] = {"id": table.take("id", _Name, f"example-{number}")}
    for key in _TEXTS:
        if table.has(key):
            document[key] = table.take(key, str, "")
    if table.has("version"):
        document["version"] = table.take("version", _Revision, 1)
    published = table.take("published", datetime, event_time)
    if not table.take("undated", bool, default=False):
        document["published"] = published.isoformat()
    elif table.has("published"):
        table.problem("undated", "an article with a date is not undated")
    if not (document.get("title") or document.get("text") or document.get("status")):
        table.problem("title", "an article needs a title or a text")
    table.finish()
    return ExampleArticle(document, event_time)


def _expected(table: Table) -> ExpectedAlert:
    leaders = table.require("leaders", tuple[str, ...], ())
    expected = ExpectedAlert(
        leaders=frozenset(leaders),
        msg_type=table.take("msg_type", MessageType, "alert"),
        severity=table.take("severity", Severity, None),
        reason=table.take("reason", str, ""),
    )
    table.finish()
    return expected
