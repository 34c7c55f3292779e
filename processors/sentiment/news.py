"""The news scorer: names masked, a news lexicon over TextBlob's, roles read for each leader.

Owns one pass over an article by that method. Must not know where articles come from.
"""

from collections.abc import Sequence

from processors.contracts import Field, Sentiment, Span
from processors.sentences import split
from processors.sentiment import weights
from processors.sentiment.codes import mask
from processors.sentiment.lexicon import Lexicon
from processors.sentiment.reading import Reader
from processors.sentiment.roles import Roles
from processors.sentiment.scored import UNKNOWN, ScoredArticle, ScoredSentence, ScoredWord


class NewsScorer:
    """TextBlob's lexicon under a news lexicon, for world news; the default scorer."""

    name = "textblob-news"
    version = weights.NEWS_SCORER_VERSION

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon_version = lexicon.version
        self._reader = Reader(lexicon)
        self._roles = Roles(self._reader.coder, lexicon)

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
        parts = [
            (weights.HEADLINE_WEIGHT if sentence.field == "headline" else 1.0, sentence.scored)
            for sentence in sentences
            if sentence.scored
        ]
        return ScoredArticle(
            headline=headline,
            text=text,
            sentiment=self.sentiment(parts, sum(sentence.words for sentence in sentences)),
            sentences=tuple(sentences),
            read_headline=masked_headline,
            read_text=masked_text,
            method=self,
        )

    def counted(
        self, sentence: ScoredSentence, text: str, spans: Sequence[Span]
    ) -> Sequence[ScoredWord]:
        """The words that count for the leader at `spans`: see `roles`."""
        if not sentence.scored:
            return ()
        places = []
        for span in spans:
            begin = len(self._reader.coder.encode(text[sentence.start : span.start]))
            end = len(self._reader.coder.encode(text[sentence.start : span.end]))
            places.append((begin, max(end, begin + 1)))
        return self._roles.counted(sentence.codes, places, sentence.scored)

    def sentiment(
        self, parts: Sequence[tuple[float, Sequence[ScoredWord]]], words: int
    ) -> Sentiment:
        """The balance of weights: sum / (sum of absolute weights + shrinkage)."""
        total = absolute = subjectivity = 0.0
        count = 0
        for importance, scored in parts:
            for word in scored:
                total += importance * word.weight
                absolute += importance * abs(word.weight)
                subjectivity += word.subjectivity
                count += 1
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
        found = []
        headline = field == "headline"
        for start, end in split(original):
            sentence = masked[start:end]
            codes = self._reader.codes(sentence, headline=headline)
            words = sentence.count(" ") + 1
            found.append(
                ScoredSentence(field, start, end, words, self._reader.scored(codes), codes)
            )
        return found
