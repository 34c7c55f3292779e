"""Relief: who is acquitted, averts, ends or is apologised to is not blamed; who fails to is."""

import pytest

from processors.sentiment.news.blameless import is_blameless
from processors.sentiment.news.places import Chunks, join
from processors.sentiment.news.relief import relief


def mentions(sentence: str) -> tuple[str, list[tuple[int, int]]]:
    """Take the brackets off the leader."""
    start = sentence.index("[")
    end = sentence.index("]") - 1
    return sentence.replace("[", "").replace("]", ""), [(start, end)]


@pytest.mark.parametrize(
    "sentence",
    [
        "Judges acquitted [Okello] of treason.",
        "[Okello] was cleared of perjury and theft on Monday.",
        "[Okello], who was accused of theft, was acquitted in March.",
        "The panel found no evidence that [Okello] had lied.",
        "[Okello] is not corrupt, the auditors said.",
        "[Okello] broke no law, the auditors said.",
        "Theft charges against [Okello] dropped",
        "Prosecutors dropped the theft case against [Okello].",
        "The case against [Okello] collapsed.",
        "Claims that [Okello] stole votes were baseless.",
        "[Okello] averts a ruinous strike",
        "A truce brokered by [Okello] prevented a massacre.",
        "Strike called off after [Okello] talks",
        "[Okello] ended a bitter feud with Larsen.",
        "Larsen ended a bitter feud with [Okello].",
        "[Okello] and Larsen settled the border dispute.",
        "[Okello] puts an end to the siege",
        "[Okello] freed nine jailed journalists.",
        "Hostages freed after talks with [Okello]",
        "The paper apologised to [Okello] for a smear.",
        "[Okello] won an apology for the smear.",
        "Larsen was denounced by [Okello] as a liar.",
        "[Okello]: greed is a cancer",
        "[Okello] comforts widows after the massacre",
        "[Okello] visited survivors of the massacre.",
        "[Okello] sent condolences after the massacre.",
    ],
)
def test_relief_is_the_leaders(sentence: str) -> None:
    assert is_blameless(*mentions(sentence))


@pytest.mark.parametrize(
    "sentence",
    [
        "Judges convicted [Okello] of treason.",
        "[Okello] was not cleared of perjury.",
        "The court overturned the acquittal of [Okello].",
        "The panel found evidence that [Okello] had lied.",
        "There is no evidence for [Okello]'s claims of fraud.",
        "[Okello] is not only corrupt, he is cruel.",
        "The court refused to drop the charges against [Okello].",
        "[Okello] failed to avert a ruinous strike.",
        "[Okello] ended the truce.",
        "[Okello] ended the debate in disgrace.",
        "[Okello] failed to free the hostages.",
        "[Okello] apologised to the victims.",
        "[Okello] was cleared of fraud but condemned as a liar.",
        "Larsen was acquitted of slandering [Okello].",
        "[Okello] condemned the strike.",
        "[Okello] never visited the survivors.",
        "Verdict on [Okello]: guilty",
        "[Okello] was condemned by Larsen.",
    ],
)
def test_relief_is_not_the_leaders(sentence: str) -> None:
    assert not is_blameless(*mentions(sentence))


@pytest.mark.parametrize(
    ("sentence", "relieved"),
    [
        ("a court acquitted @ of fraud and theft .", "of fraud and theft"),
        ("fraud charges against @ were dropped .", "fraud charges against were"),
        ("@ averted a ruinous war ; inflation rose .", "a ruinous war"),
        ("@ did not avert war .", ""),
        ("@ was jailed for fraud .", ""),
    ],
)
def test_the_words_in_reach_are_relieved(sentence: str, relieved: str) -> None:
    words = sentence.split()
    places, _ = relief(words)
    assert " ".join(words[place] for place in sorted(places)) == relieved


def test_a_long_sentence_is_read_in_linear_time() -> None:
    chunks = Chunks()
    words = join(
        [chunks.words("no evidence of fraud by " * 40), chunks.words("not " * 160)], cased=True
    )
    assert len(words) > 350  # what the scorer reads at most is 400
    relief(words)
