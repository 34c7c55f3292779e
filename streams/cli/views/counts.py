"""Write numbers with their nouns."""


def counted(number: int, noun: str) -> str:
    """Return the number with the noun, in the plural where it needs one: "1,200 articles"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
