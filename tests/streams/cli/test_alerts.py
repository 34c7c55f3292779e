"""How an alert is laid out, and what `tocsin alerts` refuses before it asks a broker.

`tests/broker/test_topics_and_dead_letters.py` runs the command against brokers.
"""

import io
import unicodedata
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from processors.contracts import Alert, ArticleRef, Evidence
from streams.cli.views.alert import print_alert
from tools.contracts.examples import alerts

ENCOUNTER = alerts()["encounter"]
ANYTHING = st.text(st.characters(exclude_categories=()))


def changed(**fields: Any) -> Alert:
    return msgspec.structs.replace(ENCOUNTER, **fields)


def shown(
    alert: Alert, *, details: bool = True, colours: bool = False, width: int | None = None
) -> str:
    file = io.StringIO()
    console = Console(
        file=file,
        highlight=False,
        force_terminal=colours or width is not None,
        color_system="truecolor" if colours else None,
        width=width or 2_000,
    )
    print_alert(console, alert, details=details)
    return file.getvalue()


def evidence(sentence: str, *words: tuple[str, float]) -> Evidence:
    return Evidence(field="text", start=0, end=len(sentence), sentence=sentence, words=list(words))


def test_details_show_time_severity_leaders_reason_articles_and_sentences() -> None:
    text = shown(ENCOUNTER)
    article = ENCOUNTER.articles[0]
    for part in (
        "2024-05-16 09:31:12 UTC",
        "MEDIUM",
        "encounter",
        "Xi Jinping (Q15031) and Vladimir Putin (Q7747)",
        ENCOUNTER.reason,
        article.title,
        article.source,
        article.url,
        "warm[+0.60], productive[+0.50] and kind[+0.60] talks",
        ENCOUNTER.alert_id,
    ):
        assert part in text


def test_the_short_form_has_the_reason_two_sentences_and_a_link() -> None:
    items = [
        evidence("A weak word.", ("weak", -0.41)),
        evidence("A disastrous failure.", ("disastrous", -0.9), ("failure", -0.8)),
        evidence("A shameful act.", ("shameful", -0.7)),
    ]
    alert = changed(evidence=items)
    assert shown(alert, details=False).splitlines() == [
        "2024-05-16 09:31:12 UTC   MEDIUM  encounter  Xi Jinping and Vladimir Putin",
        f"  {alert.reason}",
        "  > A disastrous[-0.90] failure[-0.80].",
        "  > A shameful[-0.70] act.",
        f"  {alert.articles[0].url}",
        "",
    ]


def test_the_short_form_cuts_a_long_sentence_around_its_first_scored_word() -> None:
    filler = "and so on with many words " * 20
    alert = changed(evidence=[evidence(f"{filler}a disaster came {filler}", ("disaster", -0.9))])
    line = next(one for one in shown(alert, details=False).splitlines() if one.startswith("  > "))
    assert line.startswith("  > … ")
    assert line.endswith(" …")
    assert "a disaster[-0.90] came" in line
    assert len(line) < 270
    assert all(word in f"… {filler} a disaster[-0.90] came >".split() for word in line.split())


@pytest.mark.parametrize("details", [False, True])
def test_lines_fit_a_terminal_of_80_columns_and_addresses_stay_whole(details: bool) -> None:  # noqa: FBT001 - a parameter
    url = "https://news.example/" + "a-long-path/" * 10
    article = msgspec.structs.replace(ENCOUNTER.articles[0], url=url, title="Title " * 30)
    alert = changed(articles=[article], reason="A reason of many words. " * 12)
    lines = shown(alert, details=details, width=80).splitlines()
    assert [line.strip() for line in lines if len(line) > 80] == [url]
    assert all(line.startswith("  ") for line in lines[1:] if line)
    assert " ".join(" ".join(lines).split()).count(alert.reason.strip()) == 1


def test_lines_are_not_wrapped_outside_a_terminal() -> None:
    reason = "A reason of many words. " * 12
    assert f"  {reason}\n" in shown(changed(reason=reason), details=False)


def test_what_a_model_says_of_a_sentence_stands_behind_it() -> None:
    read = msgspec.structs.replace(evidence("Xi is bad."), label="negative", probability=0.93)
    assert "> Xi is bad. (a model says negative, 0.93)" in shown(changed(evidence=[read]))


@pytest.mark.parametrize(
    ("sentence", "words", "marked"),
    [
        ("A GRAVE danger.", [("grave", -0.4), ("danger", -0.5)], "A GRAVE[-0.40] danger[-0.50]."),
        ("Good is not goods, good.", [("good", 0.7)], "Good[+0.70] is not goods, good."),
        ("good then good", [("good", 0.7), ("good", 0.7)], "good[+0.70] then good[+0.70]"),
        ("goods are good", [("good", 0.7)], "goods are good[+0.70]"),
        ("a cease \n fire held", [("cease fire", 0.5)], "a cease   fire[+0.50] held"),
        ("nothing of it", [("absent", -0.5)], "nothing of it absent[-0.50]"),
        ("a (odd) [word]", [("[word]", 0.6)], "a (odd) [word][+0.60]"),
        ("the king left", [("", 0.9), ("king", 0.6), ("left", 0.6)], "the king left"),
    ],
)
def test_scored_words_are_marked_in_their_order(
    sentence: str, words: list[tuple[str, float]], marked: str
) -> None:
    text = shown(changed(evidence=[evidence(sentence, *words)]))
    assert f"  > {marked}\n" in text


def test_the_weights_sign_and_the_severity_have_colours_on_a_terminal() -> None:
    items = [evidence("good and bad", ("good", 0.7), ("bad", -0.7))]
    text = shown(changed(evidence=items, severity="high"), colours=True)
    assert "\x1b[1;32mgood" in text
    assert "\x1b[1;31mbad" in text
    assert "41m HIGH " in text


def test_an_update_and_a_cancellation_are_called_so_and_say_what_they_follow() -> None:
    text = shown(changed(msg_type="cancel", revision=2, references=["abc"], replay_id="r7"))
    assert "encounter CANCELLED" in text
    assert "revision 2 · after abc · replay r7" in text
    assert "encounter update" in shown(changed(msg_type="update"))


def test_a_long_alert_is_cut_and_says_so() -> None:
    refs = [ArticleRef(article_id=str(n), title="", url="", source="", family="") for n in range(8)]
    text = shown(changed(articles=refs, evidence=[evidence("s") for _ in range(7)]))
    assert "… and 3 more articles" in text
    assert "… and 2 more sentences" in text
    assert "• 4\n" in text


def test_nothing_in_an_article_is_markup_a_link_or_an_emoji() -> None:
    hostile = "[bold red]x[/] [link=https://evil.example]y[/link] :smile: https://z.example"
    assert hostile in shown(changed(reason=hostile), colours=True)


@given(text=ANYTHING)
def test_nothing_that_an_article_says_is_obeyed_by_the_terminal(text: str) -> None:
    leader = msgspec.structs.replace(ENCOUNTER.leaders[0], leader_id=text, leader_name=text)
    article = ArticleRef(article_id=text, title=text, url=text, source=text, family=text)
    alert = changed(
        alert_id=text,
        reason=text,
        leaders=[leader],
        articles=[article],
        evidence=[evidence(text, (text, 0.5), (text[:1], -0.5))],
        references=[text],
        replay_id=text,
    )
    printed = shown(alert)
    assert not {unicodedata.category(c) for c in printed if c != "\n"} & {"Cc", "Cs"}
    assert not set(printed) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200f")
    assert printed.count("\n") in {6, 7}
    assert not {unicodedata.category(c) for c in shown(alert, details=False) if c != "\n"} & {
        "Cc",
        "Cs",
    }


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--no-follow"], "say from when, such as --since 2h or --since beginning"),
        (["--since", "yesterday"], "--since: 'yesterday' is no moment"),
        (["--leader", "--"], "--leader: '--' is neither an id"),
        (["--kind", "gossip"], "gossip"),
        (["--limit", "0"], "greater than or equal to 1"),
    ],
)
def test_what_makes_no_sense_is_refused(
    tocsin: Callable[..., Any], options: list[str], said: str
) -> None:
    done = tocsin("alerts", *options)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
