"""Reads the evidence around a bare surname: named features of who can be meant and what is said.

Owns what each feature means. `processors.leaders.detection.surname_model` weighs them.
"""

import re
from collections.abc import Set as AbstractSet
from datetime import date, timedelta

from processors.leaders.detection.article import Article
from processors.leaders.detection.context import opens_sentence, word_after
from processors.leaders.detection.entries import FULL_NAME, PLACE, SURNAME, TITLE, Hit
from processors.leaders.detection.reading import Reading
from processors.leaders.languages.topics import Topics
from processors.leaders.languages.words import Words

_WORD = re.compile(r"[a-z][a-z']*")
_CAPITALISED = re.compile(r"(?<![\w'-])[A-Z][a-z]+(?![\w'])")
_AGE_AFTER = re.compile(r", (?:aged )?\d{1,3}\b")
_APPOSITION = re.compile(r", ([^,;:.!?]{3,60})")
_WHO_AFTER = re.compile(r", who\b|, (?:the )?(?:only|last|first)\b")
_RESULT = re.compile(
    r"\b\d{1,2}-\d{1,2}\b|\b\d{1,2}\.\d\d?\b(?! (?:billion|bln|million|mln|pct|percent))"
)
_VERSUS_BEFORE = re.compile(r"\bv(?:s?\.| ) ?\Z")
_VERSUS_AFTER = re.compile(r" v(?:s?\.|ersus) ")
_POSSESSIVE = re.compile(r"'s?(?= )")
_FOLLOWS = re.compile(r"(?:'s)?[ -]")
_MAX_SENTENCE_CHARACTERS = 600
_LEAD_CHARACTERS = 700
_VERB_REACH = 24
_MAX_TOPIC = 3.0
_MAX_PUBLIC = 4.0
_AT_CEREMONIES = ("sport", "arts", "science", "life", "crime")
_MAX_CAPITALS = 3
_YEAR_DAYS = 365.25
_RECENT_YEARS = 2.0
_SECOND_DAY = date.min + timedelta(days=1)
_ELECTED_DAYS = 80
"""Who takes office so soon has been elected: the United States takes 76 days."""

_NEAR = ("own_country_beside", "country_in_sentence", "country_is_home", "heads_body")
_HOLDS = ("leads", "in_office", "elect")
_COMPANY = ("one_companion", "more_companions")
_PLACED = (*_NEAR, "country_in_article", *_COMPANY)
_COMMON = ("common_surname", "ordinary_word")
_FREQUENT = 0.45
_PROMINENT = 0.6
_MIN_PROMINENCE_OF_COMMON = 0.4
_MIN_PROMINENCE_OF_COMMON_IN_TEXT = 0.5
_MIN_PROMINENCE_IN_TEXT = 0.35
_MIN_PROMINENCE_OF_OTHERS = 0.35

Features = dict[str, float]


def read_prior(
    person_id: str, hit: Hit, surname: str, article: Article, held: AbstractSet[str]
) -> Features:
    """Return what is known before the words around the name are read."""
    holders = article.holders
    features: Features = {"bias": 1.0}
    known_in = held or holders.countries_ever(person_id)
    if held:
        features[_standing(person_id, held, article)] = 1.0
        if any(holders.is_body(code) for code in held):
            features["heads_body"] = 1.0
    else:
        features[_out_of_office(person_id, article)] = 1.0
    prominence = max((article.model.prominence.get(code, 0.0) for code in known_in), default=0.0)
    features["prominence"] = prominence
    lower = surname.lower()
    frequency = article.model.frequency.get(lower, 0.0)
    if frequency:
        features["frequent_surname"] = frequency
    if hit.entry.common_surname:
        features["common_surname"] = 1.0
    elif hit.entry.marked_surname:
        features["marked_surname"] = 1.0
    if len(hit.entry.surnames) > 1:
        features["shared_surname"] = 1.0
    if lower in article.topics.ordinary:
        features["ordinary_word"] = 1.0
    return features


def _out_of_office(person_id: str, article: Article) -> str:
    terms = article.holders.registry.terms[person_id]
    ends = [term.end for term in terms if term.end is not None and term.end <= article.on]
    if ends:
        years = (article.on - max(ends)).days / _YEAR_DAYS
        return "left_lately" if years <= _RECENT_YEARS else "left_long_ago"
    if any(0 < (term.start - article.on).days <= _ELECTED_DAYS for term in terms):
        return "elect"
    return "not_yet"


def read_evidence(
    reading: Reading, index: int, article: Article, known_in: AbstractSet[str]
) -> Features:
    """Return what the words around the name say."""
    features: Features = {}
    topics = article.topics
    hit = reading.hits[index]
    sentence = reading.sentence(hit.start)
    _note_countries(features, reading, index, article, known_in, sentence)
    _note_before(features, reading, index, article.words, topics)
    _note_after(features, reading, index, article.words, topics)
    if reading.name == "text":
        features["in_text"] = 1.0
    if _VERSUS_BEFORE.search(reading.text, max(0, hit.start - 4), hit.start) or (
        _VERSUS_AFTER.match(reading.text, hit.end)
    ):
        features["court_case"] = 1.0
    if _has_verb(reading, index, article.words):
        features["verb_beside"] = 1.0
    _note_topics(features, reading, sentence, article, topics)
    return features


def name_evidence(
    reading: Reading, hit: Hit, article: Article, person_id: str, held: AbstractSet[str]
) -> Features:
    """Return the evidence that a full name, which others bear too, is the holder's."""
    features: Features = {"bias": 1.0, _standing(person_id, held, article): 1.0}
    features["prominence"] = article.prominence_of(held)
    sentence = reading.sentence(hit.start)
    if not held.isdisjoint(reading.countries_of(sentence)):
        features["country_in_sentence"] = 1.0
    if not held.isdisjoint(article.home):
        features["country_is_home"] = 1.0
    after = word_after(reading.text, hit.end).lower()
    if after in article.topics.deeds:
        features["deed"] = 1.0
    _note_apposition(features, reading.text, hit.end, article.topics)
    _note_topics(features, reading, sentence, article, article.topics)
    return features


def _standing(person_id: str, held: AbstractSet[str], article: Article) -> str:
    """Return "leads" or "in_office"; the day of a change belongs to both who hold an office."""
    days = (article.on, max(article.on, _SECOND_DAY) - timedelta(days=1))
    leading = {article.holders.leading(code, day) for code in held for day in days}
    return "leads" if person_id in leading else "in_office"


def _note_countries(
    features: Features,
    reading: Reading,
    index: int,
    article: Article,
    known_in: AbstractSet[str],
    sentence: int,
) -> None:
    hit = reading.hits[index]
    if index and reading.hits[index - 1].entry.countries:
        other = reading.hits[index - 1]
        gap = reading.text[other.end : hit.start].lower()
        if gap in article.words.country_gaps:
            own = not other.entry.countries.isdisjoint(known_in)
            features["own_country_beside" if own else "other_country_beside"] = 1.0
    around = reading.countries_of(sentence)
    if not known_in.isdisjoint(around):
        features["country_in_sentence"] = 1.0
    elif around:
        features["other_country_in_sentence"] = 1.0
    if not known_in.isdisjoint(article.home):
        features["country_is_home"] = 1.0
    elif article.home:
        features["home_is_elsewhere"] = 1.0
    if not known_in.isdisjoint(article.countries) and "country_in_sentence" not in features:
        features["country_in_article"] = 1.0


def _note_before(
    features: Features, reading: Reading, index: int, words: Words, topics: Topics
) -> None:
    before = reading.before(index)
    lower = before.lower()
    hit = reading.hits[index]
    touches = bool(index) and reading.hits[index - 1].end == hit.start - 1
    if not before:
        if opens_sentence(reading.text, hit.start):
            features["_opens"] = 1.0
        return
    if lower in words.men or lower in words.women:
        features["courtesy"] = 1.0
    elif (
        "own_country_beside" in features
        or "other_country_beside" in features
        or (touches and reading.hits[index - 1].entry.countries)
    ):
        pass
    elif lower in words.ranks or lower in topics.trades:
        features["trade_before"] = 1.0
    elif lower in words.determiners:
        features["determiner_before"] = 1.0
    elif lower.endswith("'s") and not (touches and reading.hits[index - 1].entry.kinds & TITLE):
        features["owned_by_other"] = 1.0
    elif before[:1].isupper() and not (
        touches and reading.hits[index - 1].entry.kinds & (PLACE | TITLE)
    ):
        known = lower in topics.ordinary or lower in words.openers or lower in words.verbs
        features["capital_before" if known else "unknown_capital_before"] = 1.0


def _note_after(
    features: Features, reading: Reading, index: int, words: Words, topics: Topics
) -> None:
    text, hit = reading.text, reading.hits[index]
    after = word_after(text, hit.end)
    lower = after.lower()
    follows = index + 1 < len(reading.hits) and reading.hits[index + 1].start == hit.end + 1
    if after[:1].isupper() and not follows and not reading.in_capitals:
        known = (
            lower in topics.ordinary or lower in words.harmless_followers or lower in words.verbs
        )
        if not known:
            features["unknown_capital_after"] = 1.0
    if lower.removesuffix("'s") in topics.followers:
        features["politics_after"] = 1.0
    if lower in topics.ceremonies:
        features["ceremony"] = 1.0
    if lower in topics.deeds:
        features["deed"] = 1.0
    _note_apposition(features, text, hit.end, topics)
    _note_possession(features, reading, hit.end)


def _note_apposition(features: Features, text: str, end: int, topics: Topics) -> None:
    if _AGE_AFTER.match(text, end):
        features["age_after"] = 1.0
    apposition = _APPOSITION.match(text, end)
    if apposition is not None and (
        not topics.trades.isdisjoint(_WORD.findall(apposition[1].lower()))
        or _WHO_AFTER.match(text, end)
    ):
        features["trade_after"] = 1.0


def _note_possession(features: Features, reading: Reading, end: int) -> None:
    owned = _POSSESSIVE.match(reading.text, end)
    if owned:
        features["owns"] = 1.0
        if not reading.in_title_case and not reading.in_capitals:
            start = owned.end() + 1
            thing = word_after(reading.text, owned.end())
            if (
                thing[:1].isupper()
                and not thing.isupper()
                and not reading.has_place_or_title(start)
            ):
                features["owns_capital"] = 1.0


def _note_topics(
    features: Features, reading: Reading, sentence: int, article: Article, topics: Topics
) -> None:
    facts = reading.evidence.get(sentence)
    if facts is None:
        facts = reading.evidence[sentence] = _read_sentence(reading, sentence, article, topics)
    features.update(facts)
    if "ceremony" in features:
        other = sum(features.get(f"{topic}_in_sentence", 0.0) for topic in _AT_CEREMONIES)
        features["ceremony_off_topic"] = min(other, _MAX_TOPIC)


def _read_sentence(reading: Reading, sentence: int, article: Article, topics: Topics) -> Features:
    """Return what a sentence is about, whoever it names."""
    start, end = reading.bounds(sentence)
    end = min(end, start + _MAX_SENTENCE_CHARACTERS)
    text = reading.text[start:end]
    hits = reading.hits_between(start, end)
    names = {
        reading.text[hit.start : hit.end].lower()
        for hit in hits
        if hit.entry.kinds & (SURNAME | FULL_NAME)
    }
    found = [word for word in _WORD.findall(text.lower()) if word not in names]
    features = {
        f"{topic}_in_sentence": min(strength, _MAX_TOPIC)
        for topic, strength in topics.sums(found).items()
    }
    features["public_words"] = max(-_MAX_PUBLIC, min(_MAX_PUBLIC, topics.publicness(found)))
    if not article.words.statecraft.isdisjoint(found):
        features["statecraft"] = 1.0
    if _RESULT.search(text):
        features["result"] = 1.0
    if not topics.trades.isdisjoint(found):
        features["trade_in_sentence"] = 1.0
    if not reading.in_title_case and not reading.in_capitals:
        places = {hit.start for hit in hits}
        unknown = sum(
            match.start() not in places and not _is_known(match[0].lower(), article.words, topics)
            for match in _CAPITALISED.finditer(reading.text, start, end)
        )
        if unknown:
            features["unknown_capitals"] = float(min(unknown, _MAX_CAPITALS))
    return features


def _is_known(lower: str, words: Words, topics: Topics) -> bool:
    return (
        lower in topics.ordinary
        or lower in words.openers
        or lower in words.men
        or lower in words.women
        or lower in words.harmless_followers
    )


def combine(features: Features, reading: Reading) -> None:
    """Add what only several features together say."""
    is_common = _is_common(features)
    if not _is_placed(features):
        suffix = "_in_text" if "in_text" in features else ""
        features[f"unplaced_obscurity{suffix}"] = max(0.0, _PROMINENT - features["prominence"])
        if is_common:
            features[f"unplaced_common{suffix}"] = 1.0
    if is_common:
        if "_opens" in features and "in_text" in features:
            features["common_opens_sentence"] = 1.0
        if "capital_before" in features:
            features["common_after_capital"] = 1.0
        if reading.in_capitals or reading.in_title_case:
            features["common_among_capitals"] = 1.0


def is_too_obscure(features: Features, reading: Reading) -> bool:
    """Return whether nobody could tell who is meant, whatever is said.

    Without its country or company a surname needs a prominent bearer. A common one needs a bearer
    in office, and the country beside it, or a very prominent one. A word is no name among capitals,
    unless it opens.
    """
    is_text = "in_text" in features
    prominence = features["prominence"]
    if _is_common(features):
        return _is_too_common(features, reading, is_text=is_text)
    if any(name in features for name in _PLACED):
        return False
    if is_text and prominence < _MIN_PROMINENCE_IN_TEXT:
        return True
    return "leads" not in features and prominence < _MIN_PROMINENCE_OF_OTHERS


def _is_too_common(features: Features, reading: Reading, *, is_text: bool) -> bool:
    if "own_country_beside" in features:
        return False
    is_near = any(name in features for name in _NEAR)
    has_company = any(name in features for name in _COMPANY)
    if not any(name in features for name in _HOLDS):
        return "left_lately" not in features or not is_near
    if is_near:
        return False
    is_alone = is_text and not has_company
    least = _MIN_PROMINENCE_OF_COMMON_IN_TEXT if is_alone else _MIN_PROMINENCE_OF_COMMON
    leads = has_company or "leads" in features
    return not leads or features["prominence"] < least or _is_word(features, reading, is_alone)


def _is_word(features: Features, reading: Reading, is_alone: bool) -> bool:  # noqa: FBT001
    """Return whether the surname can be read as the word that it is too."""
    if "ordinary_word" not in features:
        return False
    among_capitals = reading.in_capitals or reading.in_title_case
    return is_alone or (among_capitals and "_opens" not in features)


def _is_placed(features: Features) -> bool:
    return any(name in features for name in _PLACED)


def _is_common(features: Features) -> bool:
    return (
        any(name in features for name in _COMMON)
        or features.get("frequent_surname", 0.0) > _FREQUENT
    )


def _has_verb(reading: Reading, index: int, words: Words) -> bool:
    """Return whether a verb of speech or act stands beside the name: "Park ordered"."""
    hit = reading.hits[index]
    verbs = words.verbs
    if reading.before(index).lower() in verbs:
        return True
    owned = _POSSESSIVE.match(reading.text, hit.end)
    after = word_after(reading.text, owned.end() if owned else hit.end)
    if after.lower() in verbs:
        return True
    # "Xi and Putin hold talks", "Putin, Xi sign accord": the verb comes after the other name.
    window = reading.text[hit.end : hit.end + _VERB_REACH]
    if not window.startswith((" and ", ", ", " AND ", " And ")):
        return False
    return not verbs.isdisjoint(_WORD.findall(window.lower()))
