"""The decoder as a whole: formats in, articles or reasons out."""

import base64
import json
import re
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.articles import decode as decoder
from processors.articles.decode import DecodeLimits, decode
from processors.contracts import Article
from processors.errors import BadArticleError, DeadLetterReason

LIMITS = DecodeLimits()
BAD_RECORDS = json.loads(
    (Path(__file__).parents[2] / "data" / "bad_records.json").read_text(encoding="utf-8")
)["records"]
FLAT = {
    "id": "urn:example:7",
    "url": "https://news.example/a?utm_source=feed",
    "title": "Ministers meet in Geneva",
    "text": "Ministers met on Thursday.\n\nThey will meet again.",
    "published": "2024-05-16T11:30:00+02:00",
    "source": "Example Agency",
    "language": "en-GB",
    "version": 3,
}
ARTICLE = Article(
    article_id="urn:example:7",
    revision=3,
    title="Ministers meet in Geneva",
    text="Ministers met on Thursday.\n\nThey will meet again.",
    url="https://news.example/a?utm_source=feed",
    source="Example Agency",
    language="en",
    published=datetime(2024, 5, 16, 9, 30, tzinfo=UTC),
)


def decode_json(document: Any, key: bytes | None = None) -> Article:
    return decode(json.dumps(document).encode(), [], key, LIMITS)


def bad_value(record: dict[str, Any]) -> bytes | None:
    if "value_repeat" in record:
        parts = record["value_repeat"]
        return (parts["prefix"] + parts["repeat"] * parts["times"] + parts["suffix"]).encode()
    if "value_base64" in record:
        return base64.b64decode(record["value_base64"])
    return None if record["value_text"] is None else record["value_text"].encode()


def test_a_flat_article_is_read_whole() -> None:
    assert decode_json(FLAT) == ARTICLE


@pytest.mark.parametrize(
    ("changes", "field", "expected"),
    [
        ({"id": None, "uri": "urn:u"}, "article_id", "urn:u"),
        ({"id": 12345}, "article_id", "12345"),
        ({"id": ""}, "article_id", "https://news.example/a"),
        ({"title": None, "headline": "H"}, "title", "H"),
        ({"text": "", "body": "B"}, "text", "B"),
        ({"title": "A\nB"}, "title", "A B"),
        ({"country": "ke"}, "country", "KE"),
        ({"country": "UK"}, "country", "GB"),
        ({"country": "Kenya"}, "country", "KE"),
        ({"country": ["gbr"]}, "country", "GB"),
        ({"country": "Atlantis"}, "country", ""),
        ({"language": "English"}, "language", "en"),
        ({"language": ["deu", "eng"]}, "language", "de"),
        ({"source": {"id": None, "name": "Hull Wire"}}, "source", "Hull Wire"),
        ({"source": "https://www.hull.example/x"}, "source", "https://www.hull.example/x"),
        ({"status": "published"}, "status", "usable"),
        ({"status": "retracted"}, "status", "canceled"),
        ({"country": None}, "country", ""),
        ({"version": None}, "revision", 1),
        ({"version": "4"}, "revision", 4),
        ({"version": 2.0}, "revision", 2),
        ({"version": 0}, "revision", 1),
        ({"version": None, "revision": 5}, "revision", 5),
        ({"published": None}, "published", None),
        ({"published": ""}, "published", None),
        ({"published": "2199-01-01"}, "published", datetime(2199, 1, 1, tzinfo=UTC)),
        ({"language": None}, "language", ""),
        ({"source": None}, "source", ""),
        ({"status": "withheld"}, "status", "withheld"),
        ({"url": "javascript:alert(1)"}, "url", ""),
        ({"unknown": {"deep": [[1e300]]}}, "title", "Ministers meet in Geneva"),
        ({"text": "a\ud800b\x00c"}, "text", "a\ufffdb c"),
    ],
)
def test_flat_fields_are_read(changes: dict[str, Any], field: str, expected: object) -> None:
    assert getattr(decode_json({**FLAT, **changes}), field) == expected


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": True}, "id"),
        ({"id": 1.5}, "id"),
        ({"title": 7}, "title"),
        ({"headline": [], "title": None}, "headline"),
        ({"text": ["a"]}, "text"),
        ({"url": []}, "url"),
        ({"source": ["x"]}, "source"),
        ({"version": "2.1"}, "version"),
        ({"version": -1}, "version"),
        ({"version": True}, "version"),
        ({"version": 2**53}, "version"),
        ({"status": "spiked"}, "status"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_by_name(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BadArticleError) as refusal:
        decode_json({**FLAT, **changes})
    assert refusal.value.reason is DeadLetterReason.WRONG_TYPE
    assert refusal.value.message.startswith(f"{field} is ")


@pytest.mark.parametrize(
    ("changes", "flags"),
    [
        ({"published": "last Tuesday"}, ("published_unreadable",)),
        ({"published": "9999-12-31T23:59:59Z"}, ("published_unreadable",)),
        ({"published": "Thu, 16 May 2024 11:30:00 QQQ"}, ("published_unreadable",)),
        ({"published": {"when": "soon"}}, ("published_unreadable",)),
        ({"published": True}, ("published_unreadable",)),
        ({"published": None, "gone_live_at": "2024-05-16T09:30:00Z"}, ("published_unreadable",)),
        ({"published": 0}, ()),
        ({"published": "N/A"}, ()),
        ({"published": "soon", "date": "2024-05-16"}, ()),
        ({"language": "klingonish!!"}, ("language_unreadable",)),
        ({"language": "English and French"}, ("language_unreadable",)),
        ({"language": 5}, ("language_unreadable",)),
        ({"language": {"code": "en"}}, ()),
        ({"language": "unknown"}, ()),
        ({"text": "", "story_of_the_day": "Ministers met in the old town. " * 5}, ("text_unread",)),
        ({"text": "Short.", "story_of_the_day": "Ministers met again. " * 9}, ("text_unread",)),
        ({"text": "Short.", "note": "a few words"}, ()),
        ({"text": "Ministers met. " * 40, "story_of_the_day": "Ministers met. " * 90}, ()),
        ({"text": "", "image": "https://hull.example/" + "x" * 90}, ()),
    ],
)
def test_what_cannot_be_read_is_flagged_and_refuses_no_article(
    changes: dict[str, Any], flags: tuple[str, ...]
) -> None:
    article = decode_json({**FLAT, **changes})
    assert article.title == FLAT["title"]
    assert article.flags == flags


def test_a_date_is_read_by_language_country_and_the_records_timestamp() -> None:
    dated = {**FLAT, "published": "03/04/2026"}
    assert decode_json(dated).flags == ("published_unreadable",)
    british = decode_json({**dated, "country": "GB"})
    assert british.published == datetime(2026, 4, 3, tzinfo=UTC)
    zoned = json.dumps({**FLAT, "published": "20 Jan 2026 19:50:00 CST"}).encode()
    reference = datetime(2026, 1, 20, 12, tzinfo=UTC)
    chinese = decode(zoned, [], None, LIMITS, reference=reference)
    assert chinese.published == datetime(2026, 1, 20, 11, 50, tzinfo=UTC)


def test_a_list_of_articles_says_to_send_them_one_by_one() -> None:
    with pytest.raises(BadArticleError, match="articles is a list of 2 objects; send one article"):
        decode_json({"status": "ok", "articles": [{"title": "A"}, {"title": "B"}]})


def test_a_shape_that_is_not_known_says_where_to_describe_it() -> None:
    with pytest.raises(BadArticleError, match="describe this shape of articles in TOCSIN_SHAPES"):
        decode_json({"titel": "Minister in Genf", "inhalt": "Die Minister trafen sich."})


def test_the_key_serves_as_id_only_where_the_value_has_none() -> None:
    assert decode_json({"title": "T"}, b"the-key").article_id == "the-key"
    assert decode_json({"title": "T", "id": "own"}, b"the-key").article_id == "own"


def test_a_new_version_keeps_the_id_and_raises_the_revision() -> None:
    first, second = decode_json(FLAT), decode_json({**FLAT, "version": 4, "text": "New."})
    assert first.article_id == second.article_id
    assert (first.revision, second.revision) == (3, 4)


def test_a_title_alone_is_enough_and_a_canceled_article_needs_no_text() -> None:
    assert decode_json({"id": "a", "title": "T"}).text == ""
    canceled = decode_json({"id": "a", "status": "canceled"})
    assert (canceled.status, canceled.title, canceled.text) == ("canceled", "", "")


def test_a_byte_order_mark_is_accepted_and_the_last_of_two_equal_keys_wins() -> None:
    value = b'\xef\xbb\xbf{"id": "a", "title": "first", "title": "second"}'
    assert decode(value, [], None, LIMITS).title == "second"


def test_numbers_of_any_size_in_other_fields_do_no_harm() -> None:
    for number in ("1e999", "-1e999", "9" * 5_000, "0." + "1" * 5_000):
        value = f'{{"id": "a", "title": "T", "score": {number}}}'.encode()
        assert decode(value, [], None, LIMITS).title == "T"


def test_the_text_limit_counts_title_and_text_together() -> None:
    limits = DecodeLimits(text_characters=10)
    value = json.dumps({"id": "a", "title": "12345", "text": "67890"}).encode()
    assert decode(value, [], None, limits).text == "67890"
    with pytest.raises(BadArticleError, match="11 characters; at most 10"):
        decode(value.replace(b"67890", b"678901"), [], None, limits)


def test_the_nesting_limit_counts_the_outermost_object() -> None:
    value = b'{"id": "a", "title": "T", "x": [[]]}'
    assert decode(value, [], None, DecodeLimits(nesting=3)).title == "T"
    with pytest.raises(BadArticleError, match="deeper than the 2 levels"):
        decode(value, [], None, DecodeLimits(nesting=2))


def test_an_endless_source_is_refused() -> None:
    with pytest.raises(BadArticleError, match="source: 513 characters"):
        decode_json({**FLAT, "source": "x" * 513})


@pytest.mark.parametrize("record", BAD_RECORDS, ids=[record["name"] for record in BAD_RECORDS])
def test_a_bad_record_is_refused_with_its_reason(record: dict[str, Any]) -> None:
    headers = [(name, value.encode()) for name, value in record["headers"]]
    key = None if record["key"] is None else record["key"].encode()
    with pytest.raises(BadArticleError) as refusal:
        decode(bad_value(record), headers, key, LIMITS)
    assert refusal.value.reason == record["expected_reason"]
    assert 0 < len(refusal.value.message) < 250
    assert refusal.value.message.isascii()


def test_every_reason_of_the_decoder_has_a_bad_record() -> None:
    folder = Path(decoder.__file__).parent
    sources = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))
    named = {
        DeadLetterReason[name] for name in re.findall(r"DeadLetterReason\.([A-Z0-9_]+)", sources)
    }
    # A language that cannot be read refuses no article: it is flagged.
    reasons = named - {DeadLetterReason.INVALID_LANGUAGE}
    assert {record["expected_reason"] for record in BAD_RECORDS} == reasons


@pytest.mark.parametrize(
    "value",
    [
        b'{"id":"a","text":"' + b"a" * 20_000_000 + b'"}',
        b'{"id":"a","bodies":[{"contentType":"text/html","value":"' + b"<a " * 6_000_000 + b'"}]}',
        b'{"id":"a","text":"b","x":[' + b"[]," * 6_000_000 + b"[]]}",
        b'{"id":"a","text":"a' + ("\u0300\u0316" * 99_000).encode() + b'"}',
        b'{"text":"a","url":"https://' + b"x." * 9_000_000 + b'"}',
        b'{"text":"a","id":"b","published":"' + b"1" * 20_000_000 + b'"}',
        b"[" * 20_000_000,
    ],
    ids=["text", "markup", "lists", "marks", "url", "date", "brackets"],
)
def test_records_made_to_be_slow_are_answered_in_half_a_second(value: bytes) -> None:
    # Quadratic work would take minutes: the bound is far from both.
    start = time.process_time()
    try:
        answer: object = decode(value, [], b"k", LIMITS)
    except BadArticleError as refusal:
        answer = refusal.reason
    assert answer
    assert time.process_time() - start < 0.5


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
FIELD_NAMES = st.sampled_from(
    re.findall(
        r"\w+",
        "id uri url title headline text body published source language version revision"
        " status country headlines bodies body_text body_xhtml versionCreated pubStatus infoSources"
        " specversion type data data_base64 datacontenttype role value contentType name",
    )
)
DOCUMENTS = st.recursive(
    st.dictionaries(FIELD_NAMES, JSON_VALUES, max_size=8),
    lambda inner: st.dictionaries(FIELD_NAMES, inner | st.lists(inner) | JSON_VALUES, max_size=8),
    max_leaves=4,
)
HEADERS = st.lists(
    st.tuples(
        st.sampled_from(["ce_specversion", "ce_id", "ce_source", "ce_type", "content-type", "x"]),
        st.sampled_from([b"1.0", b"application/cloudevents+json", b"application/json"])
        | st.binary(max_size=9),
    ),
    max_size=5,
)


Headers = list[tuple[str, bytes]]


def answer_to(value: bytes, headers: Headers, key: bytes | None) -> Article | tuple[str, str]:
    try:
        return decode(value, headers, key, LIMITS)
    except BadArticleError as refusal:
        return refusal.reason.value, refusal.message


def check_answer(value: bytes, headers: Headers, key: bytes | None) -> None:
    """Assert what holds for every record: it is refused for a reason, or gives a good article."""
    article = answer_to(value, headers, key)
    assert answer_to(value, headers, key) == article
    if not isinstance(article, Article):
        assert article[0] in set(DeadLetterReason)
        return
    assert msgspec.json.decode(msgspec.json.encode(article), type=Article) == article
    assert 0 < len(article.article_id) <= 512
    assert article.title or article.text or article.status == "canceled"
    assert article.published is None or article.published.tzinfo is UTC


@given(st.binary(max_size=200), HEADERS, st.none() | st.binary(max_size=20))
def test_any_bytes_are_refused_or_give_a_good_article(
    value: bytes, headers: Headers, key: bytes | None
) -> None:
    check_answer(value, headers, key)


@given(DOCUMENTS | JSON_VALUES, HEADERS, st.none() | st.binary(max_size=20))
def test_any_json_is_refused_or_gives_a_good_article(
    document: object, headers: Headers, key: bytes | None
) -> None:
    check_answer(json.dumps(document).encode(), headers, key)


@given(
    st.fixed_dictionaries(
        {
            "id": st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1),
            "title": st.text(),
            "text": st.text(st.characters(exclude_categories=[]), min_size=1),
        }
    )
)
def test_a_decoded_article_sent_again_is_the_same_article(document: dict[str, str]) -> None:
    document["title"] = f"T {document['title']}"
    article = decode_json(document)
    again = {"id": article.article_id, "title": article.title, "text": article.text}
    assert decode_json(again) == article
