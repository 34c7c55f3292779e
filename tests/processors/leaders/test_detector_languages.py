"""Languages are data: what a file must say, and that the article's language picks it."""

from datetime import date

import pytest

from processors.errors import BadRegistryError
from processors.leaders import Detector, load_registry
from processors.leaders.languages.files import languages, load_words, read_words

REGISTRY = load_registry()
DETECTOR = Detector(REGISTRY)
ON = date(2014, 5, 5)

FRENCH = """
nouns_are_lower = true
possessives = []
joiners = [" "]
genitives = [" de la ", " de ", " du ", " des "]
[cues]
determiners = "le la"
predicate = "comme un une"
[[offices]]
words = ["président", "présidente"]
codes = [["president"]]
alone = true
[[offices]]
words = ["chancelière", "chancelier"]
codes = [["chancellor"]]
[countries.RU]
names = ["Russie"]
adjectives = ["russe"]
[countries.DE]
names = ["Allemagne"]
adjectives = ["allemande"]
[aliases]
Q7747 = ["Vladimir Poutine"]
"""


def ids(detector: Detector, text: str, language: str) -> set[str]:
    return {leader.leader_id for leader in detector.detect("", text, ON, language=language)}


def test_every_packaged_language_can_be_read() -> None:
    assert languages() == ("de", "en")
    for language in languages():
        assert load_words(language).titles


def test_the_articles_language_picks_the_words() -> None:
    text = "Der französische Präsident schwieg."
    assert ids(DETECTOR, text, "de") == {"Q157"}
    assert ids(DETECTOR, text, "en") == set()


def test_a_language_without_words_is_read_by_full_names_and_their_surnames_alone() -> None:
    text = "Angela Merkel est là. Merkel parle. President Putin parle. Obama et Putin parlent."
    (leader,) = DETECTOR.detect("", text, ON, language="fr")
    assert [span.text for span in leader.spans] == ["Angela Merkel", "Merkel"]


def test_a_user_adds_a_language_by_data() -> None:
    detector = Detector(REGISTRY, [read_words("fr", FRENCH)])
    assert ids(detector, "Le président de la Russie parle.", "fr") == {"Q7747"}
    assert ids(detector, "Vladimir Poutine parle.", "fr") == {"Q7747"}
    assert ids(detector, "Elle parle comme président de la Russie.", "fr") == set()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = ", "fr.toml is no TOML"),
        ("colour = 'red'", "unknown key 'colour'; use one of"),
        ("joiners = 'x'", "joiners must be a list of strings"),
        ("men = ['monsieur']", "men must be one string of words"),
        ("[[offices]]\nwords = ['roi']\ncode = []", "unknown key 'code'"),
        ("[[offices]]\ncodes = []", "an office has no words"),
        ("[aliases]\nQ1 = 'x'", "Q1 must be a list of strings"),
    ],
)
def test_a_broken_language_file_is_refused_with_what_is_wrong(text: str, message: str) -> None:
    with pytest.raises(BadRegistryError, match=message):
        read_words("fr", text)


def test_an_unknown_language_has_no_words() -> None:
    with pytest.raises(BadRegistryError, match="no language 'xx'; known are de, en"):
        load_words("xx")
