"""`tocsin replay` as it is called: what is wrong with a call is said before a broker is asked."""

from collections.abc import Callable
from typing import Any

import pytest

Tocsin = Callable[..., Any]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "give the range to replay"),
        (["--since", "-7d", "--last", "3"], "in one way"),
        (["--since", "tomorrow"], "is not a moment"),
        (["--until", "2999-01-01"], "in the future"),
        (["--since", "1h", "--until", "2h"], "the range is empty"),
        (["--offsets", "1-2"], "PARTITION:START-END"),
        (["--last", "3", "--speed", "quick"], "is not a speed"),
        (["--join", "a", "--resume", "a"], "not both"),
        (["--join", "a", "--since", "-7d"], "--join or --resume alone"),
        (["--resume", "a", "--rate", "5"], "--join or --resume alone"),
        (["--resume", "a", "--leader", "Macron"], "--join or --resume alone"),
        (["--join", "a", "--language", "en"], "--join or --resume alone"),
        (["--join", "a", "--publish"], "whoever makes or resumes"),
        (["--since", "-7d", "--dry-run", "--warm"], "whoever makes or resumes"),
        (["--since", "-7d"], "No broker is set"),
        (["list"], "No broker is set"),
        (["diff", "a"], "No broker is set"),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_code_2(
    tocsin: Tocsin, arguments: list[str], said: str
) -> None:
    done = tocsin("replay", *arguments)
    assert done.code == 2
    assert said in done.err
    assert done.err.startswith("tocsin: ")
    assert done.out == ""
