"""The numbers by which words become a score, and a score becomes a label.

Owns every constant of the news scorer, each with what it does to an example. Must not know texts.
The values were chosen on NewsMTSC's training set and by the traps in the tests; changing one
changes scores, so the scorer's version goes up with it.
"""

from processors.contracts import Label

NEWS_SCORER_VERSION = "3"
"""Goes up whenever a number here, or a rule that reads it, changes."""

TEXTBLOB_SCORER_VERSION = "1"
"""The same for the plain scorer."""

VADER_SCORER_VERSION = "1"
"""The same for VADER's."""

SHRINKAGE = 0.5
"""Polarity is sum / (sum of absolute weights + this): one word alone never shouts.

"killed" (-0.7) alone gives -0.7 / 1.2 = -0.58; with "massacre" (-0.9), -1.6 / 2.1 = -0.76.
"""

NEGATED_POSITIVE = -0.6
"""What negation makes of a positive weight: "isn't good" is 0.7 * -0.6 = -0.42."""

NEGATED_NEGATIVE = -0.2
"""And of a negative one: "no attack" (-0.6) is +0.12; that nothing burns is hardly praise."""

NEGATION_REACH_WORDS = 4
"""A negation holds for a scored word at most this many tokens on: "not be a great success"."""

HEADLINE_WEIGHT = 2.0
"""A headline's words count double: it is what most readers read."""

LEAST_SHOWN = 0.1
"""A word that moves a leader's sentence by less is no evidence, and a sentence without any other
is unknown: most words push a little to some side."""

NEUTRAL_SHARE = 0.2
"""What a sentence that takes no side counts beside one that does (1.2): three flat sentences beside
"Macron was condemned" (-0.8) leave -0.5."""

NEGATIVE_BELOW = -0.08
"""Polarity below this is "negative": one weak word, "despite" (-0.2 / 0.7 = -0.29), is enough;
"war" against "peace" (-0.6 + 0.6) is not."""

POSITIVE_ABOVE = 0.08
"""Polarity above this is "positive": "support" alone gives 0.3 / 0.8 = 0.38."""

TEXTBLOB_NEGATIVE_BELOW = 0.0
"""TextBlob's scores lean to the positive: "the late president" is -0.3, and any minus counts."""

TEXTBLOB_POSITIVE_ABOVE = 0.1
"""TextBlob gives +0.07 to much that says nothing: "a recent economic forum" is 0.1."""


VADER_NEGATIVE_BELOW = 0.0
"""VADER's scores lean to the positive as well."""

VADER_POSITIVE_ABOVE = 0.36
"""Its authors' own 0.05 is for posts in social media; this parts NewsMTSC's labels best."""


def label_of(polarity: float, below: float, above: float) -> Label:
    """Names a polarity of a text in which something was scored.

    Args:
        polarity: -1 to 1.
        below: Less than this is "negative".
        above: More than this is "positive".
    """
    if polarity < below:
        return "negative"
    if polarity > above:
        return "positive"
    return "neutral"
