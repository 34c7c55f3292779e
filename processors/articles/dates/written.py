"""Reads dates as people write them, in many languages: "Fri, 1. Mai 2026, 8.57 Uhr MESZ".

It takes out a clock time and a zone. The rest must be one day, without unknown words. Fuzzy readers
find dates in any text: here one extra word means that the text is not a date.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from processors.articles.dates.calendar import Calendar, fold, load_calendar
from processors.articles.dates.zones import Zone, find_zone, is_military


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known beside a date: language, country, and when it was received."""

    language: str = ""
    country: str = ""
    reference: datetime | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """A date as it is written: local time, and its zone if it names one."""

    local: datetime
    is_day: bool
    offset_minutes: int | None = None
    zone: Zone | None = None


# Countries that write the month first; where both orders are in use, neither is assumed.
_MONTH_FIRST: Final = frozenset(("US", "PH", "FM", "MH", "PW", "GU", "AS", "VI", "MP"))
_EITHER_ORDER: Final = frozenset(
    (
        "CA",
        "KE",
        "GH",
        "ZA",
        "PR",
        "PA",
        "BZ",
        "CN",
        "JP",
        "KR",
        "TW",
        "HK",
        "HU",
        "LT",
        "MN",
        "IR",
        "KP",
    )
)
_NO_ORDER: Final = frozenset(("", "en", "zh", "ja", "ko", "hu", "lt", "mn", "fa", "sv", "af"))

_ERAS: Final = {"令和": 2018, "平成": 1988, "昭和": 1925, "民國": 1911, "民国": 1911}
_REWRITES: Final = tuple(
    (re.compile(pattern), form)
    for pattern, form in (
        # Years, days and clocks of East Asia.
        (
            r"(\d{4})\s*[年년]\s*(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日号號일]",
            r" \1-\2-\3 ",
        ),
        (
            r"(\d{1,2})\s*[時时點点시]\s*(\d{1,2})\s*[分분](?:\s*(\d{1,2})\s*[秒초])?",
            r" \1:\2:\3 ",
        ),
        (r"(\d{1,2})\s*[時时點点시](?![\d\w])", r" \1:00 "),
        # "ngày 1 tháng 5 năm 2026"
        (r"(\d{1,2})\s*(?:thang|thg)\.?\s*(\d{1,2})\s*,?\s*(?:nam\s*)?(\d{4})", r" \3-\2-\1 "),
        # "8h57", "8 h 57 min", "8h"
        (r"(?<![\d:])(\d{1,2})\s?h\s?(\d{2})(?:\s?min)?(?!\w)", r" \1:\2 "),
        (r"(?<![\d:])(\d{1,2})\s?h(?:s|rs|oras)?(?!\w)(?=[^:]*$)(?<!:\d\dh)", r" \1:00 "),
        # "klo 8.57", "10.42am"
        (
            r"\b(klo|kl|kell|ob|um|alle|ore|godz|pukul|jam|saat|at|om|o|в|о|у)\.?\s*(\d{1,2})\.(\d{2})(?![\d.])",
            r" \2:\3 ",
        ),
        (r"(?<![\d.:])(\d{1,2})\.(\d{2})(?=\s?[ap]\.?\s?m\b)", r" \1:\2 "),
        (
            r"(\d{4}|\d\.)(,?\s+)(\d{1,2})\.(\d{2})(?=\s*(?:[a-z]{1,5}|[+-][\d:]+)?$)",
            r"\1\2 \3:\4 ",
        ),
        # Greek and Thai short forms, the Hebrew "on" before a month.
        (r"\b([πμ])\.\s?μ\b\.?", r" \1μ "),
        (r"([\u0e01-\u0e4e]+)\.([\u0e01-\u0e4e]+)\.", r"\1\2 "),
        (r"(?<![\w])ב-?(?=\w)", ""),
        # "a. m.", and the logs' "01/May/2026:08:57:00"
        (r"\b([ap])\.?\s?m\b\.?", r" \1m "),
        (r"(\d{4}):(\d{2}:\d{2})", r"\1 \2"),
        (r"(\d)(?:st|nd|rd|th|er|re|ere|º|ª|°|-?го|-?е)(?![^\W\d_])", r"\1 "),
        (r"(?<=\d)t(?=\d{1,2}:)", " "),
    )
)
_CLOCK: Final = re.compile(r"(?<![\d:.])(\d{1,2}):(\d{2})(?::(\d{2})?(?:[.,:](\d{1,9}))?)?(?!\d)")
_BARE_HOUR: Final = re.compile(r"(?<![\d:./-])(\d{1,2})(?=\s*[ap]m\b)")
_OFFSET: Final = re.compile(
    r"\s*[,(]?\s*(?:gmt|utc|ut|z)?\s?([+\u2212-])\s?(\d{1,2})(?::?(\d{2}))?(?!\d|[-/.])"
)
_BRACKETED: Final = re.compile(r"\[([\w/+ -]{1,40})\]|\(([^()]{1,60})\)")
_YEAR_FIRST: Final = re.compile(r"(?<!\d)(\d{4})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{1,2})(?!\d)\.?")
_YEAR_LAST: Final = re.compile(
    r"(?<!\d)(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?!\d)\.?"
)
_TOKEN: Final = re.compile(r"\d+|[^\s\d.,;:/()\[\]|+·•،؛、。\u2013\u2014'\u2019-]+")
_ZONE_WORDS: Final = re.compile(r"[\s,(]*([^\W\d_]+(?:/[^\W\d]+)*(?: [^\W\d_]+){0,4})")

_HOURS: Final = 24
_HALF_DAY: Final = 12
_SIXTY: Final = 60
_MOST_OFFSET_HOURS: Final = 14
_FULL_YEAR: Final = 1000
_MONTHS: Final = 12
_BUDDHIST: Final = range(2400, 2745)
_BUDDHIST_YEARS: Final = 543
_FIRST_SHORT_BUDDHIST: Final = 60
_FOUR_DIGITS: Final = re.compile(r"(?<![\d+\u2212-])\d{4}(?!\d)")
_THAI: Final = re.compile(r"[\u0e00-\u0eff]")


def read_written(text: str, hints: Hints) -> Written | None:
    """Read a date that people wrote, or return None where it is none for sure."""
    calendar = load_calendar()
    folded = _years_of_eras(fold(text))
    for pattern, form in _REWRITES:
        folded = pattern.sub(form, folded)
    inner, folded = _without_brackets(folded)
    taken = _take_clock(folded, hints.language, calendar)
    if taken is None:
        return None
    clock, before, behind = taken
    offset: int | None = None
    zone: Zone | None = None
    if clock is not None:
        offset, zone, behind = _take_zone(behind)
        if offset is None and zone is None:
            zone = next((found for name in inner if (found := find_zone(name))), None)
    day = _read_day(f"{before} {behind}", hints, calendar, zone_is_open=offset is None)
    if day is None:
        return None
    (year, month, number), named = day
    zone = zone or named
    if _THAI.search(folded) or hints.language in ("th", "lo"):
        year = _common_year(year, is_short=_FOUR_DIGITS.search(folded) is None)
    try:
        local = datetime(year, month, number, *(clock or ()))  # noqa: DTZ001 - its zone is beside it
    except ValueError:
        return None
    return Written(local, clock is None, offset, zone)


def _common_year(year: int, *, is_short: bool) -> int:
    """Return a year of Thailand or Laos in the common era; "69" is 2569 of the Buddhist one."""
    if is_short and year % 100 >= _FIRST_SHORT_BUDDHIST:
        year = 2500 + year % 100
    return year - _BUDDHIST_YEARS if year in _BUDDHIST else year


def _years_of_eras(text: str) -> str:
    for era, before in _ERAS.items():
        if era in text:
            year = re.search(rf"{era}\s*(\d{{1,3}}|元)", text)
            if year is not None:
                number = 1 if year.group(1) == "元" else int(year.group(1))
                return f"{text[: year.start()]}{before + number}{text[year.end() :]}"
    return text


def _without_brackets(text: str) -> tuple[list[str], str]:
    """Take "[Europe/Paris]" and "(CEST)" out, and leave in what a weekday in brackets says."""
    inner: list[str] = []

    def taken(found: re.Match[str]) -> str:
        content = (found.group(1) or found.group(2)).strip()
        if found.group(1) or find_zone(content) is not None or " time" in content:
            inner.append(content)
            return " "
        return f" {content} "

    return inner, _BRACKETED.sub(taken, text)


def _take_clock(
    text: str, language: str, calendar: Calendar
) -> tuple[tuple[int, int, int, int] | None, str, str] | None:
    """Return the clock and what stands before and behind it; None where it is no clock."""
    found = _CLOCK.search(text) or _BARE_HOUR.search(text)
    if found is None:
        return None, text, ""
    before, behind = text[: found.start()].rstrip(), text[found.end() :]
    digits = [group or "0" for group in (*found.groups(), None, None, None)]
    hour, minute, second = (int(group) for group in digits[:3])
    micro = int(digits[3].ljust(6, "0")[:6])
    half, before, behind = _take_half(before, behind.lstrip(), language, calendar)
    if half == "pm" and hour < _HALF_DAY:
        hour += _HALF_DAY
    elif half == "am" and hour >= _HALF_DAY:
        if hour > _HALF_DAY:
            return None
        hour = 0
    if hour >= _HOURS or minute >= _SIXTY or second > _SIXTY:
        return None
    return (hour, minute, min(second, _SIXTY - 1), micro), before, behind


def _take_half(before: str, behind: str, language: str, calendar: Calendar) -> tuple[str, str, str]:
    word = re.match(r"[^\W\d_]+", behind)
    if word and (half := calendar.half_of_day(word.group(), language)):
        return half, before, behind[word.end() :]
    last = before.rpartition(" ")[2]
    if half := calendar.half_of_day(last, language):
        return half, before[: len(before) - len(last)], behind
    return "", before, behind


def _take_zone(behind: str) -> tuple[int | None, Zone | None, str]:
    """Take an offset or a name that stands behind the clock."""
    if offset := _OFFSET.match(behind):
        sign, hours, minutes = offset.groups()
        if int(hours) <= _MOST_OFFSET_HOURS and int(minutes or 0) < _SIXTY:
            total = int(hours) * _SIXTY + int(minutes or 0)
            return (total if sign == "+" else -total), None, behind[offset.end() :].lstrip(")")
    if words := _ZONE_WORDS.match(behind):
        name = words.group(1)
        while name:
            zone = find_zone(name)
            if zone is not None or is_military(name):
                return None, zone, behind[words.start(1) + len(name) :].lstrip(")")
            name = name.rpartition(" ")[0]
    return None, None, behind


def _read_day(
    text: str, hints: Hints, calendar: Calendar, *, zone_is_open: bool
) -> tuple[tuple[int, int, int], Zone | None] | None:
    """Read year, month and day of what is left beside the clock, and a zone's name among it."""
    numeric: re.Match[str] | None = _YEAR_FIRST.search(text)
    if numeric is not None:
        year, _, month, number = numeric.groups()
        rest = text[: numeric.start()] + " " + text[numeric.end() :]
        read = _read_words(rest, hints, calendar, zone_is_open=zone_is_open)
        if read is None or read.numbers or read.months:
            return None
        return (int(year), int(month), int(number)), read.zone
    numeric = _YEAR_LAST.search(text)
    if numeric is not None:
        rest = text[: numeric.start()] + " " + text[numeric.end() :]
        read = _read_words(rest, hints, calendar, zone_is_open=zone_is_open)
        if read is None or read.numbers or read.months:
            return None
        day = _ordered(numeric, hints, read.weekdays, calendar)
        return (day, read.zone) if day else None
    read = _read_words(text, hints, calendar, zone_is_open=zone_is_open)
    if read is None or len(read.months) != 1:
        return None
    day = _day_of_month(read.numbers, read.months[0])
    return (day, read.zone) if day else None


@dataclass(slots=True)
class _Words:
    numbers: list[str]
    months: list[int]
    weekdays: list[str]
    zone: Zone | None = None


def _read_words(
    text: str, hints: Hints, calendar: Calendar, *, zone_is_open: bool
) -> _Words | None:
    """Sort the words of a date; None where one of them is not known."""
    read = _Words([], [], [])
    tokens = _TOKEN.findall(text)
    at = 0
    while at < len(tokens):
        token = tokens[at]
        pair = f"{token} {tokens[at + 1]}" if at + 1 < len(tokens) else ""
        at += 1
        if token[0].isdigit():
            read.numbers.append(token)
            continue
        word = token
        if pair and (calendar.month(pair, hints.language) or pair in calendar.all_weekdays):
            word = pair
            at += 1
        month = calendar.month(word, hints.language)
        is_weekday = word in calendar.all_weekdays
        if is_weekday and (month is None or _has_month(tokens[at:], hints.language, calendar)):
            read.weekdays.append(word)
        elif month is not None:
            read.months.append(month)
        elif word in calendar.fillers:
            continue
        elif (zone := find_zone(word)) is not None:
            if zone_is_open and read.zone is None:
                read.zone = zone
        else:
            return None
    return read


def _has_month(tokens: list[str], language: str, calendar: Calendar) -> bool:
    return any(calendar.month(token, language) for token in tokens)


def _day_of_month(numbers: list[str], month: int) -> tuple[int, int, int] | None:
    """Read the two numbers beside a month's name: a year of four digits, or the last one."""
    if len(numbers) != 2:  # noqa: PLR2004 - a day and a year
        return None
    first, second = numbers
    if len(first) == 4 and len(second) <= 2:  # noqa: PLR2004 - digits of a year, of a day
        return int(first), month, int(second)
    if len(first) <= 2 and len(second) == 4:  # noqa: PLR2004 - as above
        return int(second), month, int(first)
    if len(first) <= 2 and len(second) == 2:  # noqa: PLR2004 - "01 May 26", RFC 822
        return _century(int(second)), month, int(first)
    return None


def _century(year: int) -> int:
    return year if year >= _FULL_YEAR else year + (2000 if year < 70 else 1900)  # noqa: PLR2004 - as Unix


def _ordered(
    numeric: re.Match[str], hints: Hints, weekdays: list[str], calendar: Calendar
) -> tuple[int, int, int] | None:
    """Read 01/02/2026 by its numbers, its weekday, its separator, its country or language."""
    one, sign, two, last = numeric.groups()
    first, second, year = int(one), int(two), _century(int(last))
    is_short = len(last) == 2  # noqa: PLR2004 - digits
    day_first: bool | None = None
    if sign == "." or first == second:
        day_first = True
    elif hints.country in _MONTH_FIRST:
        day_first = False
    elif hints.country in _EITHER_ORDER:
        day_first = True if hints.country == "CA" and hints.language == "fr" else None
    elif hints.country or hints.language not in _NO_ORDER:
        day_first = True
    if is_short:
        return _dated(year, first, second, day_first=day_first)
    if first > _MONTHS or second > _MONTHS:
        return _dated(year, first, second, day_first=first > _MONTHS)
    named = _by_weekday(year, first, second, weekdays, hints.language, calendar)
    return _dated(year, first, second, day_first=day_first if named is None else named)


def _dated(
    year: int, first: int, second: int, *, day_first: bool | None
) -> tuple[int, int, int] | None:
    if day_first is None:
        return None
    return (year, second, first) if day_first else (year, first, second)


def _by_weekday(
    year: int, first: int, second: int, weekdays: list[str], language: str, calendar: Calendar
) -> bool | None:
    """Report whether the day stands first, by the weekday that is named; None if it cannot tell."""
    if len(weekdays) != 1:
        return None
    numbers = calendar.weekday_numbers(weekdays[0], language)
    if len(numbers) != 1:
        return None
    wanted = next(iter(numbers))
    fits: list[bool] = []
    for day_first, month, day in ((True, second, first), (False, first, second)):
        try:
            if datetime(year, month, day, tzinfo=UTC).weekday() == wanted:
                fits.append(day_first)
        except ValueError:
            continue
    return fits[0] if len(fits) == 1 else None
