"""The bundled records: enough, varied, well-formed, and bad only where they are meant to be."""

import json
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from processors.articles.decode import DecodeLimits, decode
from processors.errors import BadArticleError, DeadLetterReason
from streams.demo.bundle import EVENTS, SYNDICATED, BundledRecord, load_bundle, redated

RECORDS = load_bundle()
GOOD = [record for record in RECORDS if not record.name.startswith("bad-")]
BAD = [record for record in RECORDS if record.name.startswith("bad-")]
ALLOWED_FIELDS = {
    "flat": {"id", "uri", "url", "title", "headline", "text", "body"}
    | {"published", "source", "language"},
    "ninjs": {"uri", "version", "versionCreated", "pubStatus", "language"}
    | {"headlines", "bodies", "infoSources"},
    "cloudevent": {"specversion", "type", "source", "id", "time", "datacontenttype", "data"},
}
THE_DAY = datetime(2026, 11, 23, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Read:
    """What a test needs of an article, whatever its form."""

    form: str
    identity: str
    title: str
    text: str
    source: str
    language: str
    version: str


def read(record: BundledRecord) -> Read:
    assert record.value is not None
    document: dict[str, Any] = json.loads(record.value.decode("utf-8"))
    if "headlines" in document:
        return Read(
            "ninjs",
            document["uri"],
            document["headlines"][0]["value"],
            document["bodies"][0]["value"],
            document["infoSources"][0]["name"],
            document["language"],
            document["version"],
        )
    article = document.get("data", document)
    return Read(
        "cloudevent" if "specversion" in document else "flat",
        article.get("id") or article.get("uri") or article["url"],
        article.get("title") or article["headline"],
        article.get("text") or article["body"],
        article["source"],
        article["language"],
        "1",
    )


ARTICLES = [read(record) for record in GOOD]


def test_there_are_enough_good_and_bad_records() -> None:
    assert len(GOOD) >= 72
    assert len(BAD) >= 8


def test_loading_twice_gives_the_same_records() -> None:
    assert load_bundle() == RECORDS


def test_names_are_unique() -> None:
    assert max(Counter(record.name for record in RECORDS).values()) == 1


def test_the_first_articles_come_before_any_bad_record() -> None:
    assert RECORDS[:5] == GOOD[:5]


@pytest.mark.parametrize(
    ("place", "leaders"),
    [
        (0, ("Xi Jinping", "Vladimir Putin")),
        (1, ("Donald Tusk", "Karol Nawrocki")),
        (2, ("Sanae Takaichi", "Lee Jae-myung")),
        (3, ("Emmanuel Macron", "Giorgia Meloni")),
    ],
)
def test_the_first_articles_name_two_leaders_in_headline_and_lead(
    place: int, leaders: tuple[str, str]
) -> None:
    article = ARTICLES[place]
    lead = article.text.split("\n")[0]
    for leader in leaders:
        assert leader in article.title
        assert leader in lead


def test_an_id_comes_again_only_for_the_duplicate_the_correction_and_the_withdrawal() -> None:
    times = Counter(article.identity for article in ARTICLES)
    again = [record for record in GOOD if record.name.endswith("#2")]
    assert sorted(times[article] for article in times if times[article] > 1) == [2, 2, 2]
    assert len(again) == 3
    first = {record.name: record for record in GOOD}
    kinds = []
    for record in again:
        original = first[record.name.removesuffix("#2")]
        document = json.loads(record.value or b"")
        if record.value == original.value:
            kinds.append("duplicate")
        elif document["pubStatus"] == "canceled":
            kinds.append("withdrawal")
        else:
            kinds.append("correction")
            assert document["version"] == "2"
            assert read(original).version == "1"
    assert sorted(kinds) == ["correction", "duplicate", "withdrawal"]


def test_every_good_record_has_a_title_and_a_text_of_some_length() -> None:
    for record, article in zip(GOOD, ARTICLES, strict=True):
        assert article.title.strip(), record.name
        if b'"canceled"' not in (record.value or b""):
            assert 750 <= len(article.text) <= 2_600, record.name
            assert article.text.count("\n\n") >= 3, record.name


def test_every_key_is_the_articles_id() -> None:
    assert [record.key for record in GOOD] == [article.identity.encode() for article in ARTICLES]


def test_all_forms_of_input_are_there_and_carry_no_private_fields() -> None:
    forms = Counter(article.form for article in ARTICLES)
    assert forms["ninjs"] >= 8
    assert forms["cloudevent"] >= 2
    assert forms["flat"] > forms["ninjs"]
    for record, article in zip(GOOD, ARTICLES, strict=True):
        assert set(json.loads(record.value or b"")) <= ALLOWED_FIELDS[article.form], record.name


def test_a_structured_cloudevent_says_so_in_its_headers() -> None:
    for record, article in zip(GOOD, ARTICLES, strict=True):
        types = [value for name, value in record.headers if name == "content-type"]
        structured = any(value.startswith(b"application/cloudevents+json") for value in types)
        assert structured == (article.form == "cloudevent")


def test_about_25_outlets_write_in_three_languages() -> None:
    assert len({article.source for article in ARTICLES}) >= 25
    assert {article.language.partition("-")[0] for article in ARTICLES} == {"en", "fr", "de"}


def test_published_is_aware_utc_with_one_missing_one_future_and_one_a_year_old() -> None:
    dates = [record.published for record in GOOD]
    known = [date for date in dates if date is not None]
    assert len(dates) - len(known) == 1
    assert all(date.tzinfo is UTC for date in known)
    elsewhere = [date for date in known if date.date() != THE_DAY.date()]
    assert sorted(date.year for date in elsewhere) == [2025, 2062]


def test_articles_arrive_in_the_order_of_publication_but_for_the_first_and_the_odd_dates() -> None:
    dates = [record.published for record in GOOD[4:] if record.published]
    known = [date for date in dates if date.date() == THE_DAY.date()]
    repeated = sum(earlier > later for earlier, later in pairwise(known))
    assert repeated == 1  # the exact duplicate comes after later articles


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_is_covered_by_at_least_five_outlets_within_minutes(event: str) -> None:
    places = {article.identity: place for place, article in reversed([*enumerate(ARTICLES)])}
    ids = EVENTS[event]
    assert 5 <= len({ARTICLES[places[identity]].source for identity in ids}) <= 9
    assert [places[identity] for identity in ids] == sorted(places[identity] for identity in ids)
    dates = [GOOD[places[identity]].published for identity in ids]
    moments = [date for date in dates if date is not None]
    assert len(moments) == len(ids)
    assert len(set(moments)) == len(moments)
    assert (max(moments) - min(moments)).total_seconds() <= 90 * 60


def test_at_least_four_events_are_covered_and_none_shares_an_article() -> None:
    ids = [identity for event in EVENTS.values() for identity in event]
    assert len(EVENTS) >= 4
    assert len(set(ids)) == len(ids)


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[start : start + length]) for start in range(len(found) - length + 1)}


def test_no_run_of_eight_words_comes_twice_but_in_syndicated_copies() -> None:
    homes: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    for article in ARTICLES:
        for run in runs(article.text, 8):
            homes[run].add(article.identity)
    shared = {frozenset(ids) for ids in homes.values() if len(ids) > 1}
    assert shared == {frozenset(pair) for pair in SYNDICATED}


@pytest.mark.parametrize(("original", "copy"), SYNDICATED)
def test_a_syndicated_copy_is_mostly_its_original_and_not_quite(original: str, copy: str) -> None:
    texts = {article.identity: article.text for article in reversed(ARTICLES)}
    theirs, ours = runs(texts[copy], 5), runs(texts[original], 5)
    assert len(theirs & ours) / len(theirs) >= 0.8
    assert texts[copy] != texts[original]


def test_no_host_is_outside_the_example_domain() -> None:
    for record in RECORDS:
        hosts = re.findall(rb"(?:https?://|tag:|www\.)([^/,\"\s]+)", record.value or b"")
        assert all(host.endswith(b".example") for host in hosts), record.name


@pytest.mark.parametrize("record", GOOD, ids=lambda record: record.name)
def test_a_good_record_is_read_as_what_it_says(record: BundledRecord) -> None:
    assert record.value is not None
    article = decode(record.value, record.headers, record.key, DecodeLimits())
    said = read(record)
    assert (article.article_id, article.title) == (said.identity, said.title)
    assert (article.source, article.published) == (said.source, record.published)
    assert article.language == said.language.partition("-")[0]
    assert article.revision == int(said.version)


@pytest.mark.parametrize("record", BAD, ids=lambda record: record.name)
def test_a_bad_record_is_refused_for_the_reason_in_its_name(record: BundledRecord) -> None:
    with pytest.raises(BadArticleError) as refusal:
        decode(record.value, record.headers, record.key, DecodeLimits())
    assert refusal.value.reason is DeadLetterReason(record.name.removeprefix("bad-"))


def test_bad_records_are_small() -> None:
    assert all(len(record.value or b"") < 4_096 for record in BAD)


@pytest.mark.parametrize("days", [-400, 0, 1, 900])
def test_the_bundle_can_be_moved_to_any_day(days: int) -> None:
    now = datetime(2026, 11, 23, 3, 4, 5, tzinfo=UTC) + timedelta(days=days)
    moved = redated(RECORDS, now)
    assert [r.name for r in moved] == [r.name for r in RECORDS]
    dates = [r.published for r in moved if r.published]
    regular = [d for d in dates if d <= now]
    assert max(regular) == now
    # One is dated decades ahead, as in the bundle itself; nothing else is in the future.
    assert len(dates) - len(regular) == 1
    for record, before in zip(moved, RECORDS, strict=True):
        if record.published and record.value:
            article = decode(record.value, record.headers, record.key, DecodeLimits())
            assert article.published == record.published
        else:
            assert record == before
