"""Searching the registry by name, country and day."""

from datetime import date

import pytest

from processors.leaders import load_registry
from processors.leaders.registry.lookup import find_country, find_people, terms_in

REGISTRY = load_registry()


@pytest.mark.parametrize(
    ("words", "person_id"),
    [
        ("zelensky", "Q3874799"),
        ("Zelenskiy volodymyr", "Q3874799"),
        ("erdoğan", "Q39259"),
        ("ERDOGAN", "Q39259"),
        ("Qaddafi", "Q19878"),
        ("kim jong-un", "Q56226"),
        ("Q22686", "Q22686"),
        ("abu ammar", "Q34211"),
    ],
)
def test_a_name_an_alias_or_an_id_finds_its_person(words: str, person_id: str) -> None:
    assert find_people(REGISTRY, words)[0].person.person_id == person_id


def test_a_shared_name_finds_all_and_a_whole_name_comes_first() -> None:
    assert {f.person.person_id for f in find_people(REGISTRY, "bush")} >= {"Q207", "Q23505"}
    assert find_people(REGISTRY, "li peng")[0].person.name == "Li Peng"
    assert find_people(REGISTRY, "  ") == []
    assert find_people(REGISTRY, "xyzzy") == []


@pytest.mark.parametrize(
    ("text", "code"),
    [("gb", "GB"), ("Britain", "GB"), ("ivory coast", "CI"), ("NATO", "NATO"), ("Narnia", None)],
)
def test_a_country_is_found_by_code_or_name(text: str, code: str | None) -> None:
    country = find_country(REGISTRY, text)
    assert (country.code if country else None) == code


@pytest.mark.parametrize(
    ("country", "on", "holders"),
    [
        ("GB", "2022-09-20", {"Liz Truss", "Charles III"}),
        ("RU", "1996-08-01", {"Boris Yeltsin", "Viktor Chernomyrdin"}),
        ("ZA", "1996-08-01", {"Nelson Mandela"}),
        ("US", "2025-01-19", {"Joe Biden"}),
        ("US", "2025-01-20", {"Donald Trump"}),
        ("UN", "1996-08-01", {"Boutros Boutros-Ghali"}),
        ("NATO", "1996-08-01", {"Javier Solana"}),
        ("KH", "1996-08-01", {"Norodom Ranariddh", "Hun Sen", "Norodom Sihanouk"}),
        ("CU", "1996-08-01", {"Fidel Castro"}),
        ("VA", "1996-08-01", {"Pope John Paul II"}),
        ("ID", "1998-05-20", {"Suharto"}),
        ("ID", "1998-05-21", {"B. J. Habibie"}),
    ],
)
def test_who_held_what_on_a_day(country: str, on: str, holders: set[str]) -> None:
    terms = terms_in(REGISTRY, country, date.fromisoformat(on))
    assert {REGISTRY.people[term.person_id].name for term in terms} == holders


def test_without_a_country_or_a_day_more_are_given() -> None:
    on = date(2001, 6, 1)
    assert len(terms_in(REGISTRY, None, on)) > 300
    assert len(terms_in(REGISTRY, "FR", None)) > len(terms_in(REGISTRY, "FR", on))
