"""The rules that the settings name, and the topics that they ask for.

Owns the way from `TOCSIN_RULES` to rules. Must not know how rules are written (`processors.rules`).
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
    """Give the file of rules; None means the built-in ones.

    Raises:
        MisconfigurationError: the setting is no path but rules.
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
        BadRulesError: listing every problem of the file.
        MisconfigurationError: there is no such file.
    """
    return load_rules(rules_path(settings))


def rules_digest(settings: Settings) -> str:
    """Return a digest of the rules' text, and of the user's own families and shapes, if any.

    Two machines with the same one send the same alerts, as far as rules decide.

    Raises:
        MisconfigurationError: there is no such file.
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
    """List the topics, without prefix, that rules name beside `news.alerts.<kind>`; sorted."""
    usual = {f"news.alerts.{kind}" for kind in KINDS}
    return tuple(sorted({rule.topic for rule in rules} - usual))
