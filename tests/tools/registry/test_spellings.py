"""Spellings that are derived from one that is known."""

import pytest

from tools.registry.spellings import other_names, other_surnames


@pytest.mark.parametrize(
    ("name", "home", "some"),
    [
        ("Mohamed Morsi", "EG", ["Mohammed Morsi", "Muhammad Morsi"]),
        ("Sergei Stepashin", "RU", ["Sergey Stepashin"]),
        ("Kim Dae-jung", "KR", ["Kim Dae Jung", "Kim Dae-Jung", "Kim Daejung"]),
        ("Viktor Orbán", "HU", ["Orbán Viktor", "Victor Orbán"]),
        ("Shinzo Abe", "JP", ["Abe Shinzo"]),
    ],
)
def test_known_ways_of_writing_are_given(name: str, home: str, some: list[str]) -> None:
    assert set(some) <= set(other_names(name, home))


@pytest.mark.parametrize(
    ("name", "home"),
    [
        ("Emmanuel Macron", "FR"),
        ("Suharto", "ID"),
        ("Jean-Claude Juncker", "EU-COM"),
        ("Hussein bin Talal Al Hashimi", "JO"),
        ("Dae-jung", "KR"),
    ],
)
def test_others_have_none(name: str, home: str) -> None:
    assert list(other_names(name, home)) == []


@pytest.mark.parametrize(
    ("surname", "expected"),
    [
        ("al-Assad", ["Assad", "al-Assad", "el-Assad"]),
        ("El-Sisi", ["Sisi", "al-Sisi", "el-Sisi"]),
        ("Aliyev", []),
        ("al-X", []),
    ],
)
def test_an_article_may_be_left_out_or_spelt_otherwise(surname: str, expected: list[str]) -> None:
    assert list(other_surnames(surname)) == expected
