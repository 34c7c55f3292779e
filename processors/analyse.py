"""Analyse: one article in, its analysis and its mentions out.

Joins the steps: leaders, sentiment, and the published values of both. An analysis is a pure
function of the article, its event time, and the versioned registry and lexicon. It keeps no state
between articles. (The scorer's caches change its speed only.)
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import msgspec

from processors.articles.language import is_english
from processors.contracts import (
    MAX_COMPANIONS,
    MAX_LEADERS,
    Analysis,
    Article,
    ArticleFlag,
    ArticleRef,
    Evidence,
    LeaderRef,
    Mention,
    MentionContext,
    Sentiment,
    Versions,
    Withdrawal,
)
from processors.errors import MissingExtraError
from processors.families import Families, load_families
from processors.leaders import DetectedLeader, Detector, load_registry
from processors.leaders.detection.canary import apart, with_canary
from processors.sentiment.confirmation import Confirmation
from processors.sentiment.minilm.model import load_model
from processors.sentiment.minilm.scorer import MiniLmScorer
from processors.sentiment.scorer import Scored, Scorer, load_scorer
from processors.stories import signature

Confirm = Literal["auto", "off", "minilm"]

SCORED_LANGUAGES = frozenset({"", "en"})
# A publisher's clock may run ahead of the log's by so much without a flag.
CLOCK_SKEW = timedelta(minutes=5)
UNKNOWN = Sentiment(polarity=0.0, subjectivity=0.0, label="unknown", scored_words=0, coverage=0.0)
ID_BYTES = 16
# A title is repeated in every mention and alert of its article; Kafka's default limit is 1 MiB.
MAX_TITLE_CHARACTERS = 1_000
# What one name repeated, or one endless sentence, may add to a record; scores count all of it.
MAX_SPANS = 200
MAX_EVIDENCE_WORDS = 50
# What all leaders of one article share, so that its outputs stay below the size of a record: from
# 21 leaders on each has less than 200 spans and five sentences.
MAX_SPANS_OF_ARTICLE = 4_000
MAX_EVIDENCE_OF_ARTICLE = 100


@dataclass(frozen=True, slots=True)
class Analysed:
    """An analysis, and its mentions as they travel alone: each with its article's context.

    `withdrawal` is there where the publisher took the article back. `leaders_left_out` counts the
    leaders beyond the 50 most relevant, who have no mention.
    """

    analysis: Analysis
    mentions: tuple[Mention, ...]
    withdrawal: Withdrawal | None = None
    leaders_left_out: int = 0


@dataclass(frozen=True, slots=True)
class Analyser:
    """The versioned parts that an analysis is a function of."""

    detector: Detector
    scorer: Scorer
    versions: Versions
    families: Families
    confirmation: Confirmation | None = None
    """Reads strong scores a second time; None leaves them as they are."""

    def analyse(self, article: Article, event_time: datetime) -> Analysed:
        """Read one article.

        Args:
            article: As decoded. One withdrawn or withheld has no mentions.
            event_time: When the article entered the log; aware UTC. Decides who held an office only
                where the publisher gave no date.
        """
        flags = _flags(article, event_time)
        if article.status != "usable":
            analysis = self._analysis(article, event_time, UNKNOWN, [], flags)
            return Analysed(analysis, (), self._withdrawal(article, event_time))
        on = (article.published or event_time).date()
        found = self.detector.detect(
            article.title, article.text, on, language=article.language, country=article.country
        )
        every_leader = apart(found, article.article_id)
        leaders = every_leader[:MAX_LEADERS]
        if len(leaders) < len(every_leader):
            flags.append("leaders_left_out")
        scored = None
        if "language_not_scored" not in flags:
            names = [span for leader in every_leader for span in leader.spans]
            scored = self.scorer.read(article.title, article.text, names)
        mentions = [_mention(leader, scored, self.confirmation, len(leaders)) for leader in leaders]
        sentiment = scored.sentiment if scored else UNKNOWN
        analysis = self._analysis(article, event_time, sentiment, mentions, flags)
        contexts = _contexts(article, analysis, leaders, self.families)
        return Analysed(
            analysis,
            tuple(
                msgspec.structs.replace(mention, context=context)
                for mention, context in zip(mentions, contexts, strict=True)
            ),
            leaders_left_out=len(every_leader) - len(leaders),
        )

    def _withdrawal(self, article: Article, event_time: datetime) -> Withdrawal | None:
        if article.status != "canceled":
            return None
        return Withdrawal(
            withdrawn=_ref(article, self.families.family(article.source, article.url, "")),
            revision=article.revision,
            event_time=event_time,
            versions=self.versions,
        )

    def _analysis(
        self,
        article: Article,
        event_time: datetime,
        sentiment: Sentiment,
        mentions: list[Mention],
        flags: list[ArticleFlag],
    ) -> Analysis:
        return Analysis(
            article_id=article.article_id,
            revision=article.revision,
            event_time=event_time,
            published=article.published,
            source=article.source,
            language=article.language,
            sentiment=sentiment,
            mentions=mentions,
            versions=self.versions,
            title=article.title[:MAX_TITLE_CHARACTERS],
            url=article.url,
            status=article.status,
            flags=flags,
        )


def version_digest(article: Article) -> bytes:
    """Hash one version of an article into 16 bytes.

    The text is part of it, because many feeds edit an article without saying so in a version.
    """
    digest = hashlib.blake2b(digest_size=ID_BYTES)
    for part in (article.article_id, str(article.revision), article.title, article.text):
        digest.update(part.encode("utf-8", "surrogatepass"))
        digest.update(b"\x00")
    return digest.digest()


def mention_id(version: bytes, leader_id: str) -> str:
    """Return the id of a leader's mention in one version of an article: 32 hexadecimal digits."""
    return hashlib.blake2b(version + leader_id.encode(), digest_size=ID_BYTES).hexdigest()


def _mention(
    leader: DetectedLeader, scored: Scored | None, confirmation: Confirmation | None, leaders: int
) -> Mention:
    """Build the mention of one of the article's `leaders` leaders."""
    sentiment, evidence = scored.towards(leader.spans) if scored else (UNKNOWN, [])
    if confirmation is not None:
        sentiment, evidence = confirmation.confirmed(
            sentiment, evidence, leader.spans, leader.relevance
        )
    return Mention(
        leader_id=leader.leader_id,
        leader_name=leader.leader_name,
        country=leader.country,
        office=leader.office,
        status=leader.status,
        relevance=leader.relevance,
        sentiment=sentiment,
        spans=list(leader.spans[: min(MAX_SPANS, MAX_SPANS_OF_ARTICLE // leaders)]),
        evidence=[_bounded(one) for one in _heaviest(evidence, MAX_EVIDENCE_OF_ARTICLE // leaders)],
    )


def _heaviest(evidence: Sequence[Evidence], count: int) -> Sequence[Evidence]:
    """Keep the sentences that weigh most, in the order of the article."""
    if len(evidence) <= count:
        return evidence
    weights = [sum(abs(weight) for _, weight in one.words) for one in evidence]
    heaviest = sorted(range(len(evidence)), key=lambda index: -weights[index])
    return [evidence[index] for index in sorted(heaviest[:count])]


def _bounded(evidence: Evidence) -> Evidence:
    """Keep the words that weigh most, in the order of the text."""
    words = evidence.words
    if len(words) <= MAX_EVIDENCE_WORDS:
        return evidence
    heaviest = sorted(range(len(words)), key=lambda index: -abs(words[index][1]))
    kept = [words[index] for index in sorted(heaviest[:MAX_EVIDENCE_WORDS])]
    return msgspec.structs.replace(evidence, words=kept)


def _contexts(
    article: Article,
    analysis: Analysis,
    leaders: Sequence[DetectedLeader],
    families: Families,
) -> list[MentionContext]:
    """Return for each leader's mention what watch needs of the article."""
    if not leaders:
        return []
    ref = _ref(article, families.family(article.source, article.url, article.text))
    in_lead = [
        LeaderRef(leader_id=one.leader_id, leader_name=one.leader_name)
        for one in leaders
        if one.in_lead
    ]
    # The list of one who is not among the first is as long as the others': one more to leave out.
    near = in_lead[: MAX_COMPANIONS + 1]
    version = version_digest(article)
    signed = signature(article.title, article.text)
    return [
        MentionContext(
            mention_id=mention_id(version, leader.leader_id),
            article=ref,
            revision=article.revision,
            event_time=analysis.event_time,
            published=article.published,
            language=article.language,
            companions=[one for one in near if one.leader_id != leader.leader_id][:MAX_COMPANIONS]
            if leader.in_lead
            else [],
            in_lead=leader.in_lead,
            flags=analysis.flags,
            versions=analysis.versions,
            signature=signed,
        )
        for leader in leaders
    ]


def _ref(article: Article, family: str) -> ArticleRef:
    return ArticleRef(
        article_id=article.article_id,
        title=article.title[:MAX_TITLE_CHARACTERS],
        url=article.url,
        source=article.source,
        family=family,
    )


def _flags(article: Article, event_time: datetime) -> list[ArticleFlag]:
    flags: list[ArticleFlag] = []
    if article.published is None:
        flags.append("published_missing")
    elif article.published > event_time + CLOCK_SKEW:
        flags.append("published_in_future")
    # A tag is missing or wrong often enough to look at the text itself.
    if article.language not in SCORED_LANGUAGES or is_english(article.title, article.text) is False:
        flags.append("language_not_scored")
    return [*flags, *article.flags]


def load_analyser(
    tocsin_version: str,
    scorer_name: str,
    confirm: Confirm,
    registry_extra: Path | None = None,
    families_extra: Path | None = None,
) -> Analyser:
    """Load registry, lexicon and scorer: some hundred milliseconds, once per process.

    Args:
        tocsin_version: For the analyses.
        scorer_name: See `load_scorer`: what reads every article.
        confirm: What reads strong scores again: "minilm", nothing ("off"), or "auto", which is
            minilm where its extra is installed. The records' `versions.scorer` says which it was.
        registry_extra: A user's own tables of leaders; see `load_registry`.
        families_extra: A user's own publisher families; see `load_families`.

    Raises:
        MisconfigurationError: there is no such scorer, it is not installed, or a data file is
            wrong.
    """
    registry = load_registry(registry_extra)
    scorer = load_scorer(scorer_name)
    confirmation = _confirmation(scorer, confirm)
    versions = Versions(
        tocsin=tocsin_version,
        registry=registry.version,
        lexicon=scorer.lexicon_version,
        scorer=f"{scorer.name}/{scorer.version}"
        + (f"+{confirmation.version}" if confirmation else ""),
    )
    families = load_families(families_extra)
    return Analyser(Detector(with_canary(registry)), scorer, versions, families, confirmation)


def _confirmation(scorer: Scorer, confirm: Confirm) -> Confirmation | None:
    # The model has no need to confirm itself.
    if confirm == "off" or scorer.name == MiniLmScorer.name:
        return None
    try:
        return Confirmation(load_model())
    except MissingExtraError:
        if confirm == "auto":
            return None
        raise
