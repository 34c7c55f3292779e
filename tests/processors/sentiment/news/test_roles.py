"""Roles: the verb, its voice, who did it and what is owned."""

import pytest

from processors.sentiment.news.places import REPORTED, places
from processors.sentiment.news.roles import ROLES, agent_verb, is_passive, roles


def read(sentence: str) -> dict[str, str]:
    """Return the role of each word that has one."""
    words = sentence.split()
    leaders = [at for at, word in enumerate(words) if word == "@"]
    return {words[at]: ROLES[role] for at, role in roles(words, leaders)}


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("@ lied to voters .", {"lied": "subject", "voters": "then"}),
        ("@ , the old king , lied .", {"lied": "subject"}),
        ("@ has never lied .", {"lied": "denied subject"}),
        ("@ was severely criticised .", {"criticised": "passive"}),
        ("@ was not harmed .", {"harmed": "denied passive"}),
        ("@ condemned over raid", {"condemned": "passive", "raid": "then"}),
        ("@ condemned the raid", {"condemned": "subject", "raid": "then"}),
        ("@ is corrupt .", {"corrupt": "is"}),
        ("@ is not corrupt .", {"corrupt": "is not"}),
        ("@ s approval falls", {"approval": "has", "falls": "has"}),
        ("unions mocked president ^ @ .", {"mocked": "object"}),
        ("^ was scolded by the president @ .", {"scolded": "by"}),
        ("anger at @ .", {"anger": "against"}),
        ("praise for the @ .", {"praise": "for"}),
        (", @ .", {}),
    ],
)
def test_roles_of_words(sentence: str, expected: dict[str, str]) -> None:
    assert read(sentence) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("@ attacked by mob", True),
        ("@ attacked the mob", False),
        ("@ apologised for error", False),
        ("@ said as much", False),
    ],
)
def test_a_headlines_passive(sentence: str, expected: bool) -> None:  # noqa: FBT001 - a table
    assert is_passive(sentence.split(), 1) is expected


def test_an_agent_has_its_verb() -> None:
    words = ["^", "was", "denounced", "by", "@", "as", "a", "liar", "."]
    assert agent_verb(words, 4) == 2
    assert agent_verb(["^", "stood", "by", "@", "."], 3) is None


def test_what_is_said_by_the_judge_does_not_colour_the_judge() -> None:
    words = ["^", "was", "denounced", "by", "@", "as", "a", "liar", "."]
    assert set(places(words)) == {REPORTED, -1}
