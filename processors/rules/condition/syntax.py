"""The syntax of conditions: text in, a tree out.

The language is a part of CEL (Common Expression Language, cel.dev): comparisons, `in`, `&&`, `||`,
`!`, parentheses, text, numbers, lists, `size` and four methods of text. It takes one liberty:
numbers are of one kind, so that `polarity < 0` needs no `0.0`. The libraries that do CEL were
measured, and lost (docs/guides/rules.md).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from processors.errors import BadConditionError

MAX_CHARACTERS = 2_000
# Deeper than any person writes, and far from Python's own limit.
MAX_DEPTH = 40

RELATIONS = ("==", "!=", "<", "<=", ">", ">=", "in")
METHODS = ("contains", "startsWith", "endsWith", "lowerAscii")
_NO_ARGUMENT = "lowerAscii"
# Words of other languages, and what CEL says for them.
_FOREIGN = {"and": "&&", "or": "||", "not": "!", "=": "==", "&": "&&", "|": "||", "<>": "!="}

_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<number>(?:\d+\.\d+|\d+|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<text>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<word>[^\W\d]\w*)
    |(?P<sign>&&|\|\||==|!=|<=|>=|<>|[<>!()\[\],.\-=&|])""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "'": "'"}


@dataclass(frozen=True, slots=True)
class Literal:
    """Text, a number or a truth value."""

    column: int
    value: str | float | bool


@dataclass(frozen=True, slots=True)
class Name:
    """A field."""

    column: int
    name: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list that is written out."""

    column: int
    items: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Call:
    """`size(x)`, or a method of text such as `title.contains("x")`; the receiver comes first."""

    column: int
    function: str
    arguments: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    """A negation."""

    column: int
    operand: "Node"


@dataclass(frozen=True, slots=True)
class Relation:
    """Two values compared; `column` is the operator's."""

    column: int
    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Every:
    """Operands joined by `&&`, or by `||` where `any_is_enough`."""

    column: int
    operands: "tuple[Node, ...]"
    any_is_enough: bool = False


Node: TypeAlias = Literal | Name | Items | Call | Not | Relation | Every


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    column: int


def parse(text: str) -> Node:
    """Read a condition.

    Raises:
        BadConditionError: at the first character that cannot be understood.
    """
    if len(text) > MAX_CHARACTERS:
        raise BadConditionError.at(1, f"longer than {MAX_CHARACTERS:,} characters; split the rule")
    parser = _Parser(_tokens(text), len(text) + 1)
    tree = parser.either()
    parser.end()
    return tree


def _tokens(text: str) -> list[_Token]:
    tokens = []
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise BadConditionError.at(position + 1, _unreadable(text[position:]))
        kind = found.lastgroup or ""
        if kind != "space":
            tokens.append(_Token(kind, found[0], position + 1))
        position = found.end()
    return tokens


def _unreadable(rest: str) -> str:
    if rest[0] in "\"'":
        return f"the text that begins here has no closing {rest[0]}"
    return f"{rest[0]!r} means nothing here"


class _Parser:
    """Recursive descent over the tokens: one method for each rank of operators."""

    __slots__ = ("_depth", "_end", "_index", "_tokens")

    def __init__(self, tokens: Sequence[_Token], end: int) -> None:
        self._tokens = tokens
        self._end = end
        self._index = 0
        self._depth = 0

    def either(self) -> Node:
        """Read operands joined by `||`."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise BadConditionError.at(self._column(), f"nested deeper than {MAX_DEPTH}")
        found = self._joined("||", self._both)
        self._depth -= 1
        return found

    def end(self) -> None:
        """Refuse what stands behind the condition's end."""
        token = self._peek()
        if token is not None:
            raise self._wrong(token, "&& or ||, or the end")

    def _both(self) -> Node:
        return self._joined("&&", self._relation)

    def _joined(self, sign: str, read: Callable[[], Node]) -> Node:
        column = self._column()
        operands = [read()]
        while self._take(sign):
            operands.append(read())
        if len(operands) == 1:
            return operands[0]
        return Every(column, tuple(operands), any_is_enough=sign == "||")

    def _relation(self) -> Node:
        left = self._unary()
        token = self._peek()
        if token is None or token.text not in RELATIONS or token.kind == "text":
            return left
        self._index += 1
        found = Relation(token.column, token.text, left, self._unary())
        following = self._peek()
        if following is not None and following.text in RELATIONS and following.kind != "text":
            raise BadConditionError.at(
                following.column, "comparisons cannot be chained; join two with &&"
            )
        return found

    def _unary(self) -> Node:
        token = self._peek()
        if token is not None and token.text == "!":
            self._index += 1
            self._depth += 1
            if self._depth > MAX_DEPTH:
                raise BadConditionError.at(token.column, f"nested deeper than {MAX_DEPTH}")
            found = Not(token.column, self._unary())
            self._depth -= 1
            return found
        return self._member()

    def _member(self) -> Node:
        found = self._primary()
        while self._take("."):
            token = self._next("a method")
            if token.text not in METHODS:
                raise BadConditionError.at(
                    token.column, f"there is no method {token.text}; there are {', '.join(METHODS)}"
                )
            self._expect("(")
            arguments = [] if token.text == _NO_ARGUMENT else [self.either()]
            self._expect(")")
            found = Call(token.column, token.text, (found, *arguments))
        return found

    def _primary(self) -> Node:
        token = self._next("a field, a value or (")
        if token.kind == "number":
            return Literal(token.column, _number(token.text))
        if token.kind == "text":
            return Literal(token.column, _unquoted(token))
        if token.text == "-":
            number = self._next("a number")
            if number.kind != "number":
                raise self._wrong(number, "a number")
            return Literal(token.column, -_number(number.text))
        if token.text == "(":
            found = self.either()
            self._expect(")")
            return found
        if token.text == "[":
            return self._items(token)
        if token.kind == "word" and token.text not in (*_FOREIGN, "in"):
            return self._word(token)
        raise self._wrong(token, "a field, a value or (")

    def _word(self, token: _Token) -> Node:
        if token.text in ("true", "false"):
            return Literal(token.column, token.text == "true")
        if self._take("("):
            if token.text != "size":
                raise BadConditionError.at(
                    token.column, f"there is no function {token.text}; there is size"
                )
            found = Call(token.column, "size", (self.either(),))
            self._expect(")")
            return found
        return Name(token.column, token.text)

    def _items(self, opening: _Token) -> Node:
        items: list[Node] = []
        while not self._take("]"):
            if items:
                self._expect(",")
                if self._take("]"):
                    break
            items.append(self.either())
        return Items(opening.column, tuple(items))

    def _peek(self) -> _Token | None:
        return self._tokens[self._index] if self._index < len(self._tokens) else None

    def _column(self) -> int:
        token = self._peek()
        return self._end if token is None else token.column

    def _take(self, sign: str) -> bool:
        token = self._peek()
        if token is None or token.text != sign or token.kind == "text":
            return False
        self._index += 1
        return True

    def _next(self, wanted: str) -> _Token:
        token = self._peek()
        if token is None:
            raise BadConditionError.at(self._end, f"it ends where {wanted} should follow")
        self._index += 1
        return token

    def _expect(self, sign: str) -> None:
        token = self._next(sign)
        if token.text != sign or token.kind == "text":
            raise self._wrong(token, sign)

    def _wrong(self, token: _Token, wanted: str) -> BadConditionError:
        better = _FOREIGN.get(token.text.lower()) if token.kind != "text" else None
        hint = f"; write {better}" if better else ""
        return BadConditionError.at(
            token.column, f"{token.text} stands where {wanted} is wanted{hint}"
        )


def _number(text: str) -> float:
    return int(text) if text.isdigit() else float(text)


def _unquoted(token: _Token) -> str:
    def escaped(found: re.Match[str]) -> str:
        if found[1] not in _ESCAPES:
            raise BadConditionError.at(
                token.column + 1 + found.start(), f"\\{found[1]} is no escape; write \\\\ for a \\"
            )
        return _ESCAPES[found[1]]

    return _ESCAPE.sub(escaped, token.text[1:-1])
