"""Files of rules: what they may say, and what is said of those that are wrong."""

from dataclasses import replace
from importlib import resources
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.contracts import LeaderRef
from processors.errors import BadRulesError, MisconfigurationError
from processors.rules import Rules, facts_of
from processors.rules.condition.evaluation import Condition
from processors.rules.file.reading import unraised
from processors.rules.wording import document, duration, parameters, scope, steps
from processors.watch import KINDS, load_rules, load_rules_file, read_rules
from processors.watch.kinds.encounter import Encounter
from tools.contracts.examples import mention

ONE = """
[[rule]]
id = "one"
version = 1
kind = "sentiment"
"""


def problems(text: str, known: dict[str, dict[str, str]] | None = None) -> list[tuple[int, str]]:
    with pytest.raises(BadRulesError) as raised:
        read_rules(text, "my.toml", known)
    return [(one.line, one.message) for one in raised.value.problems]


def rule(body: str, kind: str = "sentiment") -> str:
    return f'[[rule]]\nid = "one"\nversion = 1\nkind = "{kind}"\n{body}\n'


def test_a_rule_that_says_little_has_the_defaults_of_its_kind() -> None:
    for name, kind in KINDS.items():
        (read,) = read_rules(rule("", name), "my.toml").rules
        assert read.kind == name
        assert read.parameters == kind.rule.parameters()
        assert read.cooldown_seconds == kind.rule.cooldown_seconds
        assert read.topic == f"news.alerts.{name}"
        assert [(s.limit, s.severity) for s in read.severities] == list(kind.rule.severities)
        assert read.scope.holds("anyone", "anywhere")


def test_a_rule_that_says_all() -> None:
    text = rule(
        """
description = "D"
leaders = { include = ["Q1"], exclude = ["Q2"] }
countries = { include = ["FR"], exclude = ["DE"] }
when = 'relevance >= 40'
severities = [{ severity = "high", p_value_at_most = 1e-9, when = 'families > 9' },
              { severity = "low", p_value_at_most = 1 }]
cooldown_seconds = 60
topic = "news.alerts.desk"
min_reports = 7
update_after_seconds = [60, 120]
""",
        "surge",
    )
    (read,) = read_rules(text, "my.toml").rules.of_kind("surge")
    assert read.description == "D"
    assert read.when == Condition("relevance >= 40", lambda _: True)
    assert [step.when.source if step.when else None for step in read.severities] == [
        "families > 9",
        None,
    ]
    assert read.threshold == 1.0
    assert read.parameters.min_reports == 7
    assert read.parameters.update_after_seconds == (60, 120)
    assert read.topic == "news.alerts.desk"
    holds = read.scope.holds
    assert [holds("Q1", "IT"), holds("Q3", "FR"), holds("Q3", "IT")] == [True, True, False]
    assert [holds("Q2", "FR"), holds("Q1", "DE")] == [False, False]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("x = 1", 1, "the file has no key x."),
        ("\nextends = 'bultin'", 2, "extends is 'bultin'; it takes one of builtin. Did you mean"),
        ("[gards]\nx = 1", 1, "the file has no key gards. Did you mean guards?"),
        ("[guards]\nstale_secnds = 1", 2, "no key stale_secnds. Did you mean stale_seconds?"),
        ("[guards]\nstale_seconds = 0", 2, "stale_seconds is 0; it takes a whole number from 1"),
        ("[guards]\nallow_undated = 1", 2, "allow_undated is 1; it takes true or false."),
        ("[stories]\nwindow_seconds = '3d'", 2, "window_seconds is '3d'; it takes a whole number"),
        ("rule = 3", 1, "rule is 3; it takes a list of tables"),
        ("rule = [3]", 1, "rule is 3; it takes a table of keys"),
        ("disable = ['encountr']\nextends='builtin'", 1, "Did you mean encounter?"),
        ("disable = ['encounter']", 1, 'Without extends = "builtin" none is there.'),
        ("[[rule]]\nid = 'a'\nversion = 1", 1, "[rule] has no kind: one of sentiment, encounter"),
        ("[[rule]]\nid = 'a'\nkind = 'surge'", 1, "[rule] has no version: a whole number from 1"),
        ("[[rule]]\nversion = 1\nkind = 'surge'", 1, "[rule] has no id: text that matches"),
        ("[[rule]]\nid='a'\nversion = 1\nkind = 'serge'", 4, "kind is 'serge'; it takes one of "),
        (rule("id2 = 'A b'"), 5, "[rule] has no key id2. Did you mean id?"),
        (ONE.replace('"one"', '"A b"'), 3, "id is 'A b'; it takes text that matches"),
        (ONE + ONE, 8, "the rule of line 2 is called one too"),
        (rule("when = 3"), 5, "when is 3; it takes text."),
        (rule("when = 'polarty < 0'"), 5, "there is no field polarty. Did you mean polarity?"),
        (rule('when = """\npolarty < 0"""'), 5, "character 1 of the text: there is no field"),
        (rule("cooldown_seconds = 2.5"), 5, "cooldown_seconds is 2.5; it takes a whole number"),
        (rule("min_reports = 3"), 5, "min_reports is a parameter of surge rules, and this"),
        (rule("when = 'companion == \"Q1\"'", "surge"), 5, "companion is a field of encounter"),
        (rule("slack = nan", "shift"), 5, "slack is nan; it takes a number from 0 up to 10"),
        (rule("", "surge").replace('"one"', '"one\\n"'), 2, "id is 'one\\n'; it takes text"),
        (rule("slack = -1", "shift"), 5, "slack is -1; it takes a number from 0 up to 10"),
        (rule("severities = []"), 5, "severities needs a step at least, or is left out"),
        (rule("severities = 'high'"), 5, "severities is 'high'; it takes a list of tables"),
        (rule("severities = [{ severity = 'hi', polarity_at_least = 1 }]"), 5, "Did you mean high"),
        (rule("severities = [{ severity = 'high' }]"), 5, "[severities] has no polarity_at_least"),
        (
            rule("severities = [{ severity = 'high', polarity_at_least = 1.5 }]"),
            5,
            "polarity_at_least is 1.5; it takes a number from 0.0 up to 1.0.",
        ),
        (
            rule("severities = [{ severity = 'high', p_value_at_most = 1 }]"),
            5,
            "p_value_at_most is for surge rules; in sentiment rules use polarity_at_least",
        ),
        (
            rule(
                "severities = [{ severity = 'low', polarity_at_least = 0.1 },\n"
                "  { severity = 'high', polarity_at_least = 0.9 }]"
            ),
            6,
            "this step is never reached: one before it takes all of it",
        ),
        (
            rule(
                "severities = [{ severity = 'low', p_value_at_most = 0.1 },\n"
                "  { severity = 'high', p_value_at_most = 0.01 }]",
                "surge",
            ),
            6,
            "this step is never reached",
        ),
        (rule("topic = 'alerts'"), 5, "topic is 'alerts'; it takes text that matches news"),
        (rule("topic = 'news.alerts.surge'"), 5, "news.alerts.surge is the topic of another kind"),
        (rule("leaders = ['Q1']"), 5, "leaders is ['Q1']; it takes a table of keys"),
        (rule("leaders = { includes = ['Q1'] }"), 5, "[leaders] has no key includes. Did you mean"),
        (
            rule("leaders = { include = ['Q1'], exclude = ['Q1'] }"),
            5,
            "Q1 is included and excluded",
        ),
        (rule("[[rule.example]]\nname = 'n'\nalerts = []"), 5, "an example needs an article"),
        (
            rule("[[rule.example]]\nname = 'n'\narticles = [{ title = 'T' }]"),
            5,
            "say what is expected; alerts = [] means that no rule fires",
        ),
        (
            rule("[[rule.example]]\nname = 'n'\nalerts = []\narticles = [{ titel = 'T' }]"),
            8,
            "[articles] has no key titel. Did you mean title?",
        ),
        (
            rule(
                "[[rule.example]]\nname = 'n'\nalerts = []\n"
                "articles = [{ title = 'T', every_seconds = 4 }]"
            ),
            8,
            "every_seconds is for an article that has for_each",
        ),
        (
            rule("[[rule.example]]\nname = 'n'\nat = 2026-05-20T09:00:00\nalerts = []\n"
                 "articles = [{ title = 'T' }]"),
            7,
            "at has no zone; write a Z behind it",
        ),
        (
            rule("[[rule.example]]\nname = 'n'\nalerts = [{ severity = 'low' }]\n"
                 "articles = [{ title = 'T' }]"),
            7,
            "[alerts] has no leaders: a list, each text",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(text: str, line: int, said: str) -> None:
    assert any(at == line and said in message for at, message in problems(text)), problems(text)


def test_every_problem_is_said_at_once_in_the_order_of_the_file() -> None:
    text = "x = 1\n" + rule("when = 'a > 1 && b > 1'\ncooldown_seconds = 0\nfoo = 1")
    assert [line for line, _ in problems(text)] == [1, 6, 6, 7, 8]


def test_a_problem_in_a_condition_has_its_column_in_the_file() -> None:
    with pytest.raises(BadRulesError, match=r"my\.toml:5:20: there is no field polarty"):
        read_rules(rule("when = 'in_lead && polarty > 1'"), "my.toml")


def test_a_kind_can_have_fields_of_its_own() -> None:
    text = rule("when = 'companion == \"Q7747\"'", "encounter")
    (read,) = read_rules(text, "my.toml").rules
    assert read.when is not None
    for companion, holds in (("Q7747", True), ("Q22686", False)):
        other = LeaderRef(leader_id=companion, leader_name="Other")
        assert read.when.holds(facts_of(mention(), measured=Encounter(1.0, other))) == holds


def test_what_is_no_toml_is_said_with_its_line() -> None:
    ((line, message),) = problems("a = 1\nb = = 2\n")
    assert (line, message) == (2, "Invalid value")
    assert problems("a = 1\nb =")[0][0] == 2


@pytest.mark.parametrize("text", ["a = " + "[" * 5_000 + "]" * 5_000, "a = " + "{b=" * 5_000 + "1"])
def test_a_text_that_is_nested_without_an_end_is_refused(text: str) -> None:
    assert len(problems(text)) == 1


LINES = (resources.files("processors.rules") / "builtin.toml").read_text("utf-8").splitlines()
NOISE = [
    *("[[rule]]", "[rule.example]", "[[rule.example.articles]]", "[guards]"),
    *("id = 3", "when = 'relevance >'", "severities = [1]", "articles = 3", "at = 2026-05-20"),
    *("version = nan", "slack = nan", "cooldown_seconds = -1", "leaders = { include = [1] }"),
    *("alerts = {}", "kind = 'shift'", "extends = 'builtin'", "x = [", '"""'),
]


@given(
    st.lists(
        st.tuples(st.integers(0, len(LINES)), st.integers(0, 3), st.sampled_from(NOISE)),
        min_size=1,
        max_size=8,
    )
)
def test_any_file_is_read_or_its_problems_are_said(edits: list[tuple[int, int, str]]) -> None:
    lines = list(LINES)
    for at, gone, noise in edits:
        lines[at : at + gone] = [noise]
    try:
        read = read_rules("\n".join(lines), "my.toml")
    except BadRulesError as error:
        assert error.problems  # noqa: PT017
        assert all(1 <= one.line <= len(lines) + 1 for one in error.problems)  # noqa: PT017
    else:
        assert len({rule.id for rule in read.rules}) == len(list(read.rules))


def test_leaders_and_countries_are_looked_up_where_they_are_known() -> None:
    text = rule("leaders = { include = ['Ada Example', 'Q2'] }\ncountries = { exclude = ['XX'] }")
    known = {"leader": {"Q1": "Ada Example", "Q2": "Bo"}, "country": {"FR": "France"}}
    assert problems(text, known) == [
        (5, "leader is never 'Ada Example'. Did you mean 'Q1' (Ada Example)?"),
        (6, "country is never 'XX'. It is one of FR."),
    ]
    assert read_rules(text, "my.toml").rules


def test_a_file_stands_alone_unless_it_extends_the_built_in_rules() -> None:
    builtin = [one.id for one in load_rules()]
    assert [one.id for one in read_rules(ONE, "my.toml").rules] == ["one"]
    extended = read_rules("extends = 'builtin'" + ONE, "my.toml")
    assert sorted(one.id for one in extended.rules) == sorted([*builtin, "one"])
    assert extended.own == ("one",)
    assert {one.rule_id for one in extended.examples} <= set(builtin)


def test_a_rule_of_the_same_id_takes_the_place_of_the_built_in_one_and_others_can_go() -> None:
    text = (
        "extends = 'builtin'\ndisable = ['encounter']\n[guards]\nstale_seconds = 60\n"
        + ONE.replace('"one"', '"strong-sentiment"').replace("version = 1", "version = 99")
    )
    read = read_rules(text, "my.toml")
    assert [
        (one.id, one.version) for one in read.rules if one.kind in ("sentiment", "encounter")
    ] == [("strong-sentiment", 99)]
    assert read.rules.of_kind("sentiment")[0].when is None
    assert not [e for e in read.examples if e.rule_id in ("strong-sentiment", "encounter")]
    assert read.rules.guards == msgspec.structs.replace(load_rules().guards, stale_seconds=60)
    assert read.warnings == ()


def test_a_changed_built_in_rule_under_its_old_version_is_warned_of() -> None:
    text = "extends = 'builtin'" + ONE.replace('"one"', '"strong-sentiment"')
    (warning,) = read_rules(text, "my.toml").warnings
    assert (warning.line, warning.column) == (4, 1)
    (builtin,) = load_rules().of_kind("sentiment")
    assert f"raise it to {builtin.version + 1}" in warning.message


def test_words_that_describe_a_rule_do_not_count_as_a_change() -> None:
    (rule_,) = load_rules().of_kind("sentiment")
    before = Rules.of([rule_])
    described = Rules.of([replace(rule_, description="Other words.")])
    changed = Rules.of([replace(rule_, cooldown_seconds=1)])
    raised = Rules.of([replace(rule_, cooldown_seconds=1, version=99)])
    assert unraised(before, described) == []
    assert unraised(before, changed) == ["strong-sentiment"]
    assert unraised(before, raised) == []


def test_an_example_repeats_an_article_for_each_word() -> None:
    text = rule(
        "[[rule.example]]\nname = 'n'\nalerts = []\nat = 2026-05-20T12:00:00Z\n"
        "[[rule.example.articles]]\nfor_each = ['harbour', 'school']\nevery_seconds = 60\n"
        "after_seconds = 5\ntitle = 'A {} opens'\nsource = '{} Post'\n"
    )
    (example,) = read_rules(text, "my.toml").examples
    assert [(one.document["id"], one.document["title"]) for one in example.articles] == [
        ("example-1-harbour", "A harbour opens"),
        ("example-1-school", "A school opens"),
    ]
    assert [one.document["published"] for one in example.articles] == [
        "2026-05-20T12:00:05+00:00",
        "2026-05-20T12:01:05+00:00",
    ]
    assert [one.event_time.second + 60 * one.event_time.minute for one in example.articles] == [
        5,
        65,
    ]
    assert example.articles[1].document["source"] == "school Post"


def test_the_built_in_rules_are_well_and_have_examples_each() -> None:
    read = load_rules_file()
    assert read.warnings == ()
    assert {one.rule_id for one in read.examples} == {one.id for one in read.rules}
    assert all(one.description for one in read.rules)


def test_a_file_is_loaded_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(ONE, encoding="utf-8-sig")
    assert [one.id for one in load_rules(file)] == ["one"]


def test_a_file_that_cannot_be_read_is_a_misconfiguration(tmp_path: Path) -> None:
    with pytest.raises(MisconfigurationError, match="cannot be read: No such file"):
        load_rules(tmp_path / "none.toml")
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b"description = '\xe9'")
    with pytest.raises(MisconfigurationError, match="are not UTF-8"):
        load_rules(latin)


def test_a_rule_that_is_shown_can_be_read_again() -> None:
    for one in load_rules():
        shown = document(one)
        (again,) = read_rules("[[rule]]\n" + _toml(shown), "my.toml").rules
        assert replace(again, when=None, severities=()) == replace(one, when=None, severities=())
        assert (again.when, again.severities) == (one.when, one.severities)


def _toml(values: dict[str, object]) -> str:
    return "\n".join(
        f"{key} = {_value(value)}" for key, value in values.items() if value is not None
    )


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {_value(v)}" for k, v in value.items()) + " }"
    return f"'''{value}'''" if isinstance(value, str) else repr(value)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (1, "1 second"),
        (90, "90 seconds"),
        (5_400, "90 minutes"),
        (3_600, "1 hour"),
        (259_200, "3 days"),
    ],
)
def test_a_duration_in_words(seconds: int, said: str) -> None:
    assert duration(seconds) == said


def test_a_rule_in_words() -> None:
    text = rule("leaders = { include = ['Q2', 'Q1'], exclude = ['Q3'] }", "breaking")
    (read,) = read_rules(text, "my.toml").rules
    assert scope(read.scope) == "Q1, Q2 without Q3"
    assert steps(read)[0] == "high: families_at_least 8"
    assert parameters(read)["within_seconds"] == "30 minutes"
    assert scope(load_rules().of_kind("sentiment")[0].scope) == "every leader"
