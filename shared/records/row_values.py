"""The values of a row before validation: trimmed, without absent ones, and choices and currencies in their own case."""

from typing import Any

from shared.records.absent_words import absent_words
from shared.records.schema import Field, Kind, RecordSchema


def present_values(schema: RecordSchema, row: Any, *, texts: bool, words: bool) -> Any:
    """Return a row without its absent values, which are null, empty or blank; what is not an object stays unchanged.

    Args:
        schema: the schema of the row. Values of other fields stay as they are, but text formats have no blank ones.
        row: the row as received.
        texts: whether all values are text.
        words: whether words such as `NULL` mean that a value is absent.
    """
    if not isinstance(row, dict):
        return row
    fields = schema.by_name
    found = {
        name: _present(fields[name], value, words=words) if name in fields else _other(value, texts=texts)
        for name, value in row.items()
    }
    return {name: value for name, value in found.items() if value is not None or (name not in fields and not texts)}


def _present(each: Field, value: Any, *, words: bool) -> Any:
    if not isinstance(value, str):
        return value
    text = value.strip()
    if not text or (words and text in absent_words(each.kind)):
        return None
    if each.kind is Kind.CHOICE and text.isascii():
        return text.lower()
    return text.upper() if each.kind is Kind.CURRENCY and text.isascii() else text


def _other(value: Any, *, texts: bool) -> Any:
    return None if texts and isinstance(value, str) and not value.strip() else value
