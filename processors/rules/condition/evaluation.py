"""Compiles conditions: checks types and names once, and makes a fast test of every mention.

A compiled condition cannot fail, because every name and type was checked. It consists of closures
over `Facts`, since it runs for every mention (0.3 to 1.5 µs, benchmarks/conditions.py).
"""

import difflib
import operator
import string
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

from processors.contracts import ArticleFlag, Label, OfficeStatus
from processors.errors import BadConditionError
from processors.rules.condition.facts import Fact, Facts, describe_facts
from processors.rules.condition.syntax import (
    Call,
    Every,
    Items,
    Literal,
    Name,
    Node,
    Not,
    Relation,
    parse,
)

Test = Callable[[Facts], Any]

TEXT, NUMBER, TRUTH, TEXTS, NUMBERS, UNKNOWN = (
    "text",
    "a number",
    "true or false",
    "a list of texts",
    "a list of numbers",
    "unknown",
)
_KINDS: Mapping[Any, str] = {str: TEXT, int: NUMBER, float: NUMBER, bool: TRUTH}
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
# What CEL calls lowerAscii leaves all other letters as they are.
_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_CLOSED: Mapping[str, tuple[str, ...]] = {
    "label": get_args(Label),
    "status": get_args(OfficeStatus),
    "flags": get_args(ArticleFlag),
}
"""Fields that have a closed set of values. A comparison with another value is a mistake."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition as it is written, and as a test."""

    source: str
    holds: Test = field(compare=False, repr=False)


def compile_condition(
    source: str,
    known: Mapping[str, Collection[str]] | None = None,
    own: Iterable[Fact] = (),
    elsewhere: Mapping[str, str] | None = None,
) -> Condition:
    """Check a condition and make a test of it.

    Args:
        source: The text.
        known: Values that a field can have, by the field's name, where more closed sets are known
            than those of the contracts: such as the registry's leaders. Other values are problems.
        own: Fields that conditions of the rule's kind can read beside those of every condition.
        elsewhere: Fields of other kinds, with the message that says whose they are.

    Raises:
        BadConditionError: with every problem and its column.
    """
    tree = parse(source)
    facts = {**describe_facts(), **{fact.name: fact for fact in own}}
    checker = _Checker({**_CLOSED, **(known or {})}, facts, elsewhere or {})
    kind, test = checker.check(tree)
    if kind not in (TRUTH, UNKNOWN):
        checker.add(tree, f"the condition is {kind}, and must be true or false")
    if checker.problems:
        raise BadConditionError(sorted(checker.problems))
    return Condition(source, test)


def type_name(fact: Fact) -> str:
    """Return the type of a field, as messages and documentation call it."""
    return _KINDS.get(fact.value_type, TEXTS)


class _Checker:
    """Walks a tree once: collects the problems, and builds the closures."""

    __slots__ = ("_elsewhere", "_facts", "_known", "problems")

    def __init__(
        self,
        known: Mapping[str, Collection[str]],
        facts: Mapping[str, Fact],
        elsewhere: Mapping[str, str],
    ) -> None:
        self._known = known
        self._facts = facts
        self._elsewhere = elsewhere
        self.problems: list[tuple[int, str]] = []

    def add(self, node: Node, message: str) -> None:
        self.problems.append((node.column, message))

    def check(self, node: Node) -> tuple[str, Test]:
        """Return a node's type and its closure."""
        match node:
            case Literal(_, value):
                found = _KINDS[type(value)], _constant(value)
            case Name():
                found = self._name(node)
            case Items():
                found = self._items(node)
            case Call():
                found = self._call(node)
            case Relation():
                found = TRUTH, self._relation(node)
            case Not() | Every():
                found = TRUTH, self._joined(node)
        return found

    def _joined(self, node: Not | Every) -> Test:
        if isinstance(node, Not):
            test = self._truth(node.operand)
            return lambda facts: not test(facts)
        tests = [self._truth(one) for one in node.operands]
        return _any_of(tests) if node.any_is_enough else _all_of(tests)

    def _truth(self, node: Node) -> Test:
        kind, test = self.check(node)
        if kind not in (TRUTH, UNKNOWN):
            self.add(node, f"this is {kind}, where true or false is wanted")
        return test

    def _name(self, node: Name) -> tuple[str, Test]:
        fact = self._facts.get(node.name)
        if fact is None:
            near = difflib.get_close_matches(node.name, self._facts, n=1, cutoff=0.6)
            hint = f"Did you mean {near[0]}?" if near else "`tocsin rules fields` lists them."
            unknown = f"there is no field {node.name}. {hint}"
            self.add(node, self._elsewhere.get(node.name, unknown))
            return UNKNOWN, _constant(None)
        return type_name(fact), fact.read

    def _items(self, node: Items) -> tuple[str, Test]:
        kinds = set()
        for item in node.items:
            if not isinstance(item, Literal):
                self.add(item, "a list holds texts or numbers that are written out")
                return UNKNOWN, _constant(())
            kinds.add(_KINDS[type(item.value)])
        if kinds not in ({TEXT}, {NUMBER}):
            self.add(node, "a list holds texts alone, or numbers alone, and at least one")
            return UNKNOWN, _constant(())
        values = frozenset(item.value for item in node.items if isinstance(item, Literal))
        return (TEXTS if kinds == {TEXT} else NUMBERS), _constant(values)

    def _call(self, node: Call) -> tuple[str, Test]:
        first, *others = node.arguments
        kind, test = self.check(first)
        if node.function == "size":
            if kind not in (TEXT, TEXTS, UNKNOWN):
                self.add(first, f"size is of a text or of a list of texts, and this is {kind}")
            return NUMBER, lambda facts: len(test(facts))
        self._wants_text(first, kind)
        if not others:
            return TEXT, lambda facts: test(facts).translate(_LOWER)
        kind, argument = self.check(others[0])
        self._wants_text(others[0], kind)
        if node.function == "contains":
            return TRUTH, lambda facts: argument(facts) in test(facts)
        if node.function == "startsWith":
            return TRUTH, lambda facts: test(facts).startswith(argument(facts))
        return TRUTH, lambda facts: test(facts).endswith(argument(facts))

    def _wants_text(self, node: Node, kind: str) -> None:
        if kind not in (TEXT, UNKNOWN):
            self.add(node, f"this is {kind}, where text is wanted")

    def _relation(self, node: Relation) -> Test:
        left, get_left = self.check(node.left)
        right, get_right = self.check(node.right)
        before = len(self.problems)
        self._closed_values(node.left, node.right)
        self._closed_values(node.right, node.left)
        if node.operator == "in":
            self._membership(node, left, right)
            return _membership(node, get_left, get_right)
        if UNKNOWN not in (left, right) and len(self.problems) == before:
            if left != right or left in (TEXTS, NUMBERS):
                self.add(node, f"{left} and {right} cannot be compared by {node.operator}")
            elif node.operator not in ("==", "!=") and left == TRUTH:
                self.add(node, f"true and false have no order; {node.operator} wants numbers")
        compare = _COMPARE[node.operator]
        if isinstance(node.right, Literal):
            value = node.right.value
            return lambda facts: compare(get_left(facts), value)
        return lambda facts: compare(get_left(facts), get_right(facts))

    def _membership(self, node: Relation, left: str, right: str) -> None:
        wanted = {TEXT: TEXTS, NUMBER: NUMBERS}.get(left)
        if UNKNOWN in (left, right) or right == wanted:
            return
        if right == TEXT and left == TEXT:
            self.add(node, "in looks into a list; in a text, write text.contains(part)")
        else:
            self.add(node, f"{left} cannot be in {right}")

    def _closed_values(self, one: Node, other: Node) -> None:
        """Report comparisons of a field with a value that it never has."""
        if not isinstance(one, Name) or one.name not in self._known:
            return
        values = self._known[one.name]
        items = other.items if isinstance(other, Items) else (other,)
        for item in items:
            if isinstance(item, Literal) and isinstance(item.value, str):
                if item.value in values:
                    continue
                self.add(item, not_a_value(one.name, item.value, values))


def not_a_value(name: str, value: str, values: Collection[str]) -> str:
    """Return the message that a field never has a value, and which one may be meant.

    Args:
        name: The field.
        value: As written.
        values: Those that the field can have. With a mapping of ids to names, a name finds its id.
    """
    names = values if isinstance(values, Mapping) else {one: one for one in values}
    by_text = {text: one for one, name_ in names.items() for text in (name_, one)}
    near = difflib.get_close_matches(value, by_text, n=1, cutoff=0.6)
    if not near:
        few = f" It is one of {', '.join(sorted(values))}." if len(values) < 10 else ""  # noqa: PLR2004
        return f"{name} is never {value!r}.{few}"
    found = by_text[near[0]]
    named = f"{found!r}" if names[found] == found else f"{found!r} ({names[found]})"
    return f"{name} is never {value!r}. Did you mean {named}?"


def _constant(value: Any) -> Test:
    return lambda _: value


def _all_of(tests: Sequence[Test]) -> Test:
    if len(tests) == 2:  # noqa: PLR2004 - the usual case, without a loop
        first, second = tests
        return lambda facts: first(facts) and second(facts)

    def every(facts: Facts) -> bool:
        for test in tests:  # noqa: SIM110 - all() of a generator takes twice as long
            if not test(facts):
                return False
        return True

    return every


def _any_of(tests: Sequence[Test]) -> Test:
    def some(facts: Facts) -> bool:
        for test in tests:  # noqa: SIM110 - as above
            if test(facts):
                return True
        return False

    return some


def _membership(node: Relation, left: Test, right: Test) -> Test:
    if isinstance(node.right, Items):
        values = right(None)  # type: ignore[arg-type]  # a list that is written out asks no facts
        return lambda facts: left(facts) in values
    return lambda facts: left(facts) in right(facts)
