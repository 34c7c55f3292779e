"""Lays out one alert for the terminal: time, severity, leaders, reason and evidence.

Text from an article is always `rich.text.Text`, never markup. Control characters that a terminal
would act on are removed. Each scored word has its weight beside it, so that the marks are also
readable without colours.
"""

import re
from collections.abc import Sequence

from msgspec.structs import replace
from rich.console import Console
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
_SHORT_SENTENCES = 2
_MAX_SHORT_CHARACTERS = 240
_BULLETS = ("•", ">")
_MIN_WRAPPED = 20


def render(alert: Alert, *, details: bool) -> Text:
    """Return an alert as lines that may be wrapped anywhere, without a final line break.

    The short form has the reason, the strongest sentences and one link. `details` adds the leaders'
    ids, every article, every sentence and the rule.
    """
    return Text("\n").join(_detailed(alert) if details else _short(alert))


def print_alert(console: Console, alert: Alert, *, details: bool) -> None:
    """Print an alert and a blank line. On a terminal, long lines are wrapped with an indent."""
    text = render(alert, details=details)
    if console.is_terminal:
        lines = text.split("\n")
        text = Text("\n").join(part for line in lines for part in _wrapped(line, console))
    console.print(text, end="\n\n", soft_wrap=True)


def _short(alert: Alert) -> list[Text]:
    lines = [_heading(alert, ids=False), Text(f"  {visible(alert.reason)}")]
    lines += [_sentence(_shortened(evidence)) for evidence in _strongest(alert.evidence)]
    linked = next((article for article in alert.articles if article.url), None)
    if linked is not None:
        lines.append(Text(f"  {visible(linked.url)}", _DIM))
    return lines


def _detailed(alert: Alert) -> list[Text]:
    lines = [_heading(alert, ids=True), Text(f"  {visible(alert.reason)}")]
    for article in alert.articles[:_MOST_ARTICLES]:
        lines += _article(article)
    lines += _rest(len(alert.articles) - _MOST_ARTICLES, "articles")
    lines += [_sentence(evidence) for evidence in alert.evidence[:_MOST_SENTENCES]]
    lines += _rest(len(alert.evidence) - _MOST_SENTENCES, "sentences")
    lines.append(_footing(alert))
    return lines


def _strongest(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Return the sentences whose shown words weigh most, in the order of the alert."""

    def weight(index: int) -> float:
        return sum(abs(weight) for _, weight in shown_words(evidence[index].words))

    ranked = sorted(range(len(evidence)), key=lambda index: (-weight(index), index))
    return [evidence[index] for index in sorted(ranked[:_SHORT_SENTENCES])]


def _shortened(evidence: Evidence) -> Evidence:
    """Return a sentence of at most `_MAX_SHORT_CHARACTERS`, cut around its first shown word."""
    sentence = " ".join(visible(evidence.sentence).split())
    if len(sentence) <= _MAX_SHORT_CHARACTERS:
        return evidence
    found = (_find(visible(word), sentence, 0) for word, _ in shown_words(evidence.words))
    first = min((match.start() for match in found if match is not None), default=0)
    start = max(0, min(first - _MAX_SHORT_CHARACTERS // 3, len(sentence) - _MAX_SHORT_CHARACTERS))
    end = start + _MAX_SHORT_CHARACTERS
    if start:
        start = sentence.find(" ", start, first) + 1 or start
    if end < len(sentence):
        end = max(sentence.rfind(" ", first, end), start + 1)
    cut = f"{'… ' if start else ''}{sentence[start:end]}{' …' if end < len(sentence) else ''}"
    kept = [one for one in evidence.words if _find(visible(one[0]), cut, 0) is not None]
    return replace(evidence, sentence=cut, words=kept)


def _wrapped(line: Text, console: Console) -> Sequence[Text]:
    """Return the lines of a text. Addresses stay whole, so that a terminal can open them."""
    words = line.plain.split(maxsplit=1)
    if line.cell_len <= console.width or not words or "://" in words[0]:
        return [line]
    indent = len(line.plain) - len(line.plain.lstrip())
    indent += len(words[0]) + 1 if words[0] in _BULLETS else 0
    hanging = Text(" " * max(indent, 2))
    parts = line[indent:].wrap(console, max(console.width - len(hanging), _MIN_WRAPPED))
    for part in parts:
        part.rstrip()
    return [line[:indent] + parts[0], *(hanging + part for part in parts[1:])]


def _heading(alert: Alert, *, ids: bool) -> Text:
    line = Text(f"{alert.event_time:%Y-%m-%d %H:%M:%S} UTC  ", style="")
    line.append(f" {alert.severity.upper()} ", SEVERITY_STYLES[alert.severity])
    line.append(f" {alert.kind}{_MESSAGES[alert.msg_type]}  ")
    for number, leader in enumerate(alert.leaders):
        line.append(" and " if number else "")
        line.append(visible(leader.leader_name), "bold")
        if ids:
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
