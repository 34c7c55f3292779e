"""Formats numbers with their nouns."""


def counted(number: int, noun: str) -> str:
    """Return the number with the noun, in the plural if needed: "1,200 articles"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
