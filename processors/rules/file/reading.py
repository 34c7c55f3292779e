"""Reads a file of rules.

Owns the form of the file and every check of it. Must not know where a text comes from beyond the
packaged rules, nor how a rule is applied. Every problem is reported at once, with line and column.

A file is TOML: `extends`, `disable`, `[guards]`, `[stories]` and `[[rule]]`. With
`extends = "builtin"` the built-in rules stand too: a rule of the same id takes the place of the
built-in one, whole, and `disable` takes rules away. Without it the file's rules are all there are.
"""

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal, TypeVar

from processors.errors import BadRulesError, MisconfigurationError, RulesProblem
from processors.rules.file.checked import Problems, Table, near_miss, syntax_problem, take_fields
from processors.rules.file.examples import Example, read_example
from processors.rules.file.positions import positions
from processors.rules.file.rule_reading import read_rule
from processors.rules.kinds import KINDS, Guards, StoryParameters
from processors.rules.values import Rule, Rules

BUILTIN_NAME = "builtin.toml"
P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class RulesFile:
    """What a file of rules holds.

    `rules` are the rules in force, with those that it extends, and `examples` the examples of all
    of them; `own` are the ids of the file's own rules; `warnings` are what is allowed and probably
    not meant.
    """

    name: str
    rules: Rules
    own: tuple[str, ...]
    examples: tuple[Example, ...]
    warnings: tuple[RulesProblem, ...]


def load_rules(path: Path | None = None) -> Rules:
    """Load the rules in force.

    Args:
        path: A file of rules; None is the packaged one.

    Raises:
        BadRulesError: listing every problem of the file.
        MisconfigurationError: the file cannot be read.
    """
    return _builtin().rules if path is None else load_rules_file(path).rules


def load_rules_file(
    path: Path | None = None, known: Mapping[str, Collection[str]] | None = None
) -> RulesFile:
    """Load a file of rules with what is said about it; see `read_rules`.

    Raises:
        BadRulesError: listing every problem of the file.
        MisconfigurationError: the file cannot be read.
    """
    if path is None:
        return _read(_builtin_text(), BUILTIN_NAME, known or {}, None)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise MisconfigurationError(f"The rules {path} cannot be read: {why}.") from error
    except UnicodeDecodeError as error:
        raise MisconfigurationError(f"The rules {path} are not UTF-8.") from error
    return read_rules(text, str(path), known)


@cache
def _builtin() -> RulesFile:
    return _read(_builtin_text(), BUILTIN_NAME, {}, None)


def read_rules(
    text: str, name: str, known: Mapping[str, Collection[str]] | None = None
) -> RulesFile:
    """Read and check a file of rules.

    Args:
        text: The file's text.
        name: What messages call it.
        known: Values that ids can have, by the field's name in conditions (`leader`, `country`,
            …); a mapping says what each is called. Where given, others are problems.

    Raises:
        BadRulesError: with every problem.
    """
    return _read(text, name, known or {}, _builtin())


def _read(
    text: str, name: str, known: Mapping[str, Collection[str]], builtin: RulesFile | None
) -> RulesFile:
    try:
        values = tomllib.loads(text)
        problems = Problems(positions(text))
    except tomllib.TOMLDecodeError as error:
        raise BadRulesError(name, [syntax_problem(error, text)]) from error
    except RecursionError as error:
        raise BadRulesError(name, [RulesProblem(1, 1, "nested too deep")]) from error
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
    rules = _gathered(guards, stories, [*kept, *own.values()])
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


def _own_rules(
    file: Table, name: str, known: Mapping[str, Collection[str]]
) -> tuple[dict[str, Rule[Any]], list[Example]]:
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


def _gathered(guards: Guards, stories: StoryParameters, rules: Sequence[Rule[Any]]) -> Rules:
    by_kind: dict[Any, Any] = {
        kind: tuple(rule for rule in rules if rule.kind == kind) for kind in KINDS
    }
    return Rules(guards=guards, stories=stories, **by_kind)
