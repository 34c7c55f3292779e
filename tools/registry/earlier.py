"""The holders of 1945 to 1989, whom the collected facts lack.

It reads `terms_1945_1989.csv` and `aliases_1945_1989.csv`, which are written by hand. They are
added after the corrections, so that a correction of a later term of an office keeps its one match.
"""

from pathlib import Path

from tools.registry.tables import Facts, read_table

TERMS = Path(__file__).with_name("terms_1945_1989.csv")
ALIASES = Path(__file__).with_name("aliases_1945_1989.csv")


def add_earlier(facts: Facts, terms: Path, aliases: Path) -> None:
    """Add the terms, genders, homes and names of earlier holders to the facts.

    Args:
        facts: Changed in place. Terms of people whom it has already must carry their ids.
        terms: In the form of the facts' `terms.csv`, with the columns `gender` and `home`.
        aliases: In the form of the facts' `aliases.csv`.

    Raises:
        OSError: A table is missing or unreadable.
    """
    for row in read_table(terms):
        for column in ("gender", "home"):
            value = row.pop(column)
            if value:
                facts.people_columns.setdefault(row["person_id"], {})[column] = value
        facts.terms.append(row)
    facts.aliases += read_table(aliases)
