"""Lays out one alert for the terminal: time, severity, leaders, reason and evidence.

Text from an article is always `rich.text.Text`, never markup. Control characters that a terminal
would act on are removed. Each scored word has its weight beside it, so that the marks are also
readable without colours.
"""

import re
from collections.abc import Sequence

from rich.text import Text

from processors.contracts import Alert, ArticleRef, Evidence, MessageType, Severity
from processors.shown_words import shown_words
from streams.reading.terminal_text import visible

SEVERITY_STYLES: dict[Severity, str] = {
    "low": "bold cyan",
    "medium": "bold yellow",
    "high": "bold white on red",
}
_MESSAGES: dict[MessageType, str] = {"alert": "", "update": " update", "cancel": " CANCELLED"}
_DIM = "dim"
_POSITIVE = "bold green"
_NEGATIVE = "bold red"
_MOST_ARTICLES = 5
_MOST_SENTENCES = 5


def render(alert: Alert) -> Text:
    """Return an alert as lines that may be wrapped anywhere, without a final line break."""
    lines = [_heading(alert), Text(f"  {visible(alert.reason)}")]
    for article in alert.articles[:_MOST_ARTICLES]:
        lines += _article(article)
    lines += _rest(len(alert.articles) - _MOST_ARTICLES, "articles")
    lines += [_sentence(evidence) for evidence in alert.evidence[:_MOST_SENTENCES]]
    lines += _rest(len(alert.evidence) - _MOST_SENTENCES, "sentences")
    lines.append(_footing(alert))
    return Text("\n").join(lines)


def _heading(alert: Alert) -> Text:
    line = Text(f"{alert.event_time:%Y-%m-%d %H:%M:%S} UTC  ", style="")
    line.append(f" {alert.severity.upper()} ", SEVERITY_STYLES[alert.severity])
    line.append(f" {alert.kind}{_MESSAGES[alert.msg_type]}  ")
    for number, leader in enumerate(alert.leaders):
        line.append(" and " if number else "")
        line.append(visible(leader.leader_name), "bold")
        line.append(f" ({visible(leader.leader_id)})", _DIM)
    return line


def _article(article: ArticleRef) -> list[Text]:
    line = Text("  • ")
    line.append(visible(article.title or article.article_id), "italic")
    if article.source:
        line.append(f", {visible(article.source)}")
    # Print the address instead of a hyperlink, whose target could differ from its text.
    return [line, Text(f"    {visible(article.url)}", _DIM)] if article.url else [line]


def _sentence(evidence: Evidence) -> Text:
    line = Text("  > ")
    sentence = visible(evidence.sentence)
    position = 0
    unmarked = []
    for word, weight in shown_words(evidence.words):
        found = _find(visible(word), sentence, position)
        if found is None:
            unmarked.append((word, weight))
            continue
        line.append(sentence[position : found.start()])
        line.append(found[0], _style(weight))
        line.append(f"[{weight:+.2f}]", _DIM)
        position = found.end()
    line.append(sentence[position:])
    for word, weight in unmarked:
        line.append(f" {visible(word)}", _style(weight))
        line.append(f"[{weight:+.2f}]", _DIM)
    if evidence.label is not None and evidence.probability is not None:
        line.append(f" (a model says {evidence.label}, {evidence.probability:.2f})", _DIM)
    return line


def _find(word: str, sentence: str, position: int) -> re.Match[str] | None:
    """Find a scored word from a position on. Ignore case and the kind of white space."""
    spaced = r"\s+".join(re.escape(part) for part in word.split())
    if not spaced:
        return None
    pattern = re.compile(rf"(?<!\w){spaced}(?!\w)", re.IGNORECASE)
    return pattern.search(sentence, position)


def _rest(count: int, what: str) -> Sequence[Text]:
    return [Text(f"    … and {count} more {what}", _DIM)] if count > 0 else []


def _footing(alert: Alert) -> Text:
    parts = [f"alert {visible(alert.alert_id)}", f"rule {visible(alert.rule.id)}"]
    parts[1] += f" version {alert.rule.version}"
    if alert.revision > 1:
        parts.append(f"revision {alert.revision}")
    if alert.references:
        parts.append(f"after {', '.join(map(visible, alert.references))}")
    if alert.replay_id is not None:
        parts.append(f"replay {visible(alert.replay_id)}")
    return Text(f"  {' · '.join(parts)}", _DIM)


def _style(weight: float) -> str:
    return _POSITIVE if weight > 0 else _NEGATIVE if weight < 0 else "bold"
