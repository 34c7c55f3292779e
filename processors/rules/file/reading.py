"""Reads a file of rules, and reports every problem at once with line and column.

A file is TOML: `extends`, `disable`, `[guards]`, `[stories]` and `[[rule]]`. With
`extends = "builtin"` the built-in rules are in force too: a rule with the same id replaces the
built-in one, and `disable` removes rules. Without it, only the file's rules are in force.
"""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal, TypeVar

from processors.errors import BadRulesError, FileProblem, MisconfigurationError
from processors.rules.file.checked import Problems, Table, near_miss, syntax_problem, take_fields
from processors.rules.file.examples import Example, read_example
from processors.rules.file.positions import positions
from processors.rules.file.rule_reading import Known, read_rule
from processors.rules.kind import RuleKind
from processors.rules.values import Rule, Rules

BUILTIN_NAME = "builtin.toml"
P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class RulesFile:
    """A file of rules, read.

    Attributes:
        name: The file's name in messages.
        rules: The rules in force, with those that it extends.
        own: The ids of the file's own rules.
        examples: The examples of all rules in force.
        warnings: About text that is allowed and probably a mistake.
    """

    name: str
    rules: Rules
    own: tuple[str, ...]
    examples: tuple[Example, ...]
    warnings: tuple[FileProblem, ...]


@dataclass(frozen=True, slots=True)
class RulesReader:
    """Reads files of rules of these kinds."""

    kinds: tuple[RuleKind[Any], ...]

    def load(self, path: Path | None = None) -> Rules:
        """Load the rules in force.

        Args:
            path: A file of rules. None: the packaged one.

        Raises:
            BadRulesError: listing every problem of the file.
            MisconfigurationError: the file cannot be read.
        """
        return self.load_file(path).rules

    def load_file(
        self, path: Path | None = None, known: Mapping[str, Collection[str]] | None = None
    ) -> RulesFile:
        """Load a file of rules with its examples and warnings.

        Args:
            path: The file. None: the packaged one.
            known: See `read`.

        Raises:
            BadRulesError: listing every problem of the file.
            MisconfigurationError: the file cannot be read.
        """
        if path is None:
            if known is None:
                return _builtin(self.kinds)
            return _read(_builtin_text(), BUILTIN_NAME, self._known(known), None)
        try:
            text = path.read_text(encoding="utf-8-sig")
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise MisconfigurationError(f"The rules {path} cannot be read: {why}.") from error
        except UnicodeDecodeError as error:
            raise MisconfigurationError(f"The rules {path} are not UTF-8.") from error
        return self.read(text, str(path), known)

    def read(
        self, text: str, name: str, known: Mapping[str, Collection[str]] | None = None
    ) -> RulesFile:
        """Read and check a file of rules.

        Args:
            text: The file's text.
            name: The file's name in messages.
            known: Values that ids can have, by the field's name in conditions (`leader`, `country`,
                …). A mapping gives each id a name. Other values are then problems.

        Raises:
            BadRulesError: with every problem.
        """
        return _read(text, name, self._known(known), _builtin(self.kinds))

    def _known(self, values: Mapping[str, Collection[str]] | None) -> Known:
        return Known({kind.name: kind for kind in self.kinds}, values or {})


@cache
def _builtin(kinds: tuple[RuleKind[Any], ...]) -> RulesFile:
    known = Known({kind.name: kind for kind in kinds}, {})
    return _read(_builtin_text(), BUILTIN_NAME, known, None)


def _read(text: str, name: str, known: Known, builtin: RulesFile | None) -> RulesFile:
    try:
        values = tomllib.loads(text)
        problems = Problems(positions(text))
    except tomllib.TOMLDecodeError as error:
        raise BadRulesError(name, [syntax_problem(error, text)]) from error
    except RecursionError as error:
        raise BadRulesError(name, [FileProblem(1, 1, "nested too deep")]) from error
    file = Table(values, (), problems)
    extends = file.take("extends", Literal["builtin"], None)
    extended = builtin if extends else None
    base = extended.rules if extended else Rules()
    guards = _parameters(file, "guards", base.guards)
    stories = _parameters(file, "stories", base.stories)
    own, examples = _own_rules(file, name, known)
    gone = _disabled(file, base) | own.keys()
    file.finish()
    if problems.found:
        raise BadRulesError(name, sorted(problems.found))
    kept = [rule for rule in base if rule.id not in gone]
    order = list(known.kinds)
    in_order = sorted([*kept, *own.values()], key=lambda rule: order.index(rule.kind))
    rules = Rules.of(in_order, guards, stories)
    if builtin is not None:
        _warn_of_versions(file, builtin.rules, rules)
    if extended:
        examples = [*(one for one in extended.examples if one.rule_id not in gone), *examples]
    return RulesFile(name, rules, tuple(own), tuple(examples), tuple(sorted(problems.warnings)))


def _builtin_text() -> str:
    folder = resources.files("processors.rules")
    return folder.joinpath("builtin.toml").read_text(encoding="utf-8")


def _parameters(file: Table, key: str, base: P) -> P:
    """Read a table of parameters over those that it extends."""
    table = file.table(key)
    if table is None:
        return base
    read = take_fields(table, type(base), base)
    table.finish()
    return read


def _own_rules(file: Table, name: str, known: Known) -> tuple[dict[str, Rule[Any]], list[Example]]:
    found: dict[str, Rule[Any]] = {}
    examples: list[Example] = []
    lines: dict[str, int] = {}
    for table in file.tables("rule"):
        rule = read_rule(table, known)
        rule_id = rule.id if rule else ""
        examples += [read_example(one, rule_id, name) for one in table.tables("example")]
        if rule is None:
            continue
        if rule.id in found:
            table.problem("id", f"the rule of line {lines[rule.id]} is called {rule.id} too")
        lines.setdefault(rule.id, table.line)
        found[rule.id] = rule
    return found, examples


def _disabled(file: Table, base: Rules) -> frozenset[str]:
    """Read which rules of those that are extended are taken away."""
    ids = [rule.id for rule in base]
    asked = file.take("disable", tuple[str, ...], ())
    for rule_id in asked:
        if rule_id not in ids:
            hint = near_miss(rule_id, ids) if ids else ' Without extends = "builtin" none is there.'
            file.problem("disable", f"there is no rule {rule_id} to take away.{hint}")
    return frozenset(asked)


def unraised(before: Rules, after: Rules) -> list[str]:
    """List the rules that differ and whose version was not raised, by id.

    Their alerts would have the ids of the old rule's alerts, and subscribers would take them for
    repetitions. Words that only describe a rule do not count.
    """
    found = []
    for rule in after:
        old = before.named(rule.id)
        if old is None or rule.version > old.version:
            continue
        if replace(rule, description="", version=0) != replace(old, description="", version=0):
            found.append(rule.id)
    return found


def _warn_of_versions(file: Table, builtin: Rules, rules: Rules) -> None:
    changed = unraised(builtin, rules)
    for table in file.tables("rule"):
        rule_id = table.take("id", str, "")
        old = builtin.named(rule_id)
        if rule_id in changed and old is not None:
            table.warn(
                "version",
                f"{rule_id} differs from the built-in rule and has not a higher version: raise it "
                f"to {old.version + 1}, or call the rule something else, or subscribers will take "
                "its alerts for the old ones",
            )
