"""The profile of IPTC ninjs."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from processors.articles.decode import DecodeLimits, decode
from processors.contracts import Article
from processors.errors import BadArticleError, DeadLetterReason

NINJS_3: dict[str, Any] = {
    "uri": "urn:newsml:agency.example:20240516:1",
    "version": "2",
    "versionCreated": "2024-05-16T11:30:00+02:00",
    "contentCreated": "2024-05-16T08:00:00Z",
    "firstCreated": "2024-05-16T07:00:00Z",
    "pubStatus": "usable",
    "language": "en-GB",
    "headlines": [
        {"role": "short", "value": "Geneva talks"},
        {"role": "main", "value": "Ministers meet in Geneva"},
    ],
    "bodies": [
        {"role": "html", "contentType": "text/html", "value": "<p>Ministers &amp; envoys met.</p>"},
        {"role": "main", "contentType": "text/plain", "value": "Ministers met."},
    ],
    "infoSources": [
        {"name": "A Freelancer", "role": "author"},
        {"name": "Example Agency", "role": "isrol:publisher"},
    ],
}
NITF = (
    "<?xml version='1.0'?><nitf><head><title>t</title></head><body><body.head><hedline><hl1>h</hl1>"
    "</hedline><byline>By Narendra Modi</byline></body.head><body.content><block><p>Ministers met."
    "</p><p>They left.</p></block></body.content><body.end><tagline>b</tagline></body.end></body>"
    "</nitf>"
)
ARTICLE = Article(
    article_id="urn:newsml:agency.example:20240516:1",
    revision=2,
    title="Ministers meet in Geneva",
    text="Ministers met.",
    source="Example Agency",
    language="en",
    published=datetime(2024, 5, 16, 9, 30, tzinfo=UTC),
)


def decode_json(document: dict[str, Any]) -> Article:
    return decode(json.dumps(document).encode(), [], None, DecodeLimits())


def lower_case(value: Any) -> Any:
    if isinstance(value, dict):
        return {name.lower(): lower_case(inner) for name, inner in value.items()}
    return [lower_case(inner) for inner in value] if isinstance(value, list) else value


def test_version_3_and_version_2_give_the_same_article() -> None:
    assert decode_json(NINJS_3) == ARTICLE
    assert decode_json(lower_case(NINJS_3)) == ARTICLE


def test_version_1_gives_the_same_article() -> None:
    assert (
        decode_json(
            {
                "uri": ARTICLE.article_id,
                "version": "2",
                "versioncreated": "2024-05-16T09:30:00Z",
                "pubstatus": "usable",
                "language": "en",
                "headline": "Ministers meet in Geneva",
                "body_text": "Ministers met.",
                "body_xhtml": "<p>Not this one.</p>",
                "infosource": [{"name": "Example Agency", "rel": "provider"}],
            }
        )
        == ARTICLE
    )


@pytest.mark.parametrize(
    ("changes", "field", "expected"),
    [
        ({"bodies": [NINJS_3["bodies"][0]]}, "text", "Ministers & envoys met."),
        ({"bodies": [{"role": "html", "value": "<p>A</p>"}]}, "text", "A"),
        ({"bodies": [{"value": "a <b> c"}]}, "text", "a <b> c"),
        ({"bodies": [{"contentType": "application/xhtml+xml", "value": "<p>A"}]}, "text", "A"),
        ({"bodies": [], "body_xhtml": "<p>A</p>"}, "text", "A"),
        (
            {"bodies": [{"contentType": "text/vnd.IPTC.NITF", "value": NITF}]},
            "text",
            "Ministers met.\n\nThey left.",
        ),
        ({"bodies": [], "descriptions": [{"role": "main", "value": "A"}]}, "text", "A"),
        (
            {"bodies": [], "descriptions": [{"contentType": "text/html", "value": "<p>A</p>"}]},
            "text",
            "A",
        ),
        (
            {
                "bodies": [
                    {"contentType": "text/plain", "value": "Stub"},
                    {"contentType": "text/html", "value": "<p>Ministers met.</p>"},
                ]
            },
            "text",
            "Ministers met.",
        ),
        (
            {
                "bodies": [],
                "body_nitf": "<nitf><body.content><p>They left.</p></body.content></nitf>",
            },
            "text",
            "They left.",
        ),
        ({"bodies": [{"value": "Read more"}], "description_text": "Long"}, "text", "Long"),
        ({"bodies": [], "description_html": "<p>A &amp; B</p>"}, "text", "A & B"),
        ({"headlines": [], "bodies": [], "descriptions": [{"value": "A"}]}, "text", "A"),
        ({"versionCreated": "soon"}, "published", datetime(2024, 5, 16, 8, tzinfo=UTC)),
        ({"bodies": None, "body": "flat < body"}, "text", "flat < body"),
        ({"bodies": [{"role": "main"}]}, "text", ""),
        ({"headlines": [{"value": "Only"}]}, "title", "Only"),
        ({"headlines": [], "title": "Fallback"}, "title", "Fallback"),
        ({"infoSources": [{"role": "x"}, {"name": "First"}]}, "source", "First"),
        ({"infoSources": [], "source": "Flat"}, "source", "Flat"),
        ({"versionCreated": None}, "published", datetime(2024, 5, 16, 8, tzinfo=UTC)),
        (
            {"versionCreated": "", "contentCreated": None},
            "published",
            datetime(2024, 5, 16, 7, tzinfo=UTC),
        ),
        ({"pubStatus": "stat:withheld"}, "status", "withheld"),
        ({"pubStatus": None}, "status", "usable"),
    ],
)
def test_fields_are_read(changes: dict[str, Any], field: str, expected: object) -> None:
    assert getattr(decode_json({**NINJS_3, **changes}), field) == expected


def test_a_withdrawal_may_lack_every_text() -> None:
    withdrawn = decode_json({"uri": "urn:a", "version": 3, "pubStatus": "canceled"})
    assert (withdrawn.article_id, withdrawn.revision) == ("urn:a", 3)
    assert (withdrawn.status, withdrawn.text) == ("canceled", "")


@pytest.mark.parametrize(
    ("changes", "reason", "field"),
    [
        ({"bodies": {}}, DeadLetterReason.WRONG_TYPE, "bodies"),
        ({"bodies": ["text"]}, DeadLetterReason.WRONG_TYPE, "bodies[0]"),
        ({"headlines": [{"value": 1}]}, DeadLetterReason.WRONG_TYPE, "headlines[0].value"),
        ({"infoSources": [{}, {"name": 1}]}, DeadLetterReason.WRONG_TYPE, "infoSources[1].name"),
        ({"pubStatus": "spiked"}, DeadLetterReason.WRONG_TYPE, "pubStatus"),
        (
            {"bodies": [{"contentType": "text/html", "value": "<b>" * 600_000}]},
            DeadLetterReason.TEXT_TOO_LARGE,
            "HTML body",
        ),
    ],
)
def test_what_is_wrong_is_named(
    changes: dict[str, Any], reason: DeadLetterReason, field: str
) -> None:
    with pytest.raises(BadArticleError) as refusal:
        decode_json({**NINJS_3, **changes})
    assert refusal.value.reason is reason
    assert refusal.value.message.startswith(field)
