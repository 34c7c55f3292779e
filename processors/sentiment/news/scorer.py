"""The news scorer: names masked, a news lexicon over TextBlob's, a linear model for each leader.

Owns one pass over an article by that method. Must not know where articles come from. The article is
scored by the lexicon alone; the model reads only the sentences that name a leader.
"""

import math
from collections.abc import Sequence

from processors.contracts import Field, Sentiment, Span
from processors.sentences import split
from processors.sentiment import weights
from processors.sentiment.news.boilerplate import is_boilerplate
from processors.sentiment.news.codes import mask
from processors.sentiment.news.lexicon import Lexicon, single_words
from processors.sentiment.news.linear import LeaderModel, load_leader_model
from processors.sentiment.news.places import (
    LEADER,
    Chunks,
    in_title_case,
    join,
    with_speaker,
)
from processors.sentiment.news.reading import Reader
from processors.sentiment.scored import (
    UNKNOWN,
    ScoredArticle,
    ScoredSentence,
    ScoredWord,
    Towards,
)

NOTHING_SAID = Towards(())
_MOST_PLACES = 8
"""Names of one leader in one sentence that are looked at: keeps a hostile sentence linear."""
_LEAST_PUSH = 2 * math.atanh(weights.LEAST_SHOWN)
_MOST_WORDS = 400
"""Words of one sentence that are looked at: what stands further on is a list or an attack."""
_MAX_REACH_CHARACTERS = 3_000
"""So far from a leader's first place a sentence is read: 200 words, with room to spare."""


class NewsScorer:
    """TextBlob's lexicon under a news lexicon, for world news; the default scorer."""

    name = "textblob-news"

    def __init__(self, lexicon: Lexicon, model: LeaderModel | None = None) -> None:
        single = single_words(lexicon)
        self.lexicon_version = lexicon.version
        self._reader = Reader(lexicon)
        self._model = model or load_leader_model(single)
        self.version = f"{weights.NEWS_SCORER_VERSION}+{self._model.version}"
        self._subjectivity = {word: lexicon.entries[word].subjectivity for word in single}
        self._chunks = Chunks()

    def read(self, headline: str, text: str, names: Sequence[Span]) -> ScoredArticle:
        """Scores an article in one pass.

        Args:
            headline: Any Unicode text, or empty.
            text: Any Unicode text, or empty.
            names: Stretches that are names and give no sentiment, in any order.
        """
        masked_headline = mask(headline, [span for span in names if span.field == "headline"])
        masked_text = mask(text, [span for span in names if span.field == "text"])
        sentences = self._sentences("headline", headline, masked_headline)
        sentences += self._sentences("text", text, masked_text)
        return ScoredArticle(
            headline=headline,
            text=text,
            sentiment=self._whole(sentences),
            sentences=tuple(sentences),
            read_headline=masked_headline,
            read_text=masked_text,
            method=self,
        )

    def towards(self, sentence: ScoredSentence, text: str, spans: Sequence[Span]) -> Towards:
        """What the linear model makes of the sentence for who stands at `spans`."""
        parts = []
        first = spans[0].start
        done = max(sentence.start, first - _MAX_REACH_CHARACTERS)
        stop = min(sentence.end, first + _MAX_REACH_CHARACTERS)
        for span in spans[:_MOST_PLACES]:
            start, end = max(span.start, done), min(span.end, stop)
            if end > start:
                parts.append(self._chunks.words(text[done:start]))
                done = end
        if not parts or is_boilerplate(text, sentence.start, sentence.end):
            return NOTHING_SAID
        parts.append(self._chunks.words(text[done:stop]))
        with_speaker(parts, text[spans[0].end : stop])
        distrusted = sentence.field == "headline" or text[sentence.start : sentence.end].isupper()
        words = join(parts, cased=not (distrusted and in_title_case(parts)))
        if len(words) > _MOST_WORDS:
            middle = words.index(LEADER)
            words = words[max(0, middle - _MOST_WORDS // 2) : middle + _MOST_WORDS // 2]
        decision = self._model.decide(words)
        moved = [
            ScoredWord(word, math.tanh(push / 2), self._subjectivity.get(word, 0.0))
            for word, push in zip(words, decision.moved, strict=True)
            if push >= _LEAST_PUSH or push <= -_LEAST_PUSH
        ]
        return Towards(moved, decision.positive - decision.negative, 1.0 - decision.neutral)

    def combined(self, parts: Sequence[tuple[float, Towards]], words: int) -> Sentiment:
        """The mean of the sentences, each weighted by importance and by how far it takes sides."""
        polarity = certainty = total = subjectivity = 0.0
        count = 0
        for importance, said in parts:
            share = importance * (weights.NEUTRAL_SHARE + said.certainty)
            polarity += share * said.polarity
            certainty += share * said.certainty
            total += share
            count += len(said.words)
            subjectivity += sum(word.subjectivity for word in said.words)
        if count == 0:
            return UNKNOWN
        polarity /= total
        # The likeliest: of positive and negative the larger is (certainty + |polarity|) / 2.
        sides = (certainty / total + abs(polarity)) / 2 > 1 - certainty / total
        return Sentiment(
            polarity=polarity,
            subjectivity=subjectivity / count,
            label=weights.label_of(polarity, 0.0, 0.0) if sides else "neutral",
            scored_words=count,
            coverage=min(1.0, count / max(words, count)),
        )

    def _whole(self, sentences: Sequence[ScoredSentence]) -> Sentiment:
        """The balance of weights: sum / (sum of absolute weights + shrinkage)."""
        total = absolute = subjectivity = 0.0
        count = words = 0
        for sentence in sentences:
            words += sentence.words
            importance = weights.HEADLINE_WEIGHT if sentence.field == "headline" else 1.0
            for word in sentence.scored:
                weight = importance * word.weight
                total += weight
                absolute += abs(weight)
                subjectivity += word.subjectivity
            count += len(sentence.scored)
        if count == 0:
            return UNKNOWN
        polarity = total / (absolute + weights.SHRINKAGE)
        return Sentiment(
            polarity=polarity,
            subjectivity=subjectivity / count,
            label=weights.label_of(polarity, weights.NEGATIVE_BELOW, weights.POSITIVE_ABOVE),
            scored_words=count,
            coverage=min(1.0, count / max(words, count)),
        )

    def _sentences(self, field: Field, original: str, masked: str) -> list[ScoredSentence]:
        spans = split(original)
        coded = self._reader.codes(masked, spans, headline=field == "headline")
        return [
            ScoredSentence(
                field,
                start,
                end,
                masked.count(" ", start, end) + 1,
                () if is_boilerplate(original, start, end) else self._reader.scored(codes),
            )
            for (start, end), codes in zip(spans, coded, strict=True)
        ]
