"""Dates as people write them, in many languages."""

from datetime import UTC, datetime

import pytest

from processors.articles.dates import read_date


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


WRITTEN = [
    ("en", "November 6, 2025 at 6:40 PM", "2025-11-06T18:40"),
    ("en", "6 November 2025, 6.40pm", "2025-11-06T18:40"),
    ("en", "Nov. 6th, 2025 6:40 p.m.", "2025-11-06T18:40"),
    ("en", "Updated: Thursday, Nov 6, 2025 | 18:40", "2025-11-06T18:40"),
    ("en", "Thu Nov  6 18:40:00 2025", "2025-11-06T18:40"),
    ("en", "06/Nov/2025:18:40:00 +0000", "2025-11-06T18:40"),
    ("en", "06-Nov-2025 18:40", "2025-11-06T18:40"),
    ("en", "Thu, 06 Nov 25 18:40:00 GMT", "2025-11-06T18:40"),
    ("en", "12:05 am, 6 Nov 2025", "2025-11-06T00:05"),
    ("en", "November 6, 2025, 12 pm", "2025-11-06T12:00"),
    ("en", "Thurs, 06 Nov 2025 18:40:00 GMT", "2025-11-06T18:40"),
    ("en", "Weds 5 Nov 2025 18:40", "2025-11-05T18:40"),
    ("pl", "śro, 05 lis 2025 18:40:00 +0000", "2025-11-05T18:40"),
    ("fr", "jeu., 06 nov. 2025 18:40:00 +0000", "2025-11-06T18:40"),
    ("fr", "Publié le 6 novembre 2025 à 18h40", "2025-11-06T18:40"),
    ("fr", "mardi 3 mars 2026 à 8 h", "2026-03-03T08:00"),
    ("fr", "1er août 2025", "2025-08-01T00:00"),
    ("de", "Do, 06 Nov 2025 18:40:00 +0000", "2025-11-06T18:40"),
    ("de", "Donnerstag, 6. November 2025, 18.40 Uhr", "2025-11-06T18:40"),
    ("de", "3. März 2026 um 8:05 Uhr", "2026-03-03T08:05"),
    ("de", "1. Jänner 2026", "2026-01-01T00:00"),
    ("es", "mar, 03 mar 2026 08:05:00 +0000", "2026-03-03T08:05"),
    ("es", "6 de noviembre de 2025, a las 18:40 horas", "2025-11-06T18:40"),
    ("pt", "qui, 06 nov 2025 18:40:00 +0000", "2025-11-06T18:40"),
    ("pt", "3 de março de 2026 às 8h05", "2026-03-03T08:05"),
    ("it", "gio, 06 nov 2025 18:40:00 +0000", "2025-11-06T18:40"),
    ("it", "6 dicembre 2025 alle ore 18.40", "2025-12-06T18:40"),
    ("nl", "do, 06 nov 2025 18:40:00 +0000", "2025-11-06T18:40"),
    ("nl", "3 maart 2026 om 08.05 uur", "2026-03-03T08:05"),
    ("pl", "czw, 06 lis 2025 18:40:00 +0000", "2025-11-06T18:40"),
    ("pl", "3 stycznia 2026 r., godz. 8:05", "2026-01-03T08:05"),
    ("ru", "Чт, 06 ноя 2025 18:40:00 +0000", "2025-11-06T18:40"),
    ("ru", "3 марта 2026 года в 8:05", "2026-03-03T08:05"),
    ("uk", "6 листопада 2025 р. о 18:40", "2025-11-06T18:40"),
    ("tr", "6 Kasım 2025 Perşembe 18:40", "2025-11-06T18:40"),
    ("tr", "3 ŞUBAT 2026", "2026-02-03T00:00"),
    ("cs", "čtvrtek 6. listopadu 2025 18:40", "2025-11-06T18:40"),
    ("cs", "6. 11. 2025 18:40", "2025-11-06T18:40"),
    ("sv", "tors, 06 nov 2025 18:40:00 +0000", "2025-11-06T18:40"),
    ("sv", "3 maj 2026 kl 08.05", "2026-05-03T08:05"),
    ("da", "torsdag d. 6. november 2025 kl. 18.40", "2025-11-06T18:40"),
    ("no", "torsdag 6. november 2025 kl. 18:40", "2025-11-06T18:40"),
    ("nb", "3. mai 2026", "2026-05-03T00:00"),
    ("fi", "to 6. marraskuuta 2025 klo 18.40", "2025-11-06T18:40"),
    ("fi", "6.11.2025 18.40", "2025-11-06T18:40"),
    ("el", "Πέμ, 06 Νοε 2025 18:40:00 +0000", "2025-11-06T18:40"),
    ("el", "3 Μαρτίου 2026, 8:05 μ.μ.", "2026-03-03T20:05"),
    ("hu", "2025. november 6., csütörtök 18:40", "2025-11-06T18:40"),
    ("hu", "2026.03.03. 8:05", "2026-03-03T08:05"),
    ("ro", "joi, 6 noiembrie 2025, ora 18:40", "2025-11-06T18:40"),
    ("id", "Kamis, 6 November 2025 pukul 18.40", "2025-11-06T18:40"),
    ("id", "3 Agustus 2025", "2025-08-03T00:00"),
    ("vi", "Thứ Năm, ngày 6 tháng 11 năm 2025 18:40", "2025-11-06T18:40"),
    ("vi", "3 tháng 3, 2026", "2026-03-03T00:00"),
    ("ja", "2025年11月6日(木) 18時40分", "2025-11-06T18:40"),
    ("ja", "令和7年11月6日 18:40", "2025-11-06T18:40"),
    ("ja", "2025年11月6日 午後6時40分", "2025-11-06T18:40"),
    ("zh", "2025年11月6日 星期四 下午6:40", "2025-11-06T18:40"),
    ("zh", "2025年11月06日18:40", "2025-11-06T18:40"),
    ("ko", "2025년 11월 6일 목요일 오후 6시 40분", "2025-11-06T18:40"),
    ("ko", "2025. 11. 6. 18:40", "2025-11-06T18:40"),
    ("ar", "الخميس، 6 نوفمبر 2025 18:40", "2025-11-06T18:40"),
    ("ar", "٣ آذار ٢٠٢٦", "2026-03-03T00:00"),
    ("he", "6 בנובמבר 2025 בשעה 18:40", "2025-11-06T18:40"),
    ("hi", "6 नवंबर 2025 18:40", "2025-11-06T18:40"),
    ("th", "6 พฤศจิกายน 2568 18:40 น.", "2025-11-06T18:40"),
    ("bg", "6 ноември 2025 18:40", "2025-11-06T18:40"),
    ("hr", "6. studenoga 2025. 18:40", "2025-11-06T18:40"),
    ("sk", "6. novembra 2025 18:40", "2025-11-06T18:40"),
    ("lt", "2025 m. lapkričio 6 d. 18:40", "2025-11-06T18:40"),
    ("et", "6. november 2025 kell 18.40", "2025-11-06T18:40"),
    ("ca", "6 de novembre de 2025 a les 18:40", "2025-11-06T18:40"),
    ("fa", "6 نوامبر 2025 18:40", "2025-11-06T18:40"),
]


@pytest.mark.parametrize(("language", "text", "expected"), WRITTEN, ids=[x[1] for x in WRITTEN])
def test_a_date_is_read_in_its_language(language: str, text: str, expected: str) -> None:
    assert read_date(text, language=language).moment == at(expected)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("1 ม.ค. 69", "th", "2026-01-01T00:00:00+00:00"),
        ("1 ม.ค. 69 08:57 +0700", "th", "2026-01-01T01:57:00+00:00"),
        ("1 ม.ค. 2569", "th", "2026-01-01T00:00:00+00:00"),
        ("1 ม.ค. 2026", "th", "2026-01-01T00:00:00+00:00"),
        ("1. maj 2026 ob 8.57", "sl", "2026-05-01T08:57:00+00:00"),
        ("Fri, 01 May 2026 12:00:00 AM", "en", "2026-05-01T00:00:00+00:00"),
    ],
)
def test_years_and_clocks_of_a_language_are_read(text: str, language: str, expected: str) -> None:
    moment = read_date(text, language=language).moment
    assert moment is not None
    assert moment.isoformat() == expected


@pytest.mark.parametrize(
    "text",
    [
        "jeu., 06 novembre 2025 18:40:00 GMT",
        "Do, 06 Dez 2025 18:40:00 +0100",
        "6 de mayo de 2026",
        "6 мая 2026",
        "2026年5月6日",
    ],
)
def test_clear_words_need_no_language(text: str) -> None:
    assert read_date(text).moment is not None


def test_a_name_of_two_months_is_read_by_the_language_or_not_at_all() -> None:
    assert read_date("6 listopada 2025", language="pl").moment == at("2025-11-06")
    assert read_date("6 listopada 2025", language="hr").moment == at("2025-10-06")
    assert read_date("6 listopada 2025").how == "unreadable"


@pytest.mark.parametrize(
    ("text", "hints", "expected"),
    [
        ("03/04/2026", {}, None),
        ("03/04/2026", {"language": "en"}, None),
        ("03/04/2026", {"country": "US"}, "2026-03-04"),
        ("03/04/2026", {"country": "GB", "language": "en"}, "2026-04-03"),
        ("03/04/2026", {"country": "CA", "language": "en"}, None),
        ("03-04-2026", {"language": "it"}, "2026-04-03"),
        ("03/04/2026", {"language": "zh"}, None),
        ("03.04.2026", {}, "2026-04-03"),
        ("03.04.26", {}, "2026-04-03"),
        ("03/04/26", {}, None),
        ("03/04/26", {"country": "FR"}, "2026-04-03"),
        ("04/04/2026", {}, "2026-04-04"),
        ("21/04/2026 9:30 pm", {}, "2026-04-21T21:30"),
        ("04/21/2026", {}, "2026-04-21"),
        ("Fri 03/04/2026", {}, "2026-04-03"),  # the third of April, and no 4 March, is a Friday
        ("Wed 03/04/2026", {}, "2026-03-04"),
        ("2026/04/03", {}, "2026-04-03"),
    ],
)
def test_day_and_month_are_told_apart_by_place_or_not_at_all(
    text: str, hints: dict[str, str], expected: str | None
) -> None:
    assert read_date(text, **hints).moment == (at(expected) if expected else None)


@pytest.mark.parametrize(
    "text",
    [
        "Updated 3 hours ago",
        "yesterday at 18:40",
        "last Tuesday",
        "two days before 6 November 2025",
        "18:40",
        "November 2025",
        "6 November",
        "6 and 7 November 2025",
        "6 November 2025 - 7 December 2025",
        "Edition of 2025, no. 11",
        "version 2.11.2025 of the programme",
        "11月の記事2026",
        "31 November 2025",
        "6 Foo 2025 18:40",
        "6 Nov 2025 25:00",
        "6 Nov 2025 18:75",
        "13:40 AM, 6 Nov 2025",
        "6 Nov 1447",
    ],
)
def test_what_is_no_date_for_sure_is_unreadable(text: str) -> None:
    assert read_date(text).how == "unreadable"
