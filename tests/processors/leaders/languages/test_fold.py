"""Folding keeps the way back to the original's offsets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.leaders.languages.fold import fold, fold_characters

CASES = [
    ("plain", "plain"),
    ("Erdoğan’s “Łódź”", 'Erdogan\'s "Lodz"'),
    ("Kim Jong‑un – here", "Kim Jong-un - here"),
    ("Xi\nJinping", "Xi Jinping"),
    ("Xi \r\n\t Jinping", "Xi Jinping"),
    ("Xi\n\nJinping", "Xi\n\nJinping"),
    ("Xi\n \n \nJinping", "Xi\n\nJinping"),
    ("Erdog\u0306an", "Erdogan"),
    ("Ma\u00adcron\u200b", "Macron"),
    ("Xi\u00a0Jinping", "Xi Jinping"),
    ("北京", "北京"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "folded"), CASES)
def test_a_text_folds_to_plain_letters(text: str, folded: str) -> None:
    assert fold(text).text == folded


def test_many_different_characters_fold_as_few_do() -> None:
    every = "".join(map(chr, range(0xC0, 0x180)))
    assert fold_characters(every) == "".join(map(fold_characters, every))


_TEXT = st.text(
    st.one_of(st.characters(), st.sampled_from(" \n\t\rAé\u0301\u00ad\u200b’—")), max_size=80
)


@given(_TEXT)
def test_offsets_lead_back_to_the_character_that_was_folded(text: str) -> None:
    folded = fold(text)
    places = [folded.original(offset) for offset in range(len(folded.text))]
    assert places == sorted(set(places))
    for offset, place in enumerate(places):
        if not folded.text[offset].isspace():
            assert fold_characters(text[place]) == folded.text[offset]


@given(_TEXT)
def test_characters_keep_their_places(text: str) -> None:
    assert len(fold_characters(text)) == len(text)
