"""A trial: articles through analyse and watch in one process, with no broker.

It keeps a state for each leader and does what the worker does, so that rules can be tried on
examples and on past articles. Pass articles in the order of their event time. Those of one moment
are sorted as the worker sorts them, so that a trial and a run have the same result.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import msgspec

from processors.analyse import Analysed, Analyser
from processors.articles.decode import DecodeLimits, decode
from processors.contracts import Alert, ArticleRef, LeaderRef, Mention, Withdrawal
from processors.rules import Example, ExampleArticle, ExpectedAlert, Rules
from processors.watch import NO_RULE, HeldState, new_state, watch, withdraw
from processors.windows import milliseconds


@dataclass(frozen=True, slots=True)
class Unsent:
    """An alert that a rule would have sent and did not: a candidate, and why."""

    rule: str
    reason: str
    leader: LeaderRef
    article: ArticleRef
    event_time: datetime


@dataclass(slots=True)
class Trial:
    """The rules of a trial, the states of its leaders, and what came of the mentions so far.

    After the last article, call `finish`.

    Args:
        rules: The rules that are tried.
        now: Stamped on alerts; nothing is decided by it.
    """

    rules: Rules
    now: datetime
    alerts: list[Alert] = field(default_factory=list)
    unsent: list[Unsent] = field(default_factory=list)
    _states: dict[str, HeldState] = field(default_factory=dict)
    _moment_ms: int = 0
    _waiting: list[tuple[str, Mention | Withdrawal]] = field(default_factory=list)

    def apply(self, analysed: Analysed) -> None:
        """Apply all that one article says, after what else was said at the same moment."""
        moment_ms = milliseconds(analysed.analysis.event_time)
        if moment_ms != self._moment_ms:
            self.finish()
            self._moment_ms = moment_ms
        for mention in analysed.mentions:
            if mention.context is not None:
                self._waiting.append((mention.context.mention_id, mention))
        if analysed.withdrawal is not None:
            self._waiting.append((analysed.withdrawal.withdrawn.article_id, analysed.withdrawal))

    def finish(self) -> None:
        """Apply the mentions that still wait for others of their moment."""
        ready, self._waiting = self._waiting, []
        for _, one in sorted(ready, key=lambda named: named[0]):
            if isinstance(one, Mention):
                self.watch(one)
            else:
                for state in self._states.values():
                    self.alerts += withdraw(state, one, self.now)

    def watch(self, mention: Mention) -> None:
        """Apply one mention."""
        context = mention.context
        if context is None:
            raise ValueError("a mention without its article cannot be tried")
        state = self._states.setdefault(mention.leader_id, new_state())
        watched = watch(state, mention, self.rules, self.now)
        self.alerts += watched.alerts
        leader = LeaderRef(leader_id=mention.leader_id, leader_name=mention.leader_name)
        self.unsent += [
            Unsent(one.rule, one.reason, leader, context.article, context.event_time)
            for one in watched.suppressed
            if one.rule != NO_RULE
        ]


@dataclass(frozen=True, slots=True)
class ExampleRun:
    """The result of an example. It passed if no alert is missing or unexpected.

    `missing` alerts were expected and not sent, `unexpected` ones were sent and not expected.
    `suppressed` are the reasons found where they are not those expected, else None.
    """

    example: Example
    missing: tuple[ExpectedAlert, ...]
    unexpected: tuple[Alert, ...]
    suppressed: tuple[str, ...] | None
    unsent: tuple[Unsent, ...]

    @property
    def passed(self) -> bool:
        """Whether the result is as the example says."""
        return not self.missing and not self.unexpected and self.suppressed is None


def run_example(example: Example, rules: Rules, analyser: Analyser) -> ExampleRun:
    """Run one example under the rules in force; only its own rule's alerts are compared.

    Raises:
        BadArticleError: an article of the example is none.
    """
    trial = Trial(rules, max(one.event_time for one in example.articles))
    for article in sorted(example.articles, key=lambda one: one.event_time):
        trial.apply(_analysed(article, analyser))
    trial.finish()
    sent = [alert for alert in trial.alerts if alert.rule.id == example.rule_id]
    unsent = tuple(one for one in trial.unsent if one.rule == example.rule_id)
    missing, unexpected = _compared(example.alerts, sent)
    reasons = tuple(one.reason for one in unsent)
    as_expected = example.suppressed is None or Counter(reasons) == Counter(example.suppressed)
    return ExampleRun(example, missing, unexpected, None if as_expected else reasons, unsent)


def _analysed(article: ExampleArticle, analyser: Analyser) -> Analysed:
    value = msgspec.json.encode(article.document)
    decoded = decode(value, [], None, DecodeLimits())
    return analyser.analyse(decoded, article.event_time)


def _compared(
    expected: Sequence[ExpectedAlert], sent: Sequence[Alert]
) -> tuple[tuple[ExpectedAlert, ...], tuple[Alert, ...]]:
    """Match each expected alert with one that was sent, and return the rest of both."""
    left = list(sent)
    missing = []
    # Those that say most are matched first, so that a loose one does not take their alert away.
    for one in sorted(expected, key=lambda e: (e.severity is None, e.reason == "")):
        found = next((alert for alert in left if _fits(one, alert)), None)
        if found is None:
            missing.append(one)
        else:
            left.remove(found)
    return tuple(missing), tuple(left)


def _fits(expected: ExpectedAlert, alert: Alert) -> bool:
    return (
        expected.leaders == {leader.leader_id for leader in alert.leaders}
        and expected.msg_type == alert.msg_type
        and expected.severity in (None, alert.severity)
        and expected.reason in alert.reason
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """The alerts that changed rules add to those of the present ones, and those that they remove.

    `changed` are alerts that both send, with another severity: before and after.
    """

    added: tuple[Alert, ...]
    removed: tuple[Alert, ...]
    changed: tuple[tuple[Alert, Alert], ...]
    same: int


def comparable(changed: Rules, present: Rules) -> Rules:
    """Return changed rules with the versions of the present ones, so that alert ids are equal."""
    versions = {rule.id: rule.version for rule in present}
    return Rules.of(
        (replace(rule, version=versions.get(rule.id, rule.version)) for rule in changed),
        changed.guards,
        changed.stories,
    )


def compare(present: Sequence[Alert], changed: Sequence[Alert]) -> Difference:
    """Compare the alerts of two trials; a repeated alert counts once."""
    before = {_identity(alert): alert for alert in present}
    after = {_identity(alert): alert for alert in changed}
    both = before.keys() & after.keys()
    other_severity = tuple(
        (before[one], after[one])
        for one in before
        if one in both and before[one].severity != after[one].severity
    )
    return Difference(
        added=tuple(alert for one, alert in after.items() if one not in before),
        removed=tuple(alert for one, alert in before.items() if one not in after),
        changed=other_severity,
        same=len(both) - len(other_severity),
    )


def _identity(alert: Alert) -> tuple[str, int, str]:
    return alert.alert_id, alert.revision, alert.msg_type
