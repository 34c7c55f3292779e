"""The fields that a rule's condition can read: facts of one mention, its article and its story.

Names, types and meanings of these fields are public. A kind of alert can add fields of its own
(`RuleKind.facts`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Any, get_args

from msgspec import Struct

from processors.contracts import ArticleFlag, Mention, MentionContext

UNKNOWN_SECONDS = -1


class StoryFacts(Struct, frozen=True, kw_only=True):
    """What watch knows of the mention's story, this mention counted.

    The defaults are those of a first report. `novelty` is 0 to 100; the rest are whole numbers, but
    for the rate `usual_per_day`. `describe_facts` says what each means.
    """

    novelty: int = 100
    families: int = 1
    copies: int = 1
    story_age_seconds: int = 0
    mentions_12h: int = 1
    mentions_24h: int = 1
    mentions_3d: int = 1
    mentions_7d: int = 1
    usual_per_day: float = 0.0
    warming_up: bool = False


class Facts(Struct, frozen=True):
    """One mention as conditions see it. Make it with `facts_of`. Conditions read it by `Fact`.

    It holds the values as they are: a condition reads three fields of thirty. `measured` is what
    the rule's kind measured, for the fields that only conditions of this kind can read.
    """

    mention: Mention
    context: MentionContext
    story: StoryFacts
    measured: Any = None


FIRST_REPORT = StoryFacts()


def facts_of(mention: Mention, story: StoryFacts = FIRST_REPORT, measured: Any = None) -> Facts:
    """Prepare a mention for conditions.

    Args:
        mention: With its context, as in `news.mentions`.
        story: What watch knows of the mention's story.
        measured: What the rule's kind measured.

    Raises:
        ValueError: the mention has no context.
    """
    if mention.context is None:
        raise ValueError("a mention without its article has no facts: read it from news.mentions")
    return Facts(mention, mention.context, story, measured)


@dataclass(frozen=True, slots=True)
class Fact:
    """One field as conditions name it: its bare type, how it is read, and what it means.

    `value_type` is str, int, float, bool or tuple (of str).
    """

    name: str
    value_type: type[Any]
    read: Callable[[Facts], Any]
    description: str


@cache
def describe_facts() -> Mapping[str, Fact]:
    """Return the fields that every condition can read, by name, in the order of the reference."""
    return {fact.name: fact for fact in (*_of_mention(), *_of_article(), *_of_story())}


def _of_mention() -> list[Fact]:
    return [
        _fact("leader", str, "mention.leader_id", "Id of the leader, such as `Q3052772`."),
        _fact("country", str, "mention.country", "Code of the office's country or body."),
        _fact("office", str, "mention.office", "Title of the office on the article's date."),
        _fact("status", str, "mention.status", "`in_office`, `former`, `elect` or `not_yet`."),
        _fact("relevance", int, "mention.relevance", "How much it is about the leader, 0 to 100."),
        Fact("in_headline", bool, _in_headline, "True if the headline names the leader."),
        _fact("in_lead", bool, "context.in_lead", "True if the headline or the lead does."),
        Fact(
            "times_named",
            int,
            lambda facts: len(facts.mention.spans),
            "How often the article names the leader; 200 at most.",
        ),
        Fact(
            "companions",
            tuple,
            lambda facts: [one.leader_id for one in facts.context.companions],
            "Ids of the leaders named beside this one in the headline or lead.",
        ),
        _fact(
            "label",
            str,
            "mention.sentiment.label",
            "`negative`, `neutral`, `positive`, or `unknown` where no word was scored.",
        ),
        _fact("polarity", float, "mention.sentiment.polarity", "Towards the leader, -1 to 1."),
        _fact("subjectivity", float, "mention.sentiment.subjectivity", "0 to 1."),
        _fact("scored_words", int, "mention.sentiment.scored_words", "What polarity rests on."),
        _fact(
            "coverage",
            float,
            "mention.sentiment.coverage",
            "Share of the leader's words that were scored, 0 to 1.",
        ),
    ]


def _of_article() -> list[Fact]:
    return [
        _fact("title", str, "context.article.title", "The headline."),
        _fact("url", str, "context.article.url", "The article's address; may be empty."),
        _fact("source", str, "context.article.source", "The publisher; may be empty."),
        _fact(
            "family",
            str,
            "context.article.family",
            "The publisher's family; the source where none is known.",
        ),
        _fact("language", str, "context.language", "Such as `en`; empty where none was given."),
        _fact("revision", int, "context.revision", "The article's version, from 1 on."),
        _fact(
            "flags",
            tuple,
            "context.flags",
            "Any of " + ", ".join(f"`{flag}`" for flag in get_args(ArticleFlag)) + ".",
        ),
        Fact(
            "age_seconds",
            int,
            _age_seconds,
            "From publication to arrival; -1 where no date is given, 0 where it lies ahead.",
        ),
    ]


def _of_story() -> list[Fact]:
    return [
        _fact(
            "novelty",
            int,
            "story.novelty",
            "100 for the first report of a story, then 75, 56, 42, 32 …",
        ),
        _fact("families", int, "story.families", "Independent families that report the story."),
        _fact("copies", int, "story.copies", "Articles of the story so far."),
        _fact("story_age_seconds", int, "story.story_age_seconds", "Since its first report."),
        _fact("mentions_12h", int, "story.mentions_12h", "Articles on the leader in 12 hours."),
        _fact("mentions_24h", int, "story.mentions_24h", "The same, in 24 hours."),
        _fact("mentions_3d", int, "story.mentions_3d", "The same, in 3 days."),
        _fact("mentions_7d", int, "story.mentions_7d", "The same, in 7 days."),
        _fact("usual_per_day", float, "story.usual_per_day", "Articles a day that are usual."),
        _fact("warming_up", bool, "story.warming_up", "True while it is not known what is usual."),
    ]


def _fact(name: str, value_type: type[Any], path: str, description: str) -> Fact:
    return Fact(name, value_type, attrgetter(path), description)


def _in_headline(facts: Facts) -> bool:
    return any(span.field == "headline" for span in facts.mention.spans)


def _age_seconds(facts: Facts) -> int:
    published = facts.context.published
    if published is None:
        return UNKNOWN_SECONDS
    # A date ahead must not look like the unknown one.
    return max(0, int((facts.context.event_time - published).total_seconds()))
