"""Which office leads a country."""

import pytest

from processors.leaders.detection.precedence import leading_offices


@pytest.mark.parametrize(
    ("country", "year", "held", "leads"),
    [
        ("US", 2020, {"president"}, "president"),
        ("DE", 2020, {"president", "chancellor"}, "chancellor"),
        ("FR", 1955, {"president", "prime-minister"}, "prime-minister"),
        ("FR", 1960, {"president", "prime-minister"}, "president"),
        ("GB", 2020, {"monarch", "prime-minister"}, "prime-minister"),
        ("SA", 2020, {"monarch", "prime-minister"}, "monarch"),
        ("CN", 2020, {"general-secretary", "president", "prime-minister"}, "general-secretary"),
        ("CU", 1990, {"general-secretary", "president"}, "general-secretary"),
        ("IR", 2020, {"supreme-leader", "president"}, "supreme-leader"),
    ],
)
def test_the_first_office_with_a_holder_leads(
    country: str, year: int, held: set[str], leads: str
) -> None:
    first = next(one for one in leading_offices(country, year, held) if one & held)
    assert first & held == {leads}
