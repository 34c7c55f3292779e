"""Surnames of another time: found after a full name, and never by themselves."""

from datetime import date

import pytest

from processors.leaders import Detector
from processors.leaders.registry.registry import load_registry

DETECTOR = Detector(load_registry())

CASES = [
    # In their own time a surname or a title is enough.
    ("1987-06-12", "Reagan and Gorbachev hold talks in Geneva", ["Gorbachev", "Reagan"]),
    ("1973-11-01", "President Nixon left Washington for Florida.", ["Nixon"]),
    ("1956-11-03", "British Prime Minister Eden addressed the nation.", ["Eden"]),
    ("1995-05-05", "President Reagan said so in 1987.", ["Reagan"]),
    # A generation later they need their full name, which then explains the surname.
    ("2019-06-12", "Nixon and Johnson knew it, said President Carter.", []),
    ("2019-06-12", "Richard Nixon knew it. Nixon said so on tape.", ["Nixon", "Richard Nixon"]),
    ("2018-10-02", "John F. Kennedy won. Kennedy was from Boston.", ["John F. Kennedy", "Kennedy"]),
    # Of two bearers of one surname the article's own time has one.
    ("2019-09-20", "Johnson told parliament in London that Britain would leave.", ["Johnson"]),
    ("2018-05-02", "Canadian Prime Minister Trudeau spoke in Ottawa.", ["Trudeau"]),
    ("1971-05-02", "Canadian Prime Minister Trudeau spoke in Ottawa.", ["Trudeau"]),
    # People whose first day in office is far away are not known yet.
    ("1987-05-02", "Prime Minister Cameron of the school's model parliament resigned.", []),
]
WHO = {
    ("2019-09-20", "Johnson"): "Boris Johnson",
    ("2018-05-02", "Trudeau"): "Justin Trudeau",
    ("1971-05-02", "Trudeau"): "Pierre Trudeau",
}


@pytest.mark.parametrize(("on", "text", "expected"), CASES)
def test_a_surname_means_the_people_of_the_articles_time(
    on: str, text: str, expected: list[str]
) -> None:
    leaders = DETECTOR.detect("", text, date.fromisoformat(on))
    assert sorted(span.text for leader in leaders for span in leader.spans) == expected
    for leader in leaders:
        wanted = WHO.get((on, leader.spans[0].text))
        assert wanted in (None, leader.leader_name)


def test_a_full_name_of_another_bearer_makes_the_surname_anothers() -> None:
    text = "George Papadopoulos, an adviser, pleaded guilty. Papadopoulos met a professor in Rome."
    assert DETECTOR.detect("", text, date(2018, 5, 5)) == []


NAMED_AFTER_PEOPLE = [
    "Floods hit Ho Chi Minh City.",
    "Ronald Reagan Washington National Airport reopened.",
    "A strike shut Charles de Gaulle airport near Paris.",
    "Paris sent the Charles de Gaulle to the Gulf.",
    "He studied at Kwame Nkrumah University.",
    "A fire broke out in Golda Meir Street.",
]
NAMESAKES = [
    "Edward Heath, 34, a plumber from Leeds, won.",
    "Harold Wilson of the Bulls scored.",
    "Gerald Ford, a plumber, complained.",
    "Mustafa Khalil was convicted.",
    "Mrs Gandhi met workers of her party.",
    "Prince Khaled bin Salman met the minister.",
]


@pytest.mark.parametrize("text", [*NAMED_AFTER_PEOPLE, *NAMESAKES])
def test_full_names_of_another_time_without_their_country_mean_others(text: str) -> None:
    assert DETECTOR.detect("", text, date(2019, 5, 5)) == []


def test_a_full_name_of_another_time_needs_its_country() -> None:
    text = "Edward Heath took Britain into Europe."
    (leader,) = DETECTOR.detect("", text, date(2019, 5, 5))
    assert (leader.leader_name, leader.status) == ("Edward Heath", "former")
