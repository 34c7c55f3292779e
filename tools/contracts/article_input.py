"""The JSON Schema of what may be sent to `news.articles`.

Owns the published input forms: flat JSON, the ninjs profile, and a CloudEvent around either. Must
not know how they are read; tests hold it to `processors.articles.decode`. The schema asks for what
should be sent. What it accepts is read; the decoder forgives much more (dates in other forms,
names of languages, the shapes of other services), so that a feed is not lost over a trifle: see
docs/guides/articles.md. What no schema can say is in the descriptions: lengths over several fields,
and the record's key as identity.
"""

from typing import Any, Final

from tools.contracts import examples
from tools.contracts.schemas import DIALECT, Schema, schema_id

# A name of this list makes an article ninjs; the spellings are those of ninjs 3, 2 and 1.
_NINJS_HEADLINES: Final = ("headlines",)
_NINJS_BODIES: Final = ("bodies",)
_NINJS_TEXTS: Final = (
    *("headline_main", "body_text", "body_main"),
    *("body_xhtml", "body_html", "body_richtext"),
)
_NINJS_DATES: Final = (
    *("versionCreated", "versioncreated", "contentCreated", "contentcreated"),
    *("firstCreated", "firstcreated"),
)
_NINJS_STATUSES: Final = ("pubStatus", "pubstatus")
_NINJS_SOURCES: Final = ("infoSources", "infosources", "infosource")
NINJS_NAMES: Final = (
    *_NINJS_HEADLINES,
    *_NINJS_BODIES,
    *_NINJS_TEXTS,
    *_NINJS_DATES,
    *_NINJS_STATUSES,
    *_NINJS_SOURCES,
)
FLAT_TEXTS: Final = ("title", "headline", "text", "body")

_LAST_REVISION: Final = 2**53 - 1
_LAST_SECOND: Final = 7_258_118_400  # 2200-01-01
_FIRST_SECOND: Final = 100_000_000  # 1973-03-03: smaller numbers are years, counters or none
_FIRST_MILLISECOND: Final = 100_000_000_000  # 1973-03-03: smaller numbers are seconds
_YEARS: Final = "(1[89]|2[01])[0-9]{2}"
_FEED_DATE: Final = (
    r"^([A-Za-z]{3}, )?[0-9]{1,2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) "
    rf"{_YEARS} [0-2][0-9]:[0-5][0-9](:[0-5][0-9])? ([+-][0-9]{{4}}|GMT|UTC|UT)$"
)
_STATUSES: Final = ("usable", "withheld", "canceled")


def article_schema() -> Schema:
    """Make the schema of an article as it may be sent."""
    return {
        "$schema": DIALECT,
        "$id": schema_id("article"),
        "title": "Article",
        "description": "An article as it may be sent: flat JSON, an item of the ninjs profile, or a"
        " CloudEvent around either (in binary mode the value is the article itself). The record's"
        " key should be the article's URI; it also is the id of an article that names none, which"
        " no schema of the value can show. Headline and text may have 200,000 characters together."
        " Other fields are ignored. Many other shapes are read too: see docs/guides/articles.md.",
        **_any_of("Flat", "Ninjs", "CloudEvent"),
        "examples": [
            examples.flat_article(),
            examples.ninjs_article(),
            examples.cloudevent_article(),
        ],
        "$defs": {
            "Flat": _flat(),
            "Ninjs": _ninjs(),
            "CloudEvent": _cloudevent(),
            "Id": _id(),
            "Text": _described(
                "Plain text in Unicode. Blank counts as absent.", type=["string", "null"]
            ),
            "Timestamp": _timestamp(),
            "Status": _status(),
            "Version": _version(),
            "Language": _described(
                "A BCP 47 tag such as en or pt-BR; names and codes of three letters are read too.",
                type=["string", "null"],
                pattern="^([A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8}){0,8})?$",
            ),
            "Rendition": _rendition(),
            "InfoSource": _info_source(),
        },
    }


def _flat() -> Schema:
    return {
        "title": "Flat",
        "description": "One object, one field a fact. Of two names for a fact the first one wins:"
        " id or uri, title or headline, version or revision; of text and body the longer one.",
        "type": "object",
        "properties": _flat_properties(),
        "propertyNames": {"not": {"enum": [*NINJS_NAMES, "specversion"]}},
        "allOf": [_identity(), {"anyOf": [_canceled("status"), *map(_filled, FLAT_TEXTS)]}],
    }


def _ninjs() -> Schema:
    renditions = _described("Renditions of one text; the main one is read.", **_list("Rendition"))
    sources = _described("Who it comes from; the publisher is read.", **_list("InfoSource"))
    described: dict[str, Schema] = {
        **dict.fromkeys((*_NINJS_HEADLINES, *_NINJS_BODIES), renditions),
        **{name: _ref("Text") for name in _NINJS_TEXTS},
        **{name: _ref("Timestamp") for name in _NINJS_DATES},
        **{name: _ref("Status") for name in _NINJS_STATUSES},
        **dict.fromkeys(_NINJS_SOURCES, sources),
    }
    texts = (*FLAT_TEXTS, *_NINJS_TEXTS)
    told = [_canceled(name) for name in ("pubStatus", "pubstatus", "status")]
    told += [_filled_list(name) for name in (*_NINJS_HEADLINES, *_NINJS_BODIES)]
    return {
        "title": "Ninjs",
        "description": "An item of IPTC ninjs 3, as far as Tocsin reads it; the names of ninjs 2"
        " and 1 are known too. What ninjs names leave out is looked for under the flat names.",
        "type": "object",
        "properties": {**_flat_properties(), **described},
        "propertyNames": {"not": {"const": "specversion"}},
        "allOf": [
            _identity(),
            {"anyOf": [{"required": [name]} for name in NINJS_NAMES]},
            {"anyOf": [*told, *map(_filled, texts)]},
        ],
    }


def _cloudevent() -> Schema:
    attribute = {"type": "string", "minLength": 1}
    return {
        "title": "CloudEvent",
        "description": "CloudEvents 1.0 in structured mode. The event's own id, source and time"
        " never become the article's.",
        "type": "object",
        "properties": {
            "specversion": _described("Version of CloudEvents.", const="1.0"),
            "id": _described("Id of the event, not of the article.", **attribute),
            "source": _described("Where the event comes from.", **attribute),
            "type": _described("What kind of event it is; any is read.", **attribute),
            "datacontenttype": _described(
                "Media type of the data; it must be JSON.",
                type="string",
                pattern=r"^((application|text)/json|[a-z]+/[a-z0-9.-]+\+json)(;.*)?$",
            ),
            "data": _described("The article.", **_any_of("Flat", "Ninjs")),
            "data_base64": _described(
                "The article as JSON in base64.",
                type="string",
                contentEncoding="base64",
                contentMediaType="application/json",
            ),
        },
        "required": ["specversion", "id", "source", "type"],
        "oneOf": [{"required": ["data"]}, {"required": ["data_base64"]}],
    }


def _flat_properties() -> dict[str, Schema]:
    return {
        "id": _ref("Id"),
        "uri": _ref("Id"),
        "url": _described(
            "Address of the article (http or https); its canonical form is the id where there is"
            " neither id nor uri.",
            type=["string", "null"],
        ),
        **{name: _ref("Text") for name in FLAT_TEXTS},
        "source": _described("Who published it.", type=["string", "null"], maxLength=512),
        "published": _ref("Timestamp"),
        "language": _ref("Language"),
        "version": _ref("Version"),
        "revision": _ref("Version"),
        "status": _ref("Status"),
    }


def _id() -> Schema:
    return _described(
        "The publisher's stable id or URI of the article, the same in all its versions.",
        type=["string", "integer", "null"],
    )


def _timestamp() -> Schema:
    return {
        "description": "When the publisher says it appeared, in the years 1800 to 2199: RFC 3339"
        " (best), a date alone, an RFC 5322 date as feeds write it, or seconds or milliseconds"
        " since 1970. Null or absent where there is none.",
        "anyOf": [
            {"type": "string", "format": "date-time", "pattern": f"^{_YEARS}-"},
            {"type": "string", "format": "date", "pattern": f"^{_YEARS}-[0-9]{{2}}-[0-9]{{2}}$"},
            {"type": "string", "pattern": _FEED_DATE},
            {"type": "number", "minimum": _FIRST_SECOND, "exclusiveMaximum": _LAST_SECOND},
            {
                "type": "number",
                "minimum": _FIRST_MILLISECOND,
                "exclusiveMaximum": _LAST_SECOND * 1000,
            },
            {"type": "null"},
        ],
    }


def _status() -> Schema:
    return _described(
        "Whether the publisher stands by it. A canceled article needs no text.",
        enum=[*_STATUSES, *(f"stat:{status}" for status in _STATUSES), "cancelled", None],
    )


def _version() -> Schema:
    return {
        "description": "Version of the article, from 1 (0 counts as 1); absent means 1. A number,"
        " or its digits as text.",
        "anyOf": [
            {"type": "integer", "minimum": 0, "maximum": _LAST_REVISION},
            {"type": "string", "pattern": "^[0-9]{1,15}$"},
            {"type": "null"},
        ],
    }


def _rendition() -> Schema:
    return {
        "title": "Rendition",
        "description": "One rendition of a headline or a body.",
        "type": "object",
        "properties": {
            "value": _ref("Text"),
            "role": _described("Such as main.", type=["string", "null"]),
            "rel": _described("The role, in older ninjs.", type=["string", "null"]),
            "contentType": _described("Such as text/html.", type=["string", "null"]),
            "contenttype": _described("The same, in older ninjs.", type=["string", "null"]),
        },
    }


def _info_source() -> Schema:
    return {
        "title": "InfoSource",
        "description": "A party that the article comes from.",
        "type": "object",
        "properties": {
            "name": _described("Its name.", type=["string", "null"]),
            "role": _described("Such as publisher or isrol:provider.", type=["string", "null"]),
            "rel": _described("The role, in older ninjs.", type=["string", "null"]),
        },
    }


def _identity() -> Schema:
    ids = {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": r"\S"}]}
    address = {
        "type": "string",
        "pattern": r"^https?://[^\s/?#:@\[\]%]+(:[0-9]{1,4})?([/?#]|$)",
        "maxLength": 4096,
    }
    return {
        "anyOf": [
            {"required": ["id"], "properties": {"id": ids}},
            {"required": ["uri"], "properties": {"uri": ids}},
            {"required": ["url"], "properties": {"url": address}},
        ]
    }


def _filled(name: str) -> Schema:
    filled = {"type": "string", "pattern": r"\S"}
    return {"required": [name], "properties": {name: filled}}


def _filled_list(name: str) -> Schema:
    return {
        "required": [name],
        "properties": {name: {"type": "array", "contains": _filled("value")}},
    }


def _canceled(name: str) -> Schema:
    canceled = {"enum": ["canceled", "cancelled", "stat:canceled"]}
    return {"required": [name], "properties": {name: canceled}}


def _list(name: str) -> Schema:
    return {"type": ["array", "null"], "items": _ref(name)}


def _any_of(*names: str) -> Schema:
    return {"anyOf": [_ref(name) for name in names]}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _described(description: str, **schema: Any) -> Schema:
    return {"description": description, **schema}
