"""Which scored words a person is shown: those that carry meaning and weight, few and strong.

Owns the choice. A record keeps every word with its weight; terminal, page and reasons show what
`shown_words` leaves. "President +0.24" is arithmetic of the model, and convinces no reader.
"""

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

MAX_SHOWN = 5
"""Words of one sentence."""
MIN_KNOWN_WEIGHT = 0.15
"""What a word must weigh that the news lexicon knows, with the same sign."""
MIN_WEIGHT = 0.4
"""What any other word must weigh."""
MIN_SHARE = 0.25
"""Of the strongest word's weight: beside "massacre -0.9" a weak word says nothing."""
_MIN_LETTERS = 3
_LEXICON = "sentiment/news/data/news_lexicon.csv"


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_EMPTY = _words(
    """
    a an the of to in on at by for from with into as is are was were be been being am has have had
    having do does did doing will would can could should may might must shall it its his her their
    our my your this that these those and or so than too also any all such who whom whose which he
    she they we i you him them us me if then there even ever yet again not no n't never nor neither
    but while whereas although though however itself himself herself themselves
    say says said saying tell tells told telling ask asks asked speak speaks spoke spoken talk talks
    talked call calls called calling write writes wrote announce announces announced add adds added
    president prime minister premier chancellor leader former mr mrs ms dr sen rep gov senator
    governor secretary vice king queen pope crown prince general sir foreign chief acting interim
    lady judge justice speaker mayor counterpart deputy presidents ministers premiers leaders
    monday tuesday wednesday thursday friday saturday sunday january february march april june july
    august september october november december today yesterday tomorrow week weeks month months year
    years day days time times morning evening night hour hours minute minutes one two three four
    five six seven eight nine ten first second third last next new old
    about after before during under over between among against out outside inside off up down
    through around near above below behind beyond without within across along toward towards upon
    onto until since because when where why how what here just only still already more even most
    much many few some other another each every both
    country countries nation state city town government ministry office official officials people
    man woman men women person member members house senate parliament congress cabinet party
    spokesman spokeswoman spokesperson aide aides reporter reporters news newspaper report reports
    article percent number part side thing way place left right go goes went come comes came get
    gets got make makes made take takes took put set
    unless whether despite except besides amid amidst among amongst beneath beside per via
    throughout underneath unlike versus whereby wherein either none nothing something anything
    everything nobody somebody anybody everybody nowhere somewhere anywhere everywhere ones own
    same several various myself yourself ourselves yourselves mine yours ours theirs hers
    whoever whatever whichever
    whenever wherever let let's it's that's there's he's she's they're we're i'm you're don't
    doesn't didn't won't wouldn't can't couldn't isn't aren't wasn't weren't hasn't haven't hadn't
    perhaps maybe almost quite rather very really actually apparently essentially basically
    simply merely nearly roughly meanwhile moreover therefore thus hence otherwise instead indeed
    else away back ago later earlier soon once twice always often sometimes usually
    mon tue tues wed thu thur thurs fri sat sun jan feb mar apr jun jul aug sep sept oct nov dec
    weekend weekday weekly daily monthly yearly annual decade century noon midnight
    pres pm mp mps capt col cmdr lt maj sgt adm hon rev prof messrs madam madame sheikh sheik emir
    sultan emperor empress princess duke duchess lord excellency majesty highness ambassador
    commissioner chairman chairwoman chair chairperson congressman congresswoman attorney
    representative lawmaker lawmakers director commander colonel captain admiral professor doctor
    """
)
"""Words that mean nothing for or against anybody, whatever the model has learnt with them."""


def shown_words(words: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """Return the words to show of one sentence's scored words, in their order.

    Args:
        words: Words or phrases in lower case with their weights, as evidence has them.
    """
    meant = [(word, weight) for word, weight in words if _is_telling(word, weight)]
    if len(meant) > 1:
        least = MIN_SHARE * max(abs(weight) for _, weight in meant)
        meant = [(word, weight) for word, weight in meant if abs(weight) >= least]
    if len(meant) <= MAX_SHOWN:
        return meant
    heaviest = sorted(range(len(meant)), key=lambda index: -abs(meant[index][1]))[:MAX_SHOWN]
    return [meant[index] for index in sorted(heaviest)]


def _is_telling(word: str, weight: float) -> bool:
    parts = [part for part in word.lower().split() if part not in _EMPTY]
    if not any(len(part) >= _MIN_LETTERS and not part[0].isdigit() for part in parts):
        return False
    if abs(weight) >= MIN_WEIGHT:
        return True
    known = _lexicon()
    lexicon_weight = known.get(word.lower()) or next((known[p] for p in parts if p in known), 0.0)
    return abs(weight) >= MIN_KNOWN_WEIGHT and lexicon_weight * weight > 0


@cache
def _lexicon() -> Mapping[str, float]:
    """Return the weights of the packaged news lexicon, without TextBlob's below it."""
    file = resources.files("processors") / _LEXICON
    rows = csv.DictReader(file.read_text("utf-8").splitlines())
    return {form: float(row["weight"]) for row in rows for form in row["word"].split("|")}
