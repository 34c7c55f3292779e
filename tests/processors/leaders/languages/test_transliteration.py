"""Other spellings of Arabic and Korean names, by rule."""

import pytest

from processors.leaders.languages.transliteration import spellings


@pytest.mark.parametrize(
    ("name", "home", "expected"),
    [
        ("Abdel Hamid Dbeibeh", "LY", "Abdul Hamid Dbeibah"),
        ("Dbeibeh", "LY", "Dbeibah"),
        ("Salman bin Abdulaziz Al Saud", "SA", "Salman bin Abdulaziz al-Saud"),
        ("Abdel Fattah el-Sisi", "EG", "Abdel Fattah Al Sisi"),
        ("Kim Jong Un", "KP", "Kim Jung-un"),
    ],
)
def test_a_name_has_its_other_spellings(name: str, home: str, expected: str) -> None:
    found = spellings(name, home)
    assert expected in found
    assert name not in found
    assert len(found) <= 48


def test_names_of_other_countries_stay_as_they_are() -> None:
    assert spellings("Mathias Cormann", "FR") == []
