"""Language tags."""

import pytest

from processors.articles.language import is_english, read_language
from processors.errors import BadArticleError, DeadLetterReason


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("en", "en"),
        ("en-GB", "en"),
        ("EN_us", "en"),
        (" fr ", "fr"),
        ("zh-Hant-TW", "zh"),
        ("eng", "en"),
        ("tlh", "tlh"),
        ("xx", "xx"),
        ("English", "en"),
        ("english", "en"),
        ("Deutsch", "de"),
        ("Español", "es"),
        ("Русский", "ru"),
        ("English (United States)", "en"),
        ("British English", "en"),
        ("Simplified Chinese", "zh"),
        ("Chinese (Simplified)", "zh"),
        ("deu", "de"),
        ("ger", "de"),
        ("fre", "fr"),
        ("ces", "cs"),
        ("swe", "sv"),
        ("nor", "no"),
        ("en_US.UTF-8", "en"),
        ("unknown", ""),
        ("und", ""),
        ("", ""),
        (" ", ""),
        (None, ""),
    ],
)
def test_a_tag_gives_its_primary_part(value: object, expected: str) -> None:
    assert read_language(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        "klingonish!!",
        "English and French",
        "one two three",
        "e",
        "5",
        5,
        1.5,
        "en-",
        "ёё",
        "en" + "-a" * 99,
    ],
)
def test_what_is_no_tag_is_refused(value: object) -> None:
    with pytest.raises(BadArticleError, match="language is ") as refusal:
        read_language(value)
    assert refusal.value.reason is DeadLetterReason.INVALID_LANGUAGE


@pytest.mark.parametrize("value", [True, ["en"], {"code": "en"}])
def test_other_types_are_refused(value: object) -> None:
    with pytest.raises(BadArticleError) as refusal:
        read_language(value)
    assert refusal.value.reason is DeadLetterReason.WRONG_TYPE


OTHER_LANGUAGES = {
    "German": "Der Kanzler hat am Montag in Berlin mit dem Präsidenten über die Lage gesprochen.",
    "French": "Le président de la République a rencontré lundi à Paris le premier ministre.",
    "Spanish": "El presidente se reunió el lunes en Madrid con los líderes de la oposición.",
    "Italian": "Il presidente ha incontrato lunedì a Roma i ministri per discutere della legge.",
    "Portuguese": "O presidente disse na segunda-feira que não vai aceitar as novas tarifas.",
    "Dutch": "De premier heeft maandag in Den Haag gesproken met de leiders van de oppositie.",
    "Swedish": "Statsministern träffade på måndagen ledarna för att tala om den nya lagen.",
    "Danish": "Statsministeren mødte mandag lederne af oppositionen for at tale om den nye lov.",
    "Polish": "Prezydent spotkał się w poniedziałek z premierem i powiedział, że nie podpisze.",
    "Turkish": "Cumhurbaşkanı pazartesi günü bakanlarla bir araya geldi ve destek istedi bu yıl.",
    "Indonesian": "Presiden bertemu dengan para menteri pada hari Senin untuk membahas rencana.",
    "Finnish": "Presidentti tapasi maanantaina pääministerin ja sanoi, että laki ei ole valmis.",
    "Romanian": "Președintele s-a întâlnit luni cu premierul și a spus că nu va semna legea.",
    "Hungarian": "Az elnök hétfőn találkozott a miniszterrel, és azt mondta, hogy nem írja alá.",
    "Czech": "Prezident se v pondělí setkal s premiérem a řekl, že zákon nepodepíše.",
    "Russian": "Президент встретился в понедельник с премьером и обсудил положение в стране.",
    "Greek": "Ο πρωθυπουργός συναντήθηκε τη Δευτέρα με τον πρόεδρο στην Αθήνα.",
    "Arabic": "التقى الرئيس يوم الاثنين رئيس الوزراء في القاهرة لبحث الوضع في المنطقة.",
    "Chinese": "国家主席星期一在北京会见了俄罗斯总统，双方讨论了两国关系和地区局势。",
    "Japanese": "首相は月曜日に東京で大統領と会談し、両国の関係について話し合った。",
}


@pytest.mark.parametrize("text", OTHER_LANGUAGES.values(), ids=OTHER_LANGUAGES.keys())
def test_other_languages_are_no_english_even_below_a_headline_of_names(text: str) -> None:
    assert is_english("", text) is False
    assert is_english("Xi Jinping, Vladimir Putin", text) is False


@pytest.mark.parametrize(
    "text",
    [
        "President Xi met Mr. Putin on Monday in Beijing and spoke of the war.",
        "“The café’s façade,” said Angela Merkel, “is a piece of the old São Paulo.”",
        "The party of Le Pen and the mayor of La Paz met with Los Angeles officials on the day.",
        "The minister, who quoted “la vie en rose”, was cheered by the crowd for a while.",
    ],
)
def test_english_with_foreign_names_is_english(text: str) -> None:
    assert is_english("", text) is True


@pytest.mark.parametrize("text", ["", "Xi meets Putin", "1 2 3 4 5 6 7 8 9 10 11", "…" * 3])
def test_too_little_to_tell_is_no_verdict(text: str) -> None:
    assert is_english(text, "") is None


def test_only_the_beginning_is_read() -> None:
    english = "The talks of the two went on for hours and there was no result. " * 20
    assert is_english("", english + OTHER_LANGUAGES["German"] * 50) is True


@pytest.mark.parametrize(
    "title",
    [
        "Lula da Silva hailed as hero while Lula da Silva allies celebrate",
        "UN experts slam leaders over siege, UN says again",
        "Los Angeles, Las Vegas mayors slam the raids again",
        "Ursula von der Leyen met Marine Le Pen in Paris on Friday",
        "Von der Leyen praises Carney at summit in Ottawa",
        "Van den Berg leads after Friday stage near Ghent",
        "De la Espriella courts voters in Medellin and Cali",
    ],
)
def test_words_inside_names_are_no_other_language(title: str) -> None:
    assert is_english(title, "") is not False
