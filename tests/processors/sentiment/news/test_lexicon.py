"""The lexicons: what is read, what is refused, and how a version is made."""

import pytest

from processors.errors import BadLexiconError
from processors.sentiment.news.lexicon import (
    Lexicon,
    TextBlobWord,
    load_news,
    load_textblob,
    parse_news,
)

HEADER = "word,weight,subjectivity,category,source\n"
GOOD = TextBlobWord(0.7, 0.6, 1.0, modifier=False, label=None)


def parse(rows: str, header: str = HEADER) -> Lexicon:
    return parse_news(header + rows, {"good": GOOD, "own": GOOD}, "some.csv")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("coup,-0.8,0.4,politics\n", "line 2: 4 columns"),
        ("coup,much,0.4,politics,hand\n", "line 2: weight 'much' is no number"),
        ("coup,-1.2,0.4,politics,hand\n", "line 2: weight -1.2 is out of range"),
        ("coup,nan,0.4,politics,hand\n", "line 2: weight nan is out of range"),
        ("coup,-0.8,-0.4,politics,hand\n", "line 2: subjectivity -0.4 is out of range"),
        ("coup,-0.8,0.4,weather,hand\n", "line 2: category 'weather' is unknown: use one of"),
        ("coup,-0.8,0.4,politics,me\n", "line 2: source 'me' is unknown: use one of"),
        ("Coup,-0.8,0.4,politics,hand\n", "line 2: 'Coup' is no word or phrase"),
        ("coup||coups,-0.8,0.4,politics,hand\n", "line 2: '' is no word or phrase"),
        ("a  coup,-0.8,0.4,politics,hand\n", "line 2: 'a  coup' is no word or phrase"),
        (
            "war,-0.8,0.4,politics,hand\ncoup|war,-0.8,0.4,politics,hand\n",
            "line 3: 'war' is already in line 2",
        ),
    ],
)
def test_a_bad_row_is_named_with_its_line_and_what_to_do(rows: str, message: str) -> None:
    with pytest.raises(BadLexiconError, match=r"some\.csv") as caught:
        parse(rows)
    assert message in str(caught.value)


def test_another_header_is_refused() -> None:
    with pytest.raises(BadLexiconError, match=r"some\.csv, line 1: the header"):
        parse("", "word;weight\n")


def test_a_row_hides_textblobs_word_and_gives_every_form_its_weight() -> None:
    lexicon = parse("own,0,0,override,textblob override\ncoup|coups,-0.8,0.4,politics,hand\n")
    assert lexicon.entries["own"].weight == 0.0
    assert lexicon.entries["good"].weight == 0.7
    assert lexicon.entries["coup"] == lexicon.entries["coups"]


def test_the_version_follows_the_content() -> None:
    one = parse("coup,-0.8,0.4,politics,hand\n").version
    other = parse("coup,-0.7,0.4,politics,hand\n").version
    assert one.startswith("news-1+")
    assert len(one) == len("news-1+") + 8
    assert one != other
    assert one == parse("coup,-0.8,0.4,politics,hand\n").version


def test_the_packaged_lexicon_knows_hard_news_that_textblob_does_not() -> None:
    textblob = load_textblob()
    entries = load_news().entries
    for word in ["attack", "coup", "war crimes", "sanctions", "condemned", "famine", "corruption"]:
        assert word not in textblob
        assert entries[word].weight <= -0.4
    for word in ["praised", "ceasefire", "peace", "victory", "landslide win"]:
        assert word not in textblob
        assert entries[word].weight >= 0.4


@pytest.mark.parametrize("word", ["own", "more", "most", "many", "late", "other", "first", "rose"])
def test_the_packaged_lexicon_takes_textblobs_absurdities_out(word: str) -> None:
    assert load_textblob()[word].polarity != 0.0
    assert load_news().entries[word].weight == 0.0


def test_contractions_are_grammar_and_no_opinion() -> None:
    assert load_textblob()["isn't"].polarity < 0.0
    assert "isn't" not in load_news().entries
