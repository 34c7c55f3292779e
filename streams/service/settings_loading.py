"""Reads the settings from variables, files and the command line.

It decides where a value comes from, and writes the messages about wrong values. It treats all
settings alike, and takes the environment as a mapping (`load`). A value comes from the setting's
default, the variable `TOCSIN_<NAME>`, the file that `TOCSIN_<NAME>_FILE` names (as container
platforms pass secrets), or the command line. Setting both variables is an error, and so is an
unknown variable.
"""

import difflib
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import msgspec

from streams.errors import BadSettingsError
from streams.service.settings import END, PREFIX, Described, Settings, describe, metas

FILE_SUFFIX = "_FILE"
_MAX_SHOWN = 100
_DEFAULT = "default"
_COMMAND_LINE = "command line"
_SERVICE_LINK = re.compile(r"TOCSIN_(\w+_)?(SERVICE_(HOST|PORT\w*)|PORT(_\d+_\w+)?)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Effective:
    """The settings in force, and the origin of each (by field name)."""

    settings: Settings
    origins: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem of a setting. `field` is empty if the problem is about no known setting."""

    field: str
    message: str


def load(environment: Mapping[str, str], **options: object) -> Effective:
    """Read the settings.

    Args:
        environment: The variables. Only those that start with `TOCSIN_` are read.
        options: Values given on the command line, by field name. None means not given.

    Raises:
        BadSettingsError: The message names every unknown variable, unreadable file and bad value.
    """
    read, problems = examine(environment, **options)
    if problems:
        raise BadSettingsError([problem.message for problem in problems])
    return read


def examine(
    environment: Mapping[str, str], **options: object
) -> tuple[Effective, Sequence[Problem]]:
    """Return the settings and their problems. A bad value becomes the default: see `load`."""
    problems: list[Problem] = []
    known = {d.variable: d for d in describe()}
    given = _texts(environment, known, problems)
    for name, option in options.items():
        if option is not None:
            given[name] = (option, _COMMAND_LINE)
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(Settings):
        value, origin = given.get(field.name, (field.default, _DEFAULT))
        try:
            values[field.name] = _converted(value, field.type)
        except ValueError:
            message = _why_not(known[PREFIX + field.name.upper()], field.type, value, origin)
            problems.append(Problem(field.name, message))
    origins = {
        name: given[name][1] if name in given and name in values else _DEFAULT
        for name in Settings.__struct_fields__
    }
    return Effective(Settings(**values), origins), problems


def _texts(
    environment: Mapping[str, str], known: Mapping[str, Described], problems: list[Problem]
) -> dict[str, tuple[object, str]]:
    """Return text and variable of every setting in the environment, by field."""
    given: dict[str, tuple[object, str]] = {}
    for variable, value in sorted(environment.items()):
        if not variable.startswith(PREFIX):
            continue
        described, text = _given(variable, value, known, problems)
        if described is None:
            continue
        if variable != described.variable and described.variable in environment:
            twice = f"{described.variable} is set twice: as a value and as a file. Keep one."
            problems.append(Problem(described.field, twice))
        elif text is not None:
            given[described.field] = (text, variable)
    return given


def _given(
    variable: str, value: str, known: Mapping[str, Described], problems: list[Problem]
) -> tuple[Described | None, str | None]:
    """Return the setting of a variable and its text. Both are None if there is none."""
    described = known.get(variable)
    try:
        if described is not None:
            # Bytes that are not UTF-8 appear in the environment as lone surrogates.
            value.encode()
            return described, value
        described = known.get(variable.removesuffix(FILE_SUFFIX))
        if described is not None and variable.endswith(FILE_SUFFIX):
            return described, Path(value).read_text(encoding="utf-8-sig").rstrip("\r\n")
    except OSError as error:
        # If you set the wrong one of the two variables, the secret stands where a path belongs.
        named = "a file" if described is None or described.secret else f"the file {value!r}"
        why = error.strerror or type(error).__name__
        message = f"{variable} names {named}, which cannot be read: {why}."
        problems.append(Problem(described.field if described else "", message))
        return described, None
    except ValueError:
        message = f"{variable} is not UTF-8, or names a file that is not."
        problems.append(Problem(described.field if described else "", message))
        return described, None
    problems.append(Problem("", f"{variable} is not a setting. {_hint(variable, known)}"))
    return None, None


def _hint(variable: str, known: Mapping[str, Described]) -> str:
    candidates = [*known, *(name + FILE_SUFFIX for name in known)]
    near = difflib.get_close_matches(variable.upper(), candidates, n=1, cutoff=0.75)
    # The prefix alone is similar to every short name.
    if near and variable != PREFIX:
        return f"Did you mean {near[0]}?"
    if _SERVICE_LINK.fullmatch(variable):
        return (
            "It looks like one that Kubernetes adds for a Service: "
            "say enableServiceLinks: false in the pod."
        )
    return "`tocsin config show` lists the settings."


def _converted(value: object, kind: Any) -> object:
    """Convert a text, or check a value from the command line.

    Raises:
        ValueError: The setting does not accept the value.
    """
    converted = msgspec.convert(value, kind, strict=not isinstance(value, str))
    if isinstance(converted, float) and not math.isfinite(converted):
        raise ValueError("not finite")
    return converted


def _why_not(described: Described, kind: Any, value: object, origin: str) -> str:
    if origin == _COMMAND_LINE:
        origin = f"--{described.field.replace('_', '-')}"
    shown = "a secret value" if described.secret else _shortened(repr(value))
    return (
        f"{origin} is {shown}; it takes {_taken(kind)}. {described.description} "
        f"Default: {described.default!r}."
    )


def _taken(kind: Any) -> str:
    """Return which values a setting accepts, such as "a whole number from 1 to 100"."""
    bare = getattr(kind, "__origin__", kind)
    if isinstance(bare, UnionType) or get_origin(bare) is Union:
        return " or ".join(map(_taken, get_args(bare)))
    if get_origin(bare) is Literal:
        return "one of " + ", ".join(str(one) or "(empty)" for one in get_args(bare))
    if bare is bool:
        return "true or false"
    bounds = {
        words: limit
        for meta in metas(kind)
        for words, limit in (("from", meta.ge), ("above", meta.gt), ("up to", meta.le))
        if limit is not None
    }
    if bare in {int, float}:
        noun = "a whole number" if bare is int else "a number"
        return " ".join([noun, *(f"{words} {limit}" for words, limit in bounds.items())])
    patterns = [meta.pattern for meta in metas(kind) if meta.pattern]
    return f"text that matches {patterns[0].strip('^').removesuffix(END)}" if patterns else "text"


def _shortened(text: str) -> str:
    return text if len(text) <= _MAX_SHOWN else text[:_MAX_SHOWN] + "…"
