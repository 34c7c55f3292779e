"""Whether a sentence leaves its leader without blame, for a model that reads no words.

Owns the cases: blame is taken off the leader ("acquitted of fraud"), the leader is the one who
blames ("was condemned by @"), or speaks before a colon ("@: it is a crime").
"""

from collections.abc import Sequence

from processors.sentiment.news.grammar import JUDGED
from processors.sentiment.news.places import (
    LEADER,
    Chunks,
    in_title_case,
    join,
    with_speaker,
)
from processors.sentiment.news.relief import relief
from processors.sentiment.news.roles import agent_verb


def is_blameless(sentence: str, mentions: Sequence[tuple[int, int]]) -> bool:
    """Return whether a sentence cannot be negative for the leader who is named at `mentions`.

    Args:
        sentence: Any Unicode text.
        mentions: Half-open offsets into it, in order, at least one.
    """
    chunks = Chunks()
    parts, done = [], 0
    for start, end in mentions:
        if start >= done:
            parts.append(chunks.words(sentence[done:start]))
            done = end
    parts.append(chunks.words(sentence[done:]))
    is_speaker = with_speaker(parts, sentence[mentions[0][1] :])
    words = join(parts, cased=not in_title_case(parts))
    verb = agent_verb(words, words.index(LEADER))
    is_judge = verb is not None and words[verb] in JUDGED
    return is_speaker or is_judge or relief(words)[1]
