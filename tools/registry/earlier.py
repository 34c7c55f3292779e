"""The holders of 1945 to 1989, whom the collected facts lack.

It reads `terms_1945_1989.csv` and `aliases_1945_1989.csv`, which are written by hand. They are
added after the corrections, so that a correction of a later term of an office keeps its one match.
"""

from pathlib import Path

from tools.registry.tables import Facts, read_table

TERMS = Path(__file__).with_name("terms_1945_1989.csv")
ALIASES = Path(__file__).with_name("aliases_1945_1989.csv")


def add_earlier(facts: Facts, terms: Path, aliases: Path) -> None:
    """Add the terms, the genders and the names of earlier holders to the facts.

    Args:
        facts: Changed in place. Terms of people whom it has already must carry their ids.
        terms: In the form of the facts' `terms.csv`, with a last column `gender`.
        aliases: In the form of the facts' `aliases.csv`.

    Raises:
        OSError: A table is missing or unreadable.
    """
    for row in read_table(terms):
        gender = row.pop("gender")
        if gender:
            facts.people_columns.setdefault(row["person_id"], {})["gender"] = gender
        facts.terms.append(row)
    facts.aliases += read_table(aliases)
