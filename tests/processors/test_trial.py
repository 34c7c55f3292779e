"""Rules tried in one process: on the examples beside them, and beside other rules."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import msgspec
import pytest

from processors.analyse import Analyser, load_analyser
from processors.contracts import Alert, Article, Mention
from processors.errors import BadArticleError
from processors.rules import Example, ExpectedAlert, Rules, RulesFile
from processors.sentiment.scorer import DEFAULT_SCORER
from processors.trial import ExampleRun, Trial, comparable, compare, run_example
from processors.watch import load_rules, load_rules_file, read_rules
from tools.contracts import examples

MACRON = "Q3052772"
NOW = datetime(2026, 5, 21, tzinfo=UTC)


@cache
def analyser() -> Analyser:
    return load_analyser("0.0.0", DEFAULT_SCORER, "off")


BUILTIN = load_rules_file()


@pytest.mark.parametrize("example", BUILTIN.examples, ids=lambda one: f"{one.rule_id}: {one.name}")
def test_the_built_in_rules_do_what_their_examples_say(example: Example) -> None:
    tested = run_example(example, BUILTIN.rules, analyser())
    assert (tested.missing, tested.unexpected, tested.suppressed) == ((), (), None)
    assert tested.passed


CONDEMNED = """
[[rule.example]]
name = "n"
{expected}
[[rule.example.articles]]
title = "Lawmakers condemn Emmanuel Macron over disastrous reform"
text = "Lawmakers condemned Emmanuel Macron for a disastrous, shameful reform."
{article}
"""
RULE = """
[[rule]]
id = "mine"
version = 1
kind = "sentiment"
severities = [{ severity = "high", polarity_at_least = 0.2 }]
"""


def run(expected: str, article: str = "", rule: str = RULE) -> ExampleRun:
    text = rule + CONDEMNED.format(expected=expected, article=article)
    read = read_rules("extends = 'builtin'\n" + text, "my.toml")
    (example,) = (one for one in read.examples if one.rule_id == "mine")
    return run_example(example, read.rules, analyser())


@pytest.mark.parametrize(
    "alerts",
    [
        f"[{{ leaders = ['{MACRON}'] }}]",
        f"[{{ leaders = ['{MACRON}'], severity = 'high', msg_type = 'alert' }}]",
        f"[{{ leaders = ['{MACRON}'], reason = 'Strongly negative' }}]",
    ],
)
def test_an_example_passes_if_its_rule_sends_what_is_expected_and_no_more(alerts: str) -> None:
    assert run(f"alerts = {alerts}").passed


@pytest.mark.parametrize(
    ("alerts", "missing", "unexpected"),
    [
        ("[]", 0, 1),
        ("[{ leaders = ['Q1'] }]", 1, 1),
        (f"[{{ leaders = ['{MACRON}'], severity = 'low' }}]", 1, 1),
        (f"[{{ leaders = ['{MACRON}'], msg_type = 'cancel' }}]", 1, 1),
        (f"[{{ leaders = ['{MACRON}'], reason = 'lovely' }}]", 1, 1),
        (f"[{{ leaders = ['{MACRON}'] }}, {{ leaders = ['{MACRON}'] }}]", 1, 0),
    ],
)
def test_an_example_fails_with_what_is_missing_and_what_is_too_much(
    alerts: str, missing: int, unexpected: int
) -> None:
    tested = run(f"alerts = {alerts}")
    assert (len(tested.missing), len(tested.unexpected)) == (missing, unexpected)
    assert not tested.passed


def test_an_example_can_expect_that_candidates_are_held_back_and_why() -> None:
    stale = "published = 2026-05-01T12:00:00Z"
    assert run("suppressed = ['stale_article']", stale).passed
    failed = run("suppressed = []", stale)
    assert failed.suppressed == ("stale_article",)
    assert not failed.passed
    ((rule, reason, name),) = {
        (one.rule, one.reason, one.leader.leader_name) for one in failed.unsent
    }
    assert (rule, reason, name) == ("mine", "stale_article", "Emmanuel Macron")


def test_a_loose_expectation_does_not_take_the_alert_of_a_strict_one() -> None:
    loose = f"{{ leaders = ['{MACRON}'] }}"
    strict = f"{{ leaders = ['{MACRON}'], severity = 'high' }}"
    tested = run(f"alerts = [{loose}, {strict}]")
    assert tested.missing == (ExpectedAlert(frozenset([MACRON])),)


def test_an_example_with_an_article_that_is_none_says_so() -> None:
    with pytest.raises(BadArticleError):
        run("alerts = []", 'status = "no-such-status"')


def test_an_undated_article_has_no_date() -> None:
    text = RULE + CONDEMNED.format(expected="alerts = []", article="undated = true")
    (example,) = read_rules(text, "my.toml").examples
    assert "published" not in example.articles[0].document


# Two sets of rules, side by side.


def mention(minutes: int, polarity: float) -> Mention:
    one = examples.mention()
    assert one.context is not None
    context = msgspec.structs.replace(
        one.context,
        mention_id=f"m{minutes}",
        event_time=one.context.event_time + timedelta(minutes=minutes),
        article=msgspec.structs.replace(one.context.article, article_id=f"a{minutes}"),
    )
    sentiment = msgspec.structs.replace(one.sentiment, polarity=polarity)
    return msgspec.structs.replace(one, sentiment=sentiment, context=context)


def rules_with(step: str) -> RulesFile:
    return read_rules(
        f"[[rule]]\nid = 'mine'\nversion = 7\nkind = 'sentiment'\nseverities = {step}", "my.toml"
    )


def alerts_of(file: RulesFile) -> list[Alert]:
    trial = Trial(file.rules, NOW)
    for minutes, polarity in ((0, 0.5), (60, 0.7), (120, 0.9), (125, 0.95)):
        trial.watch(mention(minutes, polarity))
    assert [one.reason for one in trial.unsent if one.rule == "mine"].count("same_window") <= 1
    return trial.alerts


def test_what_changed_rules_add_take_away_and_change_is_told_apart() -> None:
    present = alerts_of(rules_with("[{ severity = 'low', polarity_at_least = 0.6 }]"))
    changed = alerts_of(
        rules_with(
            "[{ severity = 'high', polarity_at_least = 0.8 },"
            " { severity = 'low', polarity_at_least = 0.4 }]"
        )
    )
    difference = compare(present, changed)
    assert [alert.observed for alert in difference.added] == [0.5]
    assert difference.removed == ()
    assert [(a.severity, b.severity) for a, b in difference.changed] == [("low", "high")]
    assert difference.same == 1
    back = compare(changed, present)
    assert (len(back.added), len(back.removed), len(back.changed), back.same) == (0, 1, 1, 1)


def test_a_rule_whose_version_was_raised_is_compared_with_itself() -> None:
    step = "[{ severity = 'low', polarity_at_least = 0.6 }]"
    present = rules_with(step)
    raised = Rules.of(
        [replace(rule, version=8) for rule in present.rules],
        present.rules.guards,
        present.rules.stories,
    )
    assert comparable(raised, present.rules) == present.rules
    # A rule that is new keeps its version.
    assert comparable(load_rules(), present.rules) == load_rules()


def test_articles_of_one_moment_have_one_answer_in_any_order() -> None:
    trials = [Trial(load_rules(), NOW) for _ in range(2)]
    praise = "Mayors praise Emmanuel Macron for excellent plan"
    blame = "Mayors condemn Emmanuel Macron over disastrous plan"
    articles = [
        Article(article_id=f"a{n}", title=title, text=f"{title}. {title}.")
        for n, title in enumerate([praise, blame, praise, blame])
    ]
    for trial, order in zip(trials, (articles, articles[::-1]), strict=True):
        for article in order:
            trial.apply(analyser().analyse(article, NOW))
        trial.finish()
    first, second = ([msgspec.json.encode(a) for a in trial.alerts] for trial in trials)
    assert first
    assert first == second


def test_a_mention_without_its_article_cannot_be_tried() -> None:
    with pytest.raises(ValueError, match="without its article"):
        Trial(load_rules(), NOW).watch(msgspec.structs.replace(mention(0, 0.5), context=None))
