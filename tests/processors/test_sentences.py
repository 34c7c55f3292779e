"""Where sentences end: news traps, and laws that hold for any text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.sentences import split


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in split(text)]


# Each row is a text in which `|` marks where one sentence ends and the next begins.
TRAPS = [
    "The U.S. president met Gen. Min Aung Hlaing.| Mr. Putin stayed away.",
    "Ministers met at No. 10 on Monday.| They left by No. 11.",
    "He said no.| Then he left.",
    "The answer was No.| Then came the vote.",
    "George W. Bush spoke.| J. K. Rowling did not.",
    "A. A. Gill wrote it.| It sold well.",
    "They moved to the U.S.| The family stayed.",
    "He lives in the U.S. and works in the U.K.| He is happy.",
    "At 9 a.m. Eastern the polls opened.| At 8 p.m. They closed.".replace(" They", "| They"),
    "Shares of Apple Inc. fell.| Microsoft Corp. rose.",
    "He joined Acme Co.| The pay was poor.",
    "On Jan. 5 the court sat.| In Dec. It rose.".replace(" It", "| It"),
    "Sen. Jane Roe, R-Fla., spoke.| Reps. Doe and Poe listened.",
    "Lt. Col. Smith and Sgt. Jones were hurt.| Dr. Who was not.",
    'He said: "Stop."| Then he left.',
    '"Stop!" he said.| "Why?" she asked.| Nobody knew.',
    '"Why now?" Mr. Trump asked.| Nobody answered.',
    "“We won.”| “They lost.”| So it ended.",
    "He paused... and went on.| He paused...| Then he left.",
    "It was over…| Nobody spoke.",
    "He went . . . and left.| Nobody saw.",
    "It rose 3.5 percent.| Prices fell 1.2 percent.",
    "Visit Amazon.com.| It is open.",
    "Is it so?!| It is.",
    "(He left.)| (She stayed.)",
    "Xi and Putin hold talks|\nChina and Russia deepen ties|\nPresident Xi met Mr. Putin.",
    "Headline without a stop|\n\nThe text begins here.",
    "A wrapped line goes on in\nthe next one without a break.| And ends.",
    "Windows lines\r\ngo on.|\r\nOr they end.",
    "The firm (est. 1999) closed.| It had 40 staff.",
    "Brown v. Board was cited.| Roe vs. Wade was not.",
    "Plan B.| The rest is silence.",
    "sen. Roe spoke.| So did gen. Doe.",
    "He resigned.| Messrs. Roe and Doe stayed.",
    "The vote was 5 to 4.| 12 judges sat.",
    "St. Petersburg hosted it.| Fort St. John did not.",
]


@pytest.mark.parametrize("marked", TRAPS)
def test_sentences_end_where_a_reader_ends_them(marked: str) -> None:
    expected = [part.strip() for part in marked.split("|")]
    assert cut(marked.replace("|", "")) == expected


@pytest.mark.parametrize("blank", ["", " ", "\n\n", " \t\r\n\u2028\u00a0"])
def test_a_text_without_letters_or_signs_has_no_sentences(blank: str) -> None:
    assert split(blank) == []


_pieces = st.sampled_from(
    [
        ".",
        "!",
        "?",
        "…",
        "...",
        " ",
        "\n",
        "\r\n",
        "\u2029",
        '"',
        "”",
        "(",
        ")",
        "Mr",
        "U.S",
        "No",
        "10",
        "a",
        "The",
        "said",
        "word",
        "É",
        "ß",
        "ﷺ",
        "\x1c",
        "A. ",
    ]
)


@given(st.one_of(st.text(), st.lists(_pieces).map("".join)))
def test_spans_are_ordered_disjoint_and_cover_everything_but_white_space(text: str) -> None:
    done = 0
    for start, end in split(text):
        assert done <= start < end <= len(text)
        assert not text[done:start].strip()
        assert not text[start].isspace()
        assert not text[end - 1].isspace()
        done = end
    assert not text[done:].strip()


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "." * 1_000_000,
        ". " * 500_000,
        ".)" * 500_000,
        " " * 1_000_000,
        " \n" * 500_000,
        "A. " * 300_000,
        '("' * 500_000,
        "a." * 500_000,
        '!" A' * 250_000,
    ],
    ids=lambda text: repr(text[:4]),
)
def test_no_megabyte_is_too_much(text: str) -> None:
    assert sum(end - start for start, end in split(text)) <= len(text)


@pytest.mark.timeout(60)
def test_ten_thousand_sentences_are_ten_thousand() -> None:
    assert len(split("He left. " * 10_000)) == 10_000


@pytest.mark.parametrize(
    "text",
    [
        "10.42am BST\n\nModi says the mills will close.",
        "Mill owners met at 3.15pm and left by 16:05.",
        "14:05 Modi says the mills will close at 9.30 a.m. ET.",
    ],
)
def test_times_of_live_blogs_cut_no_sentence(text: str) -> None:
    lines = [line for line in text.split("\n") if line]
    assert [text[start:end] for start, end in split(text)] == lines
