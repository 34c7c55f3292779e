"""What differs between two sets of alerts."""

import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from rich.console import Console

from processors.contracts import Alert
from streams.cli.views.replay_diff import diff_lines, diff_table
from streams.replay.diff import compare

Make = Callable[..., Alert]


def told(before: list[Alert], after: list[Alert]) -> list[tuple[str, str | None, str | None]]:
    return [
        (
            one.change,
            one.before.alert_id if one.before else None,
            one.after.alert_id if one.after else None,
        )
        for one in compare(before, after).differences
    ]


def test_the_same_alerts_do_not_differ_whatever_their_order_and_repetition(alert: Make) -> None:
    alerts = [alert(str(n)) for n in range(5)]
    mixed = [*reversed(alerts), *alerts]
    comparison = compare(alerts, mixed)
    assert (comparison.same, comparison.differences) == (5, [])


def test_only_when_and_by_which_replay_it_was_made_may_differ(alert: Make) -> None:
    live, again = alert("a"), alert("a", replay_id="one")
    assert compare([live], [again]).same == 1


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (["a"], ["a", "b"], [("added", None, "b")]),
        (["a", "b"], ["a"], [("gone", "b", None)]),
        (["a"], [], [("gone", "a", None)]),
        ([], [], []),
    ],
)
def test_an_alert_is_added_or_gone(
    alert: Make,
    before: list[str],
    after: list[str],
    expected: list[tuple[str, str | None, str | None]],
) -> None:
    assert told([alert(one) for one in before], [alert(one) for one in after]) == expected


def test_another_severity_is_a_change_with_both_sides(alert: Make) -> None:
    (one,) = compare([alert("a")], [alert("a", severity="high")]).differences
    assert one.before is not None
    assert one.after is not None
    assert (one.change, one.before.severity, one.after.severity) == ("changed", "low", "high")


def test_after_a_new_version_of_a_rule_its_alerts_are_paired_and_the_others_are_the_same(
    alert: Make,
) -> None:
    other = alert("x", kind="encounter")
    before = [alert("v1"), alert("v1-later", event_time=other.event_time + timedelta(1)), other]
    after = [alert("v2", version=2, severity="medium"), other]
    comparison = compare(before, after)
    assert comparison.same == 1
    assert told(before, after) == [("changed", "v1", "v2"), ("gone", "v1-later", None)]


def test_alerts_of_one_version_are_never_paired(alert: Make) -> None:
    # Two of one occasion and version are two: ids say so.
    assert sorted(told([alert("a")], [alert("b")])) == sorted(
        [("gone", "a", None), ("added", None, "b")]
    )


def test_a_person_sees_reasons_versions_and_counts(alert: Make) -> None:
    comparison = compare([alert("a"), alert("b")], [alert("a", severity="high"), alert("c")])
    console = Console(width=160, file=io.StringIO())
    console.print(diff_table(comparison, "live", "one"))
    lines = "\n".join([console.file.getvalue(), *diff_lines(comparison, "live", "one")])  # type: ignore[attr-defined]
    assert "because of a" in lines
    assert "high, rule version 1" in lines
    assert re.search(r"change +alert +live +one", lines)
    assert "live is of tocsin 0.2.0, registry r, lexicon l, scorer s" in lines
    assert "0 the same, 1 added, 1 gone, 1 changed" in lines
