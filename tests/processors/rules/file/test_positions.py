"""Where keys and values stand in a TOML text, against what the standard library reads of it."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.rules.file.positions import Position, positions

ROOT = Path(__file__).parents[4]

TEXT = '''# a comment with [brackets] and "quotes"
name = "x"
"quoted key" = 'literal # no comment'
a.b = [1, 2, # with a comment
  { c = "]" , d = [ 'e' ] },
]
when = "a \\" b"
long = """
one "two" \\
[three]"""
other = \'\'\'
it's'' [[not]]\'\'\'
date = 2026-05-20 09:30:00Z

[table]
key = true
[table.sub]
key = -1.5e3
[[list]]
id = 1
[[list.inner]]
id = 2
[[list.inner]]
id = 3
[[list]]
id = 4
[list.plain]
id = 5
'''


def paths_of(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if path:
        yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from paths_of(inner, (*path, key))
    if isinstance(value, list):
        for index, inner in enumerate(value):
            yield from paths_of(inner, (*path, index))


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("name",), Position(2, 1, 9)),
        (("quoted key",), Position(3, 1, 17)),
        (("a", "b", 0), Position(4, 8)),
        (("a", "b", 2), Position(5, 3)),
        (("a", "b", 2, "c"), Position(5, 5, 10)),
        (("a", "b", 2, "d", 0), Position(5, 21, 22)),
        # Columns in these texts cannot be counted on.
        (("when",), Position(7, 1)),
        (("long",), Position(8, 1)),
        (("other",), Position(11, 1)),
        (("date",), Position(13, 1)),
        (("table", "key"), Position(16, 1)),
        (("table", "sub", "key"), Position(18, 1)),
        (("list", 0, "id"), Position(20, 1)),
        (("list", 0, "inner", 1, "id"), Position(24, 1)),
        (("list", 1, "id"), Position(26, 1)),
        (("list", 1, "plain", "id"), Position(28, 1)),
    ],
)
def test_a_place_is_that_of_the_key_or_item(path: tuple[str | int, ...], place: Position) -> None:
    assert positions(TEXT)[path] == place


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        TEXT.replace("\n", "\r\n"),
        "",
        (ROOT / "processors/rules/builtin.toml").read_text(encoding="utf-8"),
        (ROOT / "pyproject.toml").read_text(encoding="utf-8"),
    ],
)
def test_everything_in_a_text_has_a_place(text: str) -> None:
    found = positions(text)
    paths = set(paths_of(tomllib.loads(text)))
    assert found.keys() <= paths
    # Tables that are only part of another's name have no line of their own.
    assert paths - found.keys() <= {path[:end] for path in found for end in range(len(path))}


keys = st.sampled_from(["a", "b-c", "d_1", '"e f"', "'g.h'", '"i\\u00e9"'])
scalars = st.sampled_from(
    ["1", "-2.5", "true", '"x"', '"] # \\" {"', "'}'", "1_000", "inf", "2026-05-20", "07:32:00",
     "2026-05-20T07:32:00Z", "2026-05-20 07:32:00.5+01:00", '""', '""" a\n"b" """', "''", "0xff"]
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: "[ " + ", # ]\n ".join(items) + " \n]"),
        st.dictionaries(keys, inner.filter(lambda v: "\n" not in v), max_size=2).map(
            lambda d: "{ " + ", ".join(f"{k} = {v}" for k, v in d.items()) + " }"
        ),
    ),
    max_leaves=5,
)
tables = st.lists(
    st.tuples(st.sampled_from(["[[t]]", "[[ t . u ]]", "[[w]]"]), st.dictionaries(keys, values)),
    max_size=5,
)


@given(st.dictionaries(keys, values, max_size=4), tables)
def test_any_text_that_the_library_reads_has_its_places(first: Any, more: Any) -> None:
    lines = [f"{key} = {value} # end" for key, value in first.items()]
    for header, pairs in more:
        lines += [header, *(f"  {key}\t= {value}" for key, value in pairs.items())]
    text = "\n".join(lines)
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    found = positions(text)
    paths = set(paths_of(read))
    assert found.keys() <= paths
    assert paths - found.keys() <= {path[:end] for path in found for end in range(len(path))}
    split = text.split("\n")
    for place in found.values():
        assert 1 <= place.column <= len(split[place.line - 1])
