"""The rules that the settings name, and the topics that they ask for.

Owns the way from `TOCSIN_RULES` to rules. Must not know how rules are written (`processors.rules`).
"""

from pathlib import Path

from processors.errors import MisconfigurationError
from processors.rules import KINDS, Rules, load_rules
from streams.settings import Settings


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
    return Path(text) if text else None


def rules_in_force(settings: Settings) -> Rules:
    """Load the rules of the settings.

    Raises:
        BadRulesError: listing every problem of the file.
        MisconfigurationError: there is no such file.
    """
    return load_rules(rules_path(settings))


def own_topics(rules: Rules) -> tuple[str, ...]:
    """List the topics, without prefix, that rules name beside `news.alerts.<kind>`; sorted."""
    usual = {f"news.alerts.{kind}" for kind in KINDS}
    return tuple(sorted({rule.topic for rule in rules} - usual))
