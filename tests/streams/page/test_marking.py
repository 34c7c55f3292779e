"""Where marks lie in a sentence."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.contracts import Evidence, Span
from streams.page.marking import MAX_SENTENCE, Part, marked
from streams.reading.terminal_text import visible

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=60)


def evidence(sentence: str, *words: tuple[str, float], start: int = 0) -> Evidence:
    end = start + len(sentence)
    return Evidence(field="text", start=start, end=end, sentence=sentence, words=list(words))


def span(text: str, start: int, field: str = "text") -> Span:
    return msgspec.convert(
        {"field": field, "start": start, "end": start + len(text), "text": text, "kind": "office"},
        Span,
    )


def shown(parts: list[Part]) -> str:
    """`[leader]` and `{word weight}`."""
    forms = {None: "{0.text}", "leader": "[{0.text}]", "word": "{{{0.text} {0.weight}}}"}
    return "".join(forms[part.mark].format(part) for part in parts)


@pytest.mark.parametrize(
    ("given_evidence", "spans", "names", "expected"),
    [
        (
            evidence(
                "Xi praised the kind, Kind man.", ("praised", 0.5), ("kind", 0.6), ("kind", 0.6)
            ),
            [],
            ["Xi Jinping"],
            "Xi {praised 0.5} the {kind 0.6}, {Kind 0.6} man.",
        ),
        (
            evidence("The British prime minister lied.", ("lied", -0.7), start=40),
            [span("British prime minister", 44)],
            [],
            "The [British prime minister] {lied -0.7}.",
        ),
        (evidence("Mr Tusk met Donald Tusk."), [], ["Donald Tusk"], "Mr [Tusk] met [Donald Tusk]."),
        (evidence("Tuskegee, not Tusk."), [], ["Donald Tusk"], "Tuskegee, not [Tusk]."),
        # A span of another version of the article, of another field, or out of the sentence.
        (
            evidence("Xi spoke.", start=9),
            [span("he", 9), span("Xi", 9, "headline")],
            [],
            "Xi spoke.",
        ),
        (evidence("Xi spoke.", start=9), [span("Xi", 0), span("Xi", 4_000)], [], "Xi spoke."),
        # A leader's name that is also a scored word is the leader's.
        (
            evidence("Good Grace met.", ("good", 0.7)),
            [span("Good Grace", 0)],
            [],
            "[Good Grace] met.",
        ),
        (evidence("A\n long  ago", ("long ago", 0.6)), [], [], "A  {long  ago 0.6}"),
        (evidence("Nothing.", ("absent", -0.5)), [], [], "Nothing. {absent -0.5}"),
        # Words that mean nothing are in the record alone.
        (evidence("It rained.", ("it", -0.5), ("rained", -0.1)), [], [], "It rained."),
    ],
)
def test_a_sentence_is_marked(
    given_evidence: Evidence, spans: list[Span], names: list[str], expected: str
) -> None:
    assert shown(marked(given_evidence, spans, names)) == expected


def test_characters_beyond_the_first_plane_move_no_mark() -> None:
    sentence = "🔔🔔 Xi 🔔 lied"
    parts = marked(evidence(sentence, ("lied", -0.7)), [span("Xi", 3)], [])
    assert shown(parts) == "🔔🔔 [Xi] 🔔 {lied -0.7}"


@given(ANYTHING, st.lists(st.tuples(ANYTHING, st.floats(-1, 1)), max_size=4), st.lists(ANYTHING))
def test_the_parts_together_are_the_sentence_and_hold_nothing_that_is_obeyed(
    sentence: str, words: list[tuple[str, float]], names: list[str]
) -> None:
    parts = marked(evidence(sentence, *words), [], names)
    together = "".join(part.text for part in parts)
    assert together == visible(together)
    # Line breaks in a row become one space, or one on each side of a mark.
    plain = "".join(visible(sentence).split())
    assert "".join(together.split()).startswith(plain)
    assert all(part.text for part in parts)


def test_a_sentence_of_a_hundred_thousand_characters_is_cut() -> None:
    parts = marked(evidence("so bad " * 20_000, *[("bad", -0.7)] * 20_000), [], ["x " * 50_000])
    assert sum(len(part.text) for part in parts) <= MAX_SENTENCE + 1
    assert parts[-1].text.endswith("…")
