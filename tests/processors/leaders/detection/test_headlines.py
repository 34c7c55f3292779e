"""Plain headlines: a sitting leader is found by surname, a namesake is not. All is invented."""

from datetime import date

import pytest

from processors.leaders import Detector, load_registry

DETECTOR = Detector(load_registry())
TODAY = date(2026, 5, 1)


def names(headline: str, text: str = "", on: date = TODAY) -> set[str]:
    return {one.leader_name for one in DETECTOR.detect(headline, text, on)}


@pytest.mark.parametrize(
    ("headline", "expected"),
    [
        ("UPDATE 2-Macron rules out snap poll", {"Emmanuel Macron"}),
        ("EXCLUSIVE-Modi weighs fuel tax cut - sources", {"Narendra Modi"}),
        ("EXPLAINER-Why Merz needs a new coalition", {"Friedrich Merz"}),
        ("Meloni cheered in Lisbon", {"Giorgia Meloni"}),
        ("Xi flies home early", {"Xi Jinping"}),
        ("Xi's visit to Manila ends", {"Xi Jinping"}),
        ("Putin-Modi meeting put off", {"Vladimir Putin", "Narendra Modi"}),
        ("Anti-Trump march fills square", {"Donald Trump"}),
        ("GERMANY'S MERZ SEES NO QUICK DEAL", {"Friedrich Merz"}),
        ("Embattled Netanyahu Clings To Power", {"Benjamin Netanyahu"}),
        ("Modi Govt Under Fire Over Rail Fares", {"Narendra Modi"}),
        ("Macron attends final, hands over trophy", {"Emmanuel Macron"}),
        ("Students heckle Starmer", {"Keir Starmer"}),
        ("Britain's Starmer to skip dinner", {"Keir Starmer"}),
        ("Pedro Sánchez rules out snap vote", {"Pedro Sánchez"}),
        ("Abdul Hamid Dbeibah sacks minister", {"Abdul Hamid Dbeibeh"}),
        ("Kim Jung-un tours factory", {"Kim Jong Un"}),
        ("Tamim bin Hamad al-Thani lands in Oslo", {"Tamim bin Hamad Al Thani"}),
        ("POTUS vetoes ports bill", {"Donald Trump"}),
        ("Pres. Tinubu sacks army chief", {"Bola Tinubu"}),
    ],
)
def test_a_sitting_leader_is_found_by_surname(headline: str, expected: set[str]) -> None:
    assert names(headline) == expected


@pytest.mark.parametrize(
    "headline",
    [
        "Germany's Merz wins slalom",
        "Merz scores twice as hosts go top",
        "Midfielder Macron out for six weeks with knee injury",
        "Modi, 34, charged with burglary",
        "Lee lands debut novel on prize shortlist",
        "Soprano Meloni sings Verdi",
        "Typhoon Xi nears islands",
        "Samsung's Lee sees chip demand rising",
        "Annika Merz opens flower shop",
        "Starmer, milkman for 50 years, dies at 90",
        "Trump & Sons bakery recalls pies",
        "Kaczynski and Kaczynski smiled",
        "Roe v. Wade decision challenged",
        "Boris Yeltsin Presidential Library shuts early",
        "USS George H.W. Bush leaves port",
    ],
)
def test_a_namesake_is_nobody(headline: str) -> None:
    assert names(headline) == set()


def test_who_is_little_known_needs_the_country() -> None:
    on = date(2018, 5, 1)
    assert names("Harris calls election", on=on) == set()
    assert names("Saint Kitts and Nevis: Harris calls election", on=on) == {"Timothy Harris"}


def test_of_two_in_office_the_far_more_prominent_is_meant() -> None:
    assert names("Lee reshuffles cabinet") == {"Lee Jae-myung"}
    assert names("Hong Kong's Lee reshuffles cabinet") == {"John Lee Ka-chiu"}


def test_headline_and_text_decide_together() -> None:
    text = "Germany's Merz hit all ten targets. Merz, 23, thanked the ski technicians."
    assert names("Germany's Merz wins biathlon sprint", text) == set()
