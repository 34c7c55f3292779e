"""Sentences that a page puts around an article and that say nothing: "Sign up for our newsletter".

Owns how they are recognised, by how they begin. Must not know scores. The list is our own; a
sentence is rather scored than dropped, so only beginnings that no report has are in it.
"""

import re

_LONGEST_CHARACTERS = 300
_BEGINNING = re.compile(
    r"""
    sign\ up\ (?:for|to|now|today|here|and)\b | subscribe\b | unsubscribe\b | advertisement\b
    | read\ (?:more|also|next)\b | click\ (?:here|on|to)\b | tap\ here\b
    | follow\ (?:us|me|him|her|them|the\ author|@)
    | (?:get|receive)\ (?:our|the\ (?:latest|best|day)|all\ the|more)\b.*
      (?:newsletter|inbox|e-?mail|app\b|alerts)
    | download\ (?:our|the)\b.*\bapp\b | join\ (?:our|the)\ (?:newsletter|mailing\ list|community)
    | (?:like|share)\ (?:us|this)\b | (?:photo|image|picture|video)(?:\ by|\ credit|:)
    | (?:copyright\b|\u00a9|\(c\)\ \d{4}) | all\ rights\ reserved
    | this\ (?:story|article)\ (?:was\ |has\ been\ )?(?:originally|first|updated|corrected|appeared)
    | thank\ you\ for\ (?:reading|subscribing|signing)
    | support\ (?:our|independent)\ journalism | cookies?\ (?:policy|settings|help)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_FIRST_LETTERS = frozenset("sSuUaArRcCtTfFgGdDjJlLpPiIvV\u00a9(")


def is_boilerplate(text: str, start: int, end: int) -> bool:
    """Whether the sentence from `start` to `end` belongs to the page and not to the article."""
    return (
        end - start <= _LONGEST_CHARACTERS
        and text[start] in _FIRST_LETTERS
        and _BEGINNING.match(text, start, end) is not None
    )
