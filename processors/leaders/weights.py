"""The weights of relevance: how much it counts where and how often a leader is named.

Owns the numbers alone, each with an example. They add up to 100. Must not hold logic.
"""

HEADLINE = 35
"""Named in the headline: "Macron calls snap election" is about Macron."""

LEAD = 20
"""Named in the lead: "PARIS - The government fell after Macron ..." opens with him."""

FIRST_SENTENCE = 10
"""Named in the first sentence already, not only in the lead's second or third."""

FREQUENCY_POINTS = (5, 9, 12, 14, 16, 18, 19, 20)
"""Named once 5, twice 9, eight times 20: the third "Macron" says less than the first."""

SHARE = 15
"""Times the leader's part of all leaders' spans: alone in the article 15, one of three equals 5."""

CROWD_LEADERS = 8
"""From this many leaders on, an article is a roll call ("attended by ...") and each counts less."""

CROWD_FACTOR = 0.7
"""What a roll call leaves of the points of those who are not in the headline."""
