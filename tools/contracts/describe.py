"""What every published field means, in one table.

Owns the descriptions that go into the schemas. They stand here and not in
`processors.contracts`, so that the structs stay short enough to be read in one go. A field without
a description cannot be published: `tools.contracts.schemas` refuses it.
"""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from processors.contracts import (
    Alert,
    Analysis,
    ArticleRef,
    Evidence,
    LeaderRef,
    Mention,
    MentionContext,
    MentionCounts,
    RuleRef,
    Sentiment,
    Span,
    StoryRef,
    Versions,
    Window,
    Withdrawal,
)

FIELDS: Final[Mapping[type[Struct], Mapping[str, str]]] = {
    Sentiment: {
        "polarity": "From -1 (negative) to 1 (positive); 0 where the label is unknown.",
        "subjectivity": "From 0 (factual in tone) to 1 (opinionated); 0 where unknown.",
        "label": "The answer in a word. Unknown is not neutral: it means that nothing was scored.",
        "scored_words": "How many words of the text carry the score.",
        "coverage": "Share of the text's words that were scored, 0 to 1: how far to trust this.",
    },
    Span: {
        "field": "Which part of the article the offsets count in.",
        "start": "First character, counted in Unicode code points of the cleaned field.",
        "end": "One past the last character, counted in the same way.",
        "text": "The characters from start to end, as they stand in the article.",
        "kind": "How the leader is named there: by full name, by an alias, or by office.",
    },
    Evidence: {
        "field": "Which part of the article the offsets count in.",
        "start": "First character of the sentence, in Unicode code points of the cleaned field.",
        "end": "One past the sentence's last character, counted in the same way.",
        "sentence": "The sentence as it stands in the article.",
        "words": "The scored words in the order of the text, each with its weight from -1 to 1.",
        "article_id": "The article of the sentence. Only in alerts, which join several articles.",
        "leader_id": "The leader whom the sentence names. Only in alerts.",
        "label": "What a model that read the sentence says of the leader, if one did.",
        "probability": "How likely the model holds that label to be.",
    },
    Versions: {
        "tocsin": "Release of the program.",
        "registry": "Edition and content of the leaders' registry.",
        "lexicon": "Edition and content of the sentiment lexicon.",
        "scorer": "Name and version of the sentiment scorer, and of what confirms it: a/1+b/2.",
    },
    LeaderRef: {
        "leader_id": "Wikidata id such as Q7747, or a stable id of our own that starts with x-.",
        "leader_name": "The leader's usual name in English, for people to read.",
    },
    ArticleRef: {
        "article_id": "The publisher's id or URI, else the canonical URL, else the record's key.",
        "title": "The headline; empty where the article has none.",
        "url": "Address (http or https) as the publisher gave it; empty where there is none.",
        "source": "Who published it, as given; empty where nobody is named.",
        "family": "The publisher's group; copies within one are no second source.",
    },
    MentionContext: {
        "mention_id": "The same for the same leader, article and revision: deduplicate on it.",
        "article": "The article that the mention is from.",
        "revision": "Version of the article, from 1; a higher one replaces a lower.",
        "event_time": "When the article entered the log, in UTC; all windows count in this time.",
        "published": "When the publisher says it appeared, in UTC; absent where nobody says.",
        "language": "The article's language such as en, in lower case; absent where not given.",
        "companions": "Leaders named with this one in headline or lead, by id; absent if none.",
        "in_lead": "Whether the headline or lead names this leader; absent if not.",
        "flags": "What is doubtful about the article; absent if nothing.",
        "versions": "The system that made the mention.",
        "signature": "The article's telling words: three bytes of hash and one of weight each, in"
        " base64; absent if it has none. Articles that share them tell of one story.",
    },
    Withdrawal: {
        "withdrawn": "The article that was taken back, as far as its withdrawal names it.",
        "revision": "The version that takes it back.",
        "event_time": "When the withdrawal entered the log, in UTC.",
        "versions": "The system that read it.",
    },
    MentionCounts: {
        "h12": "In the last 12 hours.",
        "h24": "In the last 24 hours.",
        "d3": "In the last 3 days.",
        "d7": "In the last 7 days.",
    },
    StoryRef: {
        "story_id": "The same story of a leader always has the same id.",
        "novelty": "100 for the story's first report, then 75, 56, 42, 32 and so on.",
        "reports": "Articles of the story about the leader, this one counted.",
        "first_seen": "When its first report entered the log, in UTC.",
        "similar": "Articles of this story and of like older ones.",
        "mentions": "All articles about the leader.",
    },
    Mention: {
        "leader_id": "Wikidata id such as Q7747, or a stable id of our own that starts with x-.",
        "leader_name": "The leader's usual name in English, for people to read.",
        "country": "ISO 3166 alpha-2 code of the office's country, or our code of its body.",
        "office": "Title of the office that the leader is known by on the article's date.",
        "status": "On the article's date: in the office, out of it, elected to it, or not yet.",
        "relevance": "How much the article is about the leader, 0 (in passing) to 100.",
        "sentiment": "How the article speaks of this leader, from the sentences that name them.",
        "spans": "Every place where the leader is named, in the order of the text.",
        "evidence": "The sentences that the sentiment rests on.",
        "context": "The article and the leaders beside this one; only on the mentions' own topic.",
    },
    Analysis: {
        "article_id": "The publisher's id or URI, else the canonical URL, else the record's key.",
        "revision": "Version of the article, from 1; a higher one replaces a lower.",
        "event_time": "When the article entered the log, in UTC; all windows count in this time.",
        "published": "When the publisher says it appeared, in UTC; null where nobody says.",
        "source": "Who published it, as given; empty where nobody is named.",
        "language": "The article's language such as en, in lower case; empty where not given.",
        "sentiment": "How the whole article speaks.",
        "mentions": "The leaders that it names; empty where it names none.",
        "versions": "The system that made the analysis.",
        "title": "The headline; empty where the article has none.",
        "url": "Address (http or https) as the publisher gave it; empty where there is none.",
        "status": "Whether the publisher stands by it; nothing rings for one that is not usable.",
        "flags": "What is doubtful about the article; empty if nothing.",
    },
    RuleRef: {
        "id": "Name of the rule, such as sentiment.strong.",
        "version": "Goes up when the rule changes, and gives its alerts new ids.",
    },
    Window: {
        "start": "First moment of the window, in UTC.",
        "end": "First moment after the window, in UTC.",
    },
    Alert: {
        "alert_id": "The same alert always has the same id, however often it is sent.",
        "revision": "Counts the versions of one alert, from 1; a higher one replaces a lower.",
        "msg_type": "A new alert, an update of an earlier one, or its withdrawal.",
        "references": "Ids of the alerts that this one updates or withdraws; empty for a new one.",
        "rule": "The rule that fired.",
        "kind": "What happened; later releases add kinds, each with a topic of its own.",
        "severity": "How loudly it rings.",
        "leaders": "Whom it is about; the first one's id is the record's key.",
        "event_time": "When it happened in the log's time, in UTC: not when it was noticed.",
        "window": "The stretch of event time that the rule looked at.",
        "observed": "The value that was found, in the rule's own unit.",
        "expected": "The value that was usual before; null where the rule compares with none.",
        "threshold": "The value from which the rule rings.",
        "reason": "Why it fired, in one sentence for people.",
        "articles": "The articles that it rests on.",
        "evidence": "The sentences that it rests on.",
        "versions": "The system that made the alert.",
        "processed_at": "When it was made, in UTC; a replay makes it at another time.",
        "replay_id": "The replay that made it; null in the live run.",
        "story": "The story that it is about, as it was then; null in records of earlier versions"
        " and in cancellations.",
    },
}
