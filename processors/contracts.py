"""The values that Tocsin publishes, and the article that they are made from.

JSON Schemas and the AsyncAPI document are generated from these structs, and their names are the
published contract. Within a major version only optional fields are added.
"""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

Label = Literal["negative", "neutral", "positive", "unknown"]
Field = Literal["headline", "text"]
MentionKind = Literal["name", "alias", "office"]
OfficeStatus = Literal["in_office", "former", "elect", "not_yet", "none"]
ArticleStatus = Literal["usable", "withheld", "canceled"]
AlertKind = Literal["sentiment", "encounter", "surge", "shift", "breaking", "canary"]
MessageType = Literal["alert", "update", "cancel"]
Severity = Literal["low", "medium", "high"]
ArticleFlag = Literal[
    "published_missing",
    "published_in_future",
    "published_unreadable",
    "language_not_scored",
    "language_unreadable",
    "text_unread",
    "leaders_left_out",
]

MAX_LEADERS = 50
"""Leaders of an article that are published, the most relevant ones. The most in 26,024 real
articles is 17; more is a list, which costs as much as its length squared if all are compared."""
MAX_COMPANIONS = 20
"""Companions of a mention, the most relevant ones. With so many, an article is about no pair."""

UnitInterval = Annotated[float, Meta(ge=0.0, le=1.0)]
Polarity = Annotated[float, Meta(ge=-1.0, le=1.0)]
Offset = Annotated[int, Meta(ge=0)]
Percent = Annotated[int, Meta(ge=0, le=100)]
Revision = Annotated[int, Meta(ge=1)]
Signature = Annotated[bytes, Meta(max_length=160)]


class Article(Struct, frozen=True, kw_only=True):
    """One article as decoded from `news.articles`: bounded, clean Unicode, aware UTC.

    `published` is the publisher's claim; None where there is none (never "now").
    `language` is a lower-case BCP 47 primary tag such as "en", or "" where none was given.
    `country` is the ISO 3166-1 code of where the article is at home, or "" where none was given.
    `flags` say what of the record could not be read: its date, its language, or a text.
    """

    article_id: str
    revision: Revision = 1
    title: str = ""
    text: str = ""
    url: str = ""
    source: str = ""
    language: str = ""
    published: datetime | None = None
    status: ArticleStatus = "usable"
    country: str = ""
    flags: tuple[ArticleFlag, ...] = ()


class Sentiment(Struct, frozen=True, kw_only=True):
    """How a text speaks. Read `label` first: "unknown" means that no word was scored.

    `polarity` is -1 to 1 (0.0 when unknown), `subjectivity` 0 to 1; `coverage` is the share of the
    text's words that were scored.
    """

    polarity: Polarity
    subjectivity: UnitInterval
    label: Label
    scored_words: Offset
    coverage: UnitInterval


class Span(Struct, frozen=True, kw_only=True):
    """Where a leader is named: half-open character offsets into the field."""

    field: Field
    start: Offset
    end: Offset
    text: str
    kind: MentionKind


class Evidence(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A sentence that a score rests on, and the words that moved it, in the order of the text.

    Where a model read the sentence too, `label` is what it says of the leader, and `probability`
    how likely that is; the words remain the lexicon's.
    """

    field: Field
    start: Offset
    end: Offset
    sentence: str
    words: list[tuple[str, float]]
    article_id: str = ""
    leader_id: str = ""
    label: Label | None = None
    probability: UnitInterval | None = None


class Versions(Struct, frozen=True, kw_only=True):
    """Which system made a record."""

    tocsin: str
    registry: str
    lexicon: str
    scorer: str


class LeaderRef(Struct, frozen=True, kw_only=True):
    """A leader as alerts name one; the id is a Wikidata QID or a stable own id (`x-…`)."""

    leader_id: str
    leader_name: str


class ArticleRef(Struct, frozen=True, kw_only=True):
    """An article as alerts list one. `family` is the publisher's family, the source if unknown."""

    article_id: str
    title: str
    url: str
    source: str
    family: str


class MentionContext(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What watch must know of the article that a mention comes from.

    `companions` are the leaders named with this one in the headline or lead, by id, at most the 20
    most relevant; empty where this leader is not named there. `in_lead` says whether it is.
    `signature` is what the article's story is found by: up to 40 telling words, each as three bytes
    of hash and one of weight.
    """

    mention_id: str
    article: ArticleRef
    revision: Revision
    event_time: datetime
    published: datetime | None = None
    language: str = ""
    companions: list[LeaderRef] = []
    in_lead: bool = False
    flags: list[ArticleFlag] = []
    versions: Versions
    signature: Signature = b""


class Mention(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A leader in an article: who, in which office on the article's date, and how spoken of.

    `context` is there in `news.mentions`, where a mention travels alone, and absent inside an
    analysis.
    """

    leader_id: str
    leader_name: str
    country: str
    office: str
    status: OfficeStatus
    relevance: Percent
    sentiment: Sentiment
    spans: list[Span]
    evidence: list[Evidence]
    context: MentionContext | None = None


class Withdrawal(Struct, frozen=True, kw_only=True):
    """An article that its publisher withdrew.

    It is in every partition of `news.mentions`, since the leaders of the article are not known.
    """

    withdrawn: ArticleRef
    revision: Revision
    event_time: datetime
    versions: Versions


class Analysis(Struct, frozen=True, kw_only=True):
    """What one article says: the value of `news.analyses`.

    `mentions` are at most the 50 most relevant; with more the flags say `leaders_left_out`.
    """

    article_id: str
    revision: Revision
    event_time: datetime
    published: datetime | None
    source: str
    language: str
    sentiment: Sentiment
    mentions: list[Mention]
    versions: Versions
    title: str = ""
    url: str = ""
    status: ArticleStatus = "usable"
    flags: list[ArticleFlag] = []


class RuleRef(Struct, frozen=True, kw_only=True):
    """The rule that fired, and its version: both are part of the alert's id."""

    id: str
    version: int


class Window(Struct, frozen=True, kw_only=True):
    """A half-open stretch of event time."""

    start: datetime
    end: datetime


class MentionCounts(Struct, frozen=True, kw_only=True):
    """How many, over the time before the alert; event time, in whole hours."""

    h12: Offset
    h24: Offset
    d3: Offset
    d7: Offset


class StoryRef(Struct, frozen=True, kw_only=True):
    """The story that an alert is about, as it was when the alert was sent.

    `novelty` is 100 for a story's first report, then 75, 56, 42, 32 …; `reports` counts its
    articles about the leader. `similar` counts articles of this and of like older stories, and
    `mentions` all articles about the leader.
    """

    story_id: str
    novelty: Percent
    reports: Revision
    first_seen: datetime
    similar: MentionCounts
    mentions: MentionCounts


class Alert(Struct, frozen=True, kw_only=True):
    """Something happened around a leader, and why we say so: the value of `news.alerts.<kind>`.

    `alert_id` is a hash of rule, rule version, leaders and window or story: subscribers
    deduplicate on it. An update or a cancellation is a message of its own with an id of its own;
    `references` names the messages before it, the first one first. `processed_at` and `replay_id`
    are the only fields that a replay may change.
    """

    alert_id: str
    revision: Revision
    msg_type: MessageType
    references: list[str]
    rule: RuleRef
    kind: AlertKind
    severity: Severity
    leaders: list[LeaderRef]
    event_time: datetime
    window: Window
    observed: float
    expected: float | None
    threshold: float
    reason: str
    articles: list[ArticleRef]
    evidence: list[Evidence]
    versions: Versions
    processed_at: datetime
    replay_id: str | None = None
    story: StoryRef | None = None
