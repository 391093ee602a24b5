"""Numbers with their nouns, for texts that people read."""


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its noun: `1 row`, `2 rows`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
