"""Which part is made by which function, and how a page is renewed."""

import re
from collections.abc import Callable

from tools.architecture.packages import draw_packages
from tools.architecture.programs import draw_programs
from tools.reference import cli, metrics, registry, rules, settings, topics

HOW = "run `make reference`"
PARTS: dict[str, Callable[[], str]] = {
    "builtin-rules": rules.builtin_rules,
    "rule-file": rules.rule_file,
    "rule-kinds": rules.rule_kinds,
    "rule-fields": rules.rule_fields,
    "registry": registry.registry,
    "topics": topics.topics,
    "settings": settings.settings,
    "exit-codes": settings.exit_codes,
    "metrics": metrics.metrics,
    "commands": cli.commands,
}
PICTURES: dict[str, Callable[[], str]] = {
    "docs/images/programs.svg": draw_programs,
    "docs/images/packages.svg": draw_packages,
}
_PART = re.compile(r"(<!-- generated: ([a-z-]+) -->\n).*?(<!-- end -->)", re.DOTALL)


def named(page: str) -> list[str]:
    """Return the names of the generated parts of a page."""
    return [found[2] for found in _PART.finditer(page)]


def renewed(page: str) -> str:
    """Return the page with each generated part made again.

    Raises:
        KeyError: a part has a name that is not in `PARTS`.
    """
    return _PART.sub(lambda found: f"{found[1]}\n{PARTS[found[2]]()}\n{found[3]}", page)
