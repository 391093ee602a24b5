"""Words that mean "no value" in text formats, as databases, pandas and spreadsheets export it."""

from shared.records.schema import Kind

IN_FREE_TEXT = ("NULL", r"\N")
"""In free text other words, such as `None`, may be names."""

ELSEWHERE = (*IN_FREE_TEXT, "NaN", "nan", "None", "#N/A")


def absent_words(kind: Kind | None) -> tuple[str, ...]:
    """Return the words that mean that a field of this kind is absent; None is a field outside of the data model."""
    return IN_FREE_TEXT if kind is Kind.TEXT else ELSEWHERE
