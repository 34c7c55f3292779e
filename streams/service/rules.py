"""Loads the rules that the settings name, and lists the topics that they name.

`TOCSIN_RULES` leads to the rules here. `processors.rules` reads their text.
"""

import hashlib
from importlib.resources import files
from pathlib import Path

from processors.articles.formats.shapes import load_shapes
from processors.errors import MisconfigurationError
from processors.families import load_families
from processors.rules import Rules
from processors.watch import KINDS, load_rules
from streams.service.settings import Settings, path_of


def rules_path(settings: Settings) -> Path | None:
    """Return the file of rules. None means the built-in ones.

    Raises:
        MisconfigurationError: The setting holds rules and not a path.
    """
    text = settings.rules
    if "\n" in text or "\x00" in text:
        raise MisconfigurationError(
            "TOCSIN_RULES takes the path of a file of rules, and not the rules themselves. Say "
            "TOCSIN_RULES=/path/to/rules.toml, without _FILE."
        )
    return path_of(text)


def rules_in_force(settings: Settings) -> Rules:
    """Load the rules of the settings.

    Raises:
        BadRulesError: The message lists every problem of the file.
        MisconfigurationError: There is no such file.
    """
    return load_rules(rules_path(settings))


def rules_digest(settings: Settings) -> str:
    """Return a digest of the rules' text and of the user's own families and shapes, if any.

    Two machines with the same digest send the same alerts, as far as rules decide.

    Raises:
        MisconfigurationError: There is no such file.
    """
    rules_in_force(settings)
    # A file of rules may extend the built-in ones.
    digest = hashlib.sha256(files("processors.rules").joinpath("builtin.toml").read_bytes())
    path = rules_path(settings)
    if path is not None:
        digest.update(path.read_bytes())
    families = path_of(settings.families)
    if families is not None:
        load_families(families)
        digest.update(families.read_bytes())
    shapes = path_of(settings.shapes)
    if shapes is not None:
        load_shapes(shapes)
        digest.update(shapes.read_bytes())
    return digest.hexdigest()[:16]


def own_topics(rules: Rules) -> tuple[str, ...]:
    """Return the topics, without prefix, that rules name beside `news.alerts.<kind>`, sorted."""
    usual = {f"news.alerts.{kind}" for kind in KINDS}
    return tuple(sorted({rule.topic for rule in rules} - usual))
