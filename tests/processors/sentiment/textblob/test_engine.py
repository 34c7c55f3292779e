"""The engine equals the installed TextBlob, to the last bit."""

import random
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from textblob import TextBlob, _text
from textblob.en import sentiment as textblob_sentiment

from processors.sentences import split
from processors.sentiment.news.lexicon import load_textblob
from processors.sentiment.textblob import encoder
from processors.sentiment.textblob import engine as engine_module
from processors.sentiment.textblob.engine import Engine


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    return Engine(load_textblob())


def assert_equal(engine: Engine, text: str) -> None:
    expected = textblob_sentiment(text)
    reading = engine.read(text)
    # repr, because 0.0 == -0.0 and rounding hides in ==
    assert repr((reading.polarity, reading.subjectivity)) == repr(tuple(expected))
    assert repr(reading.assessments) == repr(expected.assessments)


SUBJECTS = ["The president", "Xi", "Her speech", "This deal", "U.S. policy", "“Mr. Wise”"]
VERBS = ["is", "isn't", "was not", "can hardly be", "is really not", "was never"]
QUALITIES = ["very good", "bad", "extremely terrible", "a great success", "not a good idea", "new"]
ENDS = [".", "!", "!!", "...", " :-)", "?\n\nNext, the worst is over."]
ODDITIES = [
    "",
    " ",
    "The deal isn't good.",
    "Results: (1) growth, (2) jobs",
    "Score: 3 to 2",
    "Chapter (8) is the best (!) of all ( ! ) chapters",
    "no. 8 ) and x D and o . O",
    "not bad!! And ! very ! good !",
    "He said no. Good news. Very. Bad news.",
    "really not so very good, hardly not bad",
    "good\r\n\r\n) bad :\n\n) great",
    "END-OF-SENTENCE good END-OF-SENTENCE. bad :END-OF-SENTENCE )",
    "13thly END-OF-SENTENCEn't abhorrent, very END-OF-SENTENCE's good “END-OF-SENTENCE’ll” bad",
    "A terrible—and costly—war… it was good… «good»",
    "‘Terrible,’ he said; “great!”",
    "don't won't can't shouldn't n't",
    "'''great''' ``nice''",
    "Mr. Bad. T. Good e.g. nice. etc. bad.",
    "İSTANBUL is GREAT, STRAßE is bad",
    "f*cking great >:( ♥ <3 °o° >.> :'''( 8-)",
    "好的 очень хорошо good",
    "(((good)))... [bad]!? {great}.,;",
]
NEWS = [
    "President Macron was assassinated in a bomb attack.",
    "Xi and Putin met at the Great Hall of the People in Beijing.",
    "The late president's foreign policy was more popular than many expected (see No. 8).",
    "Markets fell 3.5 per cent: the worst day since 2008; analysts were not surprised.",
]
SENTENCES = [
    f"{s} {v} {q}{e}" for s in SUBJECTS for v in VERBS for q in QUALITIES for e in ENDS[:2]
]
SENTENCES += [
    f"{s} {v} {q}{e}" for s in SUBJECTS[:2] for v in VERBS for q in QUALITIES for e in ENDS
]


@pytest.mark.parametrize("text", ODDITIES + NEWS)
def test_oddities_of_textblob_are_kept(engine: Engine, text: str) -> None:
    assert_equal(engine, text)


def test_hundreds_of_sentences_score_as_in_textblob(engine: Engine) -> None:
    for text in SENTENCES:
        assert_equal(engine, text)
    assert_equal(engine, "\n".join(SENTENCES))
    assert_equal(engine, "\n\n".join(SENTENCES))


def test_thousands_of_made_up_texts_score_as_in_textblob(engine: Engine) -> None:
    chosen = random.Random(20261125)  # noqa: S311 - the same texts on every machine
    words = sorted(dict.keys(textblob_sentiment))
    pieces = [*SUBJECTS, *VERBS, *QUALITIES, *ENDS, ",", "–", ":", ")", "(", "8", "D", "no", "!"]
    for _ in range(3_000):
        parts = chosen.choices(pieces, k=6) + chosen.choices(words, k=6)
        chosen.shuffle(parts)
        assert_equal(engine, " ".join(parts))


def test_a_warm_memo_changes_nothing(engine: Engine) -> None:
    text = " ".join(SENTENCES[::7])
    once, twice = engine.read(text), engine.read(text)
    assert once == twice


def test_it_says_what_textblobs_public_faces_say(engine: Engine) -> None:
    text = SENTENCES[5] + " " + NEWS[2]
    blob = TextBlob(text)
    reading = engine.read(text)
    assert (reading.polarity, reading.subjectivity) == tuple(blob.sentiment)
    assert reading.assessments == blob.sentiment_assessments.assessments


@settings(max_examples=300)
@given(text=st.text())
def test_any_text_scores_as_in_textblob(engine: Engine, text: str) -> None:
    assert_equal(engine, text)


len(textblob_sentiment)
_words = st.sampled_from(sorted(dict.keys(textblob_sentiment)))
_emoticons = st.sampled_from(sorted(e for kind in _text.EMOTICONS.values() for e in kind))
_signs = st.sampled_from([*list(".,;:!?()[]{}'\"“”‘’-=8XxDPpobcsS3<>/\\*^_°♥"), "...", "(!)", "!!"])
_small = st.sampled_from(
    ["no", "not", "never", "n't", "a", "of", "Mr.", "U.S.", "don't", "END-OF-SENTENCE", "2018"]
)
_gaps = st.sampled_from(["", "", " ", " ", " ", "\n", "\n\n", "\r\n"])
_pieces = st.tuples(st.one_of(_words, _emoticons, _signs, _small, st.text(max_size=3)), _gaps)


@settings(max_examples=1000)
@given(pieces=st.lists(_pieces.map("".join), max_size=12))
def test_words_signs_and_emoticons_in_any_order_score_as_in_textblob(
    engine: Engine, pieces: list[str]
) -> None:
    assert_equal(engine, "".join(pieces))


def assert_parts_equal(engine: Engine, text: str) -> None:
    spans = split(text)
    whole, parts = engine.read_parts(text, spans)
    assert repr(whole) == repr(engine.read(text))
    assert repr(parts) == repr([engine.read(text[start:end]) for start, end in spans])


@settings(max_examples=500)
@given(pieces=st.lists(_pieces.map("".join), max_size=12))
def test_one_pass_gives_a_text_and_its_sentences(engine: Engine, pieces: list[str]) -> None:
    assert_parts_equal(engine, "".join(pieces))


@pytest.mark.parametrize("text", [*ODDITIES, " ".join(SENTENCES[::7]), "\n\n".join(SENTENCES[::9])])
def test_one_pass_keeps_the_oddities(engine: Engine, text: str) -> None:
    assert_parts_equal(engine, text)


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        ":(" * 500_000,
        "." * 1_000_000,
        ".,x" * 300_000,
        ": ( " * 250_000,
        ")" * 1_000_000,
        "A." * 500_000 + ",",
        "good! " * 150_000,
        "not " * 250_000,
    ],
    ids=lambda text: repr(text[:4]),
)
def test_no_megabyte_is_too_much(engine: Engine, text: str) -> None:
    assert -1.0 <= engine.read(text).polarity <= 1.0


def test_a_lexicon_that_is_too_large_for_the_alphabet_is_refused() -> None:
    words = load_textblob()
    some = words["good"]
    with pytest.raises(ValueError, match="do not fit"):
        Engine(words | {f"word{n}": some for n in range(7000)})


def test_memos_are_bounded_and_clearing_them_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(encoder, "_MOST_MEMO_CHUNKS", 5)
    monkeypatch.setattr(engine_module, "_MOST_MEMO_CHAINS", 2)
    forgetful = Engine(load_textblob())
    for text in SENTENCES[::5]:
        assert_equal(forgetful, text)
    assert len(forgetful._chunks) <= 5  # noqa: SLF001 - the bound is what is tested
    assert len(forgetful._chains) <= 2  # noqa: SLF001
