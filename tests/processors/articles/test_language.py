"""Language tags."""

import pytest

from processors.articles.language import read_language
from processors.errors import BadArticleError, DeadLetterReason


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("en", "en"),
        ("en-GB", "en"),
        ("EN_us", "en"),
        (" fr ", "fr"),
        ("zh-Hant-TW", "zh"),
        ("eng", "en"),
        ("tlh", "tlh"),
        ("xx", "xx"),
        ("und", ""),
        ("", ""),
        (" ", ""),
        (None, ""),
    ],
)
def test_a_tag_gives_its_primary_part(value: object, expected: str) -> None:
    assert read_language(value) == expected


@pytest.mark.parametrize(
    "value",
    ["klingonish!!", "English", "one two three", "e", "5", 5, 1.5, "en-", "ёё", "en" + "-a" * 99],
)
def test_what_is_no_tag_is_refused(value: object) -> None:
    with pytest.raises(BadArticleError, match="language is ") as refusal:
        read_language(value)
    assert refusal.value.reason is DeadLetterReason.INVALID_LANGUAGE


@pytest.mark.parametrize("value", [True, ["en"], {"code": "en"}])
def test_other_types_are_refused(value: object) -> None:
    with pytest.raises(BadArticleError) as refusal:
        read_language(value)
    assert refusal.value.reason is DeadLetterReason.WRONG_TYPE
