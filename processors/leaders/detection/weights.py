"""The weights: of relevance, and of what supports a bare surname, each with an example.

Owns the numbers alone. The weights of relevance add up to 100; the points of support are set
against `SURNAME_THRESHOLD`. Must not hold logic beyond looking a number up.
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

SURNAME_THRESHOLD = 50
"""Points that a surname needs which no full name and no title explains."""

SOLE_IN_OFFICE = 20
"""The only one of that name who holds an office on the date: "Sharif" in 2016 is Nawaz."""

FORMER = -15
"""The only leader of that name has left: "Gaddafi's fall" a year later."""

NOT_YET = -30
"""The only leader of that name is still to come, and his country is no support: in 2012
"Zelenskiy was then a comedian"."""

DISTINCTIVE = 25
"""No other leader ever bore the name, and it is no common word or surname: "Chernomyrdin"."""

COMMON_WORD = -20
"""A common word, surname or given name too: "Brown", "Park", "Costa"."""

PROMINENT_COUNTRY = 10
"""Of a country whose leaders the world's press calls by surname alone: "Merkel", "Modi"."""

COUNTRY_NEAR = 35
"""The country is named in the sentence, or the article is at home there: "Park ..., Seoul said"."""

COUNTRY_IN_ARTICLE = 20
"""The country is named elsewhere in the article."""

ELSEWHERE = -15
"""The article is at home in another country and does not name this one: "Costa" in Kenya."""

VERB = 15
"""A verb of speech or of an act of state stands beside it: "Castro cut ties", "said Erdogan"."""

STATECRAFT = 25
"""The sentence speaks of statecraft: "the accord", "the summit", "the army"."""

COURTESY = 10
"""After "Mr" or "Mrs"."""

ONE_COMPANION = 30
"""Another leader in the sentence: "Putin and Xi signed"."""

MORE_COMPANIONS = 45
"""Two or more others: "Kim met Trump while Moon looked on"."""

NEIGHBOUR_CHARACTERS = 60
"""How near a common surname needs another leader, if no country is named: "Xi and Putin"."""

COMPANION_POINTS = 20
"""What another bare surname must have by itself to count as company."""

PROMINENT = frozenset([
    "US", "RU", "SU", "CN", "GB", "FR", "DE", "JP", "IN", "IT", "CA", "BR", "UA", "IL", "IR",
    "TR", "KR", "KP", "SA", "EG", "ZA", "PK", "AU", "MX", "ES", "PL", "IQ", "SY", "VE", "CU",
    "AR", "ID", "UN", "NATO", "EU-COM", "EU-COUNCIL", "VA", "PS", "LY",
])  # fmt: skip
"""Codes of the countries and bodies of `PROMINENT_COUNTRY`."""


def company(others: int) -> int:
    """Points for the number of other leaders in the sentence."""
    if others == 0:
        return 0
    return ONE_COMPANION if others == 1 else MORE_COMPANIONS
