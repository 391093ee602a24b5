"""Finds constants, defaults, words and fixed texts that their field cannot take."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter

from shared.mapping.model import MOST_WORDS, Constant, columns_of_template, in_form
from shared.records.schema import RecordSchema
from shared.records.validation import Form, RowError, validate
from shared.sources.trial.sent import Fault, Path, Sent, entries, has_shape, rules

_LATEST = datetime(9999, 1, 1, tzinfo=UTC)
_CONSTANT: TypeAdapter[Any] = TypeAdapter(Constant)


def find_wrong_values(schema: RecordSchema, mapping: Sent) -> Iterator[Fault]:
    """Yield the values of a mapping that validation would reject in their field."""
    values = [(path, field, value) for path, field, value in _values(mapping) if field in schema.by_name]
    for (path, _, value), error in zip(values, _first_errors(schema, values), strict=True):
        if error is not None:
            yield path, error.message, value


def _values(mapping: Sent) -> Iterator[tuple[Path, str, Any]]:
    for table in ("constants", "defaults"):
        for field, value in entries(mapping, table, object):
            if has_shape(_CONSTANT, value):
                yield (table, field), field, value
    for field, words in entries(mapping, "values", dict):
        for word, meaning in words.items() if len(words) <= MOST_WORDS else ():
            if isinstance(meaning, str):
                yield ("values", field, word), field, meaning
    translated = dict(entries(mapping, "values", dict))
    for number, rule in rules(mapping, "derive"):
        for field, template in entries(rule, "template", str):
            if not columns_of_template(template) and field not in translated:
                yield ("derive", number, "template", field), field, template


def _first_errors(schema: RecordSchema, values: Sequence[tuple[Path, str, Any]]) -> list[RowError | None]:
    """Return the first validation error of each value in its field; required fields that are missing do not count."""
    records = [{field: in_form(value, Form.TEXT)} for _, field, value in values]
    found: list[RowError | None] = [None] * len(values)
    for error in validate(schema.data_type, records, form=Form.TEXT, at=_LATEST).errors:
        if error.row is not None and found[error.row] is None and error.field == f"/{values[error.row][1]}":
            found[error.row] = error
    return found
