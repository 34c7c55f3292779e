"""The weights of relevance, each with an example. They add up to 100.

The weights for bare surnames are data: see `processors.leaders.detection.surname_model`.
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

PROMINENT = frozenset([
    "US", "RU", "SU", "CN", "GB", "FR", "DE", "JP", "IN", "IT", "CA", "BR", "UA", "IL", "IR",
    "TR", "KR", "KP", "SA", "EG", "ZA", "PK", "AU", "MX", "ES", "PL", "IQ", "SY", "VE", "CU",
    "AR", "ID", "UN", "NATO", "EU-COM", "EU-COUNCIL", "VA", "PS", "LY",
])  # fmt: skip
"""Codes of the countries and bodies whose leaders' full names are known to the world's press."""
