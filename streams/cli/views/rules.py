"""Lays out rules, examples and trials for the terminal.

Text from an article is shown without the control characters that a terminal would act on.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from rich.text import Text

from processors.contracts import Alert
from processors.rules import ExpectedAlert, Rule
from processors.rules.wording import duration, parameters, scope, steps
from processors.trial import Difference, ExampleRun, Unsent
from streams.cli.views.alert import SEVERITY_STYLES
from streams.reading.terminal_text import visible

_DIM = "dim"
_GOOD = "bold green"
_BAD = "bold red"


def render_rule(rule: Rule[Any]) -> Text:
    """Return a rule as text, without a final line break."""
    line = Text()
    line.append(rule.id, "bold")
    line.append(f"  {rule.kind}, version {rule.version}, to {rule.topic}\n", _DIM)
    rows = [
        ("fires when", rule.description or rule.rule_kind.about),
        ("about", scope(rule.scope)),
        ("if", rule.when.source if rule.when else "always"),
        ("severity", "; ".join(steps(rule))),
        ("how often", f"{rule.rule_kind.cooldown}: {duration(rule.cooldown_seconds)}"),
        *((name, text) for name, text in parameters(rule).items()),
    ]
    width = max(len(name) for name, _ in rows)
    for number, (name, text) in enumerate(rows):
        line.append("\n" if number else "")
        line.append(f"  {name:<{width}}  ", _DIM)
        line.append(visible(text))
    return line


def render_tested(tested: ExampleRun, *, explain_suppressed: bool) -> Text:
    """Return the result of an example as text, without a final line break."""
    example = tested.example
    line = Text()
    line.append("ok     " if tested.passed else "FAILED ", _GOOD if tested.passed else _BAD)
    line.append(f"{example.rule_id}: {example.name}")
    if not tested.passed:
        line.append(f"  ({example.file}:{example.line})", _DIM)
    for one in tested.missing:
        line.append(f"\n    missing     {_expected(one)}")
    for alert in tested.unexpected:
        line.append("\n    unexpected  ").append(render_short(alert))
    if tested.suppressed is not None:
        wanted = ", ".join(example.suppressed or ()) or "none"
        found = ", ".join(tested.suppressed) or "none"
        line.append(f"\n    suppressed  {found}, where {wanted} was expected")
    if explain_suppressed:
        # One article about ten leaders can suppress one alert for each pair of leaders.
        for unsent, count in Counter(tested.unsent).items():
            line.append("\n    not sent    ").append(render_unsent(unsent))
            line.append(f" ({count} times)" if count > 1 else "", _DIM)
    return line


def render_short(alert: Alert) -> Text:
    """Return an alert in one line: time, severity, kind, leaders and reason."""
    line = Text(f"{alert.event_time:%Y-%m-%d %H:%M}  ")
    line.append(alert.severity.upper(), SEVERITY_STYLES[alert.severity])
    kind = alert.kind if alert.msg_type == "alert" else f"{alert.kind} {alert.msg_type}"
    line.append(f"  {kind}  ")
    line.append(" and ".join(visible(leader.leader_name) for leader in alert.leaders), "bold")
    line.append(f"  {visible(alert.reason)}")
    line.append(f" [{alert.rule.id}]", _DIM)
    return line


def render_unsent(unsent: Unsent) -> Text:
    """Return in one line an alert that was not sent, with the reason."""
    line = Text(f"{unsent.event_time:%Y-%m-%d %H:%M}  {unsent.rule}: ")
    line.append(unsent.reason, "bold")
    line.append(f"  {visible(unsent.leader.leader_name)}")
    article = unsent.article
    line.append(f"  “{visible(article.title or article.article_id)}”", _DIM)
    line.append(f", {visible(article.source)}" if article.source else "", _DIM)
    return line


def render_difference(difference: Difference) -> Iterable[Text]:
    """Yield a line for each alert that is added, removed, or of another severity."""
    rows = [("+", _GOOD, alert, "") for alert in difference.added]
    rows += [("-", _BAD, alert, "") for alert in difference.removed]
    rows += [
        ("~", "bold yellow", after, f" (was {before.severity})")
        for before, after in difference.changed
    ]
    for sign, style, alert, note in sorted(rows, key=lambda row: row[2].event_time):
        line = Text(f"{sign} ", style)
        line.append(render_short(alert))
        line.append(note, _DIM)
        yield line


def summary(difference: Difference) -> str:
    """Return a difference in numbers: "+12 -3 ~1, 40 the same"."""
    changed = f" ~{len(difference.changed)}" if difference.changed else ""
    return (
        f"+{len(difference.added)} -{len(difference.removed)}{changed}, {difference.same} the same"
    )


def _expected(expected: ExpectedAlert) -> str:
    parts: list[str] = [expected.msg_type, expected.severity or "of any severity"]
    parts.append(f"about {' and '.join(sorted(expected.leaders))}")
    if expected.reason:
        parts.append(f"with “{expected.reason}” in its reason")
    return " ".join(parts)
