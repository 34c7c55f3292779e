"""Lays out one analysis: the text with leaders and scored words marked, and a table of mentions.

Text from an article is never read as markup or as a control sequence of the terminal.
"""

import re
from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from processors.contracts import Analysis, Article, Evidence, Field, Mention, Sentiment
from processors.shown_words import shown_words

LEADER = "bold cyan"
GOOD = "green"
BAD = "red"
# Characters that a terminal would act on, or that change the direction of a line.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def harmless(text: str) -> str:
    """Replace each control and direction character with one character, to keep offsets valid."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def render(article: Article, analysis: Analysis) -> RenderableType:
    """Return the view of one article in `tocsin analyse`."""
    parts: list[RenderableType] = [_heading(analysis)]
    for name, text in (("headline", article.title), ("text", article.text)):
        if text:
            marked = Text(harmless(text), style="bold" if name == "headline" else "")
            _mark(marked, text, name, analysis.mentions)  # type: ignore[arg-type]  # the two fields
            parts.append(Padding(marked, (0, 0, 1, 2)))
    parts.append(_table(analysis.mentions) if analysis.mentions else Text("No leader found."))
    return Group(*parts, Text(""))


def _heading(analysis: Analysis) -> Text:
    heading = Text()
    heading.append(harmless(analysis.article_id), style="bold underline")
    when = analysis.published or analysis.event_time
    details = [harmless(analysis.source), when.date().isoformat(), *analysis.flags]
    heading.append("  " + ", ".join(d for d in details if d), style="dim")
    heading.append("\nsentiment: ").append_text(_sentiment(analysis.sentiment))
    return heading


def _mark(marked: Text, text: str, field: Field, mentions: Iterable[Mention]) -> None:
    for mention in mentions:
        for evidence in mention.evidence:
            if evidence.field == field:
                _mark_words(marked, text, evidence)
    for mention in mentions:
        for span in mention.spans:
            if span.field == field:
                marked.stylize(LEADER, span.start, span.end)


def _mark_words(marked: Text, text: str, evidence: Evidence) -> None:
    sentence = text[evidence.start : evidence.end]
    for word, weight in shown_words(evidence.words):
        pattern = r"\b" + r"\W+".join(map(re.escape, word.split())) + r"\b"
        for found in re.finditer(pattern, sentence, re.IGNORECASE):
            start, end = evidence.start + found.start(), evidence.start + found.end()
            marked.stylize(GOOD if weight > 0 else BAD, start, end)


def _table(mentions: Iterable[Mention]) -> Table:
    table = Table("Leader", "Office", "Relevance", "Sentiment", "Words that count", box=None)
    for mention in mentions:
        words = Text()
        for evidence in mention.evidence:
            for word, weight in shown_words(evidence.words):
                style = GOOD if weight > 0 else BAD
                words.append(f"{harmless(word)} {weight:+.2f}  ", style=style)
            if evidence.label is not None and evidence.probability is not None:
                said = f"(a model says {evidence.label}, {evidence.probability:.2f})  "
                words.append(said, style="dim")
        status = "" if mention.status == "in_office" else f" ({mention.status})"
        table.add_row(
            Text(f"{mention.leader_name} ({mention.leader_id})", style=LEADER),
            Text(harmless(f"{mention.office}, {mention.country}{status}")),
            str(mention.relevance),
            _sentiment(mention.sentiment),
            words,
        )
    return table


def _sentiment(sentiment: Sentiment) -> Text:
    if sentiment.label == "unknown":
        return Text("unknown (no scored word)", style="dim")
    style = {"positive": GOOD, "negative": BAD}.get(sentiment.label, "")
    return Text(f"{sentiment.label} {sentiment.polarity:+.2f}", style=style)
