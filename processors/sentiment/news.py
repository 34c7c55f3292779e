"""The news scorer: names masked, a news lexicon over TextBlob's, roles read for each leader.

Owns one pass over an article by that method. Must not know where articles come from.
"""

from collections.abc import Sequence

from processors.contracts import Field, Sentiment, Span
from processors.sentences import split
from processors.sentiment import roles, weights
from processors.sentiment.codes import count_words, mask
from processors.sentiment.lexicon import Lexicon
from processors.sentiment.reading import Reader
from processors.sentiment.scored import UNKNOWN, ScoredArticle, ScoredSentence, ScoredWord

_MOST_PLACES = 8
"""Names of one leader in one sentence that are looked at: keeps a hostile sentence linear."""


class NewsScorer:
    """TextBlob's lexicon under a news lexicon, for world news; the default scorer."""

    name = "textblob-news"
    version = weights.NEWS_SCORER_VERSION

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon_version = lexicon.version
        self._reader = Reader(lexicon)
        self._roles = roles.Roles(self._reader.coder, lexicon)

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
        encode = self._reader.coder.encode
        places = []
        for span in spans[:_MOST_PLACES]:
            begin = len(encode(text[sentence.start : span.start]))
            tokens = len(encode(text[span.start : span.end]))
            places.append((begin, begin + max(tokens, 1)))
        cuts = self._roles.cuts(sentence.codes, places)
        if not cuts:
            return sentence.scored
        return roles.apply(cuts, sentence.scored, self._reader.tokens(sentence.codes))

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
        spans = split(original)
        coded = self._reader.codes(masked, spans, headline=field == "headline")
        return [
            ScoredSentence(
                field,
                start,
                end,
                count_words(codes),
                self._reader.scored(codes),
                codes,
            )
            for (start, end), codes in zip(spans, coded, strict=True)
        ]
