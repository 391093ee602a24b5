"""The mapping of a source's records to the data model: column names, constants and time formats.

Mapping has no side effects: the result for a row depends only on the row and the mapping.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic.config import JsonDict

from shared.records.schema import DataType
from shared.records.validation import LARGEST_INTEGER, Form
from shared.records.written_times import BLANKS, WrittenTimes, time_in_utc
from shared.runtime.models import Model

ROW = "row"
"""In a template, the position of the record in the received data, as in error messages."""

LONGEST_FILLED = 2_000
"""Maximum length of a filled template in characters, so that a repeated long value cannot exhaust memory."""

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_LONGEST_CONSTANT = 500
MOST_NAMES = 200
EXAMPLE: JsonDict = {
    "columns": {"InvoiceNo": "order_id", "StockCode": "product_id", "InvoiceDate": "timestamp"},
    "templates": {"transaction_id": "{InvoiceNo}-{row}"},
    "constants": {"currency": "GBP"},
    "date_formats": {"timestamp": {"formats": ["%d/%m/%Y %H:%M"], "timezone": "Europe/London"}},
}


def _template(text: str) -> str:
    if not _PLACEHOLDER.search(text):
        raise ValueError(
            "must name at least one column in braces, e.g. {InvoiceNo}-{row}; use constants for a fixed value"
        )
    return text


def _constant(value: Any) -> Any:
    if not isinstance(value, str | bool | int | float) or (isinstance(value, str) and len(value) > _LONGEST_CONSTANT):
        raise ValueError(f"must be text of at most {_LONGEST_CONSTANT} characters, a number, true or false")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("must be a finite number")
    if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        raise ValueError("must be within 64 bits")
    return value


Name = Annotated[str, Field(min_length=1, max_length=200)]
Constant = Annotated[
    str | bool | int | float,
    BeforeValidator(_constant),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "maxLength": _LONGEST_CONSTANT}, {"type": "boolean"}, {"type": "number"}]}
    ),
]
Template = Annotated[str, Field(max_length=500), AfterValidator(_template)]


class SourceMapping(Model):
    """Mapping of a source's columns to the fields of a data type.

    A null or blank value counts as absent. Columns not listed here keep their names.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    columns: dict[Name, Name] = Field(default_factory=dict, max_length=MOST_NAMES, description="Source column → field.")
    templates: dict[Name, Template] = Field(
        default_factory=dict,
        max_length=MOST_NAMES,
        description="Field → text with source columns in braces. `{row}` is the record's 0-based position in "
        "its batch, or its line or record number in its file. If one of the columns is absent, the field is absent. "
        f"A row for which a template gives more than {LONGEST_FILLED} characters goes to quarantine.",
    )
    suffixes: dict[Name, Name] = Field(
        default_factory=dict, max_length=MOST_NAMES, description="Field → suffix to remove, e.g. `.0`."
    )
    date_formats: dict[Name, WrittenTimes] = Field(
        default_factory=dict, max_length=MOST_NAMES, description="Field → time formats that the source uses in it."
    )
    constants: dict[Name, Constant] = Field(
        default_factory=dict, max_length=MOST_NAMES, description="Field → value in every record."
    )
    defaults: dict[Name, Constant] = Field(
        default_factory=dict, max_length=MOST_NAMES, description="Field → value if the record has none."
    )
    drop: list[Name] = Field(default_factory=list, max_length=MOST_NAMES, description="Source columns to drop.")


@dataclass(frozen=True)
class Unmapped:
    """A row that cannot be mapped, with the reason."""

    reason: str


class UnfitForMapping(ValueError):
    """A mapping cannot be applied to these values; the message is the reason."""


MappingOf = Callable[[str, DataType], SourceMapping | None]
"""Returns the mapping of a source's records of a type; None if they already have the fields of the data model."""


def map_rows(
    rows: Sequence[Any], mapping: SourceMapping, places: Sequence[int], *, form: Form = Form.TYPED
) -> list[Any]:
    """Map a source's rows to records of the data model; rows that are not objects are left to validation.

    Args:
        rows: the rows as received.
        mapping: the source's mapping of the data type.
        places: the positions of the rows in the received data.
        form: with `text`, constants and defaults are written as text, too.

    Returns:
        A record for each row, or `Unmapped` in its place.
    """
    return [
        _try_map(row, mapping, place, form) if isinstance(row, dict) else row
        for place, row in zip(places, rows, strict=True)
    ]


def _try_map(row: Mapping[str, Any], mapping: SourceMapping, place: int, form: Form) -> dict[str, Any] | Unmapped:
    try:
        return _map_row(row, mapping, place, form)
    except UnfitForMapping as unfit:
        return Unmapped(str(unfit))
    except Exception as error:  # noqa: BLE001 # no I/O here: whatever this row does to the mapping concerns this row
        return Unmapped(f"{type(error).__name__}: {error}"[:_LONGEST_CONSTANT])


def _map_row(row: Mapping[str, Any], mapping: SourceMapping, place: int, form: Form) -> dict[str, Any]:
    renamed = mapping.columns.keys() | set(mapping.drop)
    record = {name: value for name, value in row.items() if name not in renamed}
    record |= {field: row[name] for name, field in mapping.columns.items() if not is_blank(row.get(name))}
    for field, template in mapping.templates.items():
        text = _fill(template, row, place)
        if text is not None:
            record[field] = text
    for field, suffix in mapping.suffixes.items():
        if isinstance(record.get(field), str):
            record[field] = record[field].strip(BLANKS).removesuffix(suffix)
    for field, written in mapping.date_formats.items():
        record |= _read_time(record, field, written)
    record |= {field: in_form(value, form) for field, value in mapping.constants.items()}
    absent = {field: value for field, value in mapping.defaults.items() if is_blank(record.get(field))}
    return record | {field: in_form(value, form) for field, value in absent.items()}


def is_blank(value: Any) -> bool:
    """Return whether a value is null or blank."""
    return value is None or (isinstance(value, str) and not value.strip(BLANKS))


def in_form(value: Any, form: Form) -> Any:
    """Return a constant as a value in a form."""
    return value if form is Form.TYPED else _as_text(value)


def parts_of(template: str) -> list[tuple[str, str | None]]:
    """Return a template as pairs of fixed text and the column after it (None after the last)."""
    pieces = _PLACEHOLDER.split(template)
    return [(text, column) for text, column in zip(pieces[::2], [*pieces[1::2], None], strict=True)]


def _fill(template: str, row: Mapping[str, Any], place: int) -> str | None:
    values = {ROW: place, **row}
    text = ""
    for fixed, column in parts_of(template):
        value = "" if column is None else _as_text(values.get(column))
        if value is None or (column is not None and not value):
            return None
        text += fixed + value
        if len(text) > LONGEST_FILLED:
            raise UnfitForMapping(f"a template makes more than {LONGEST_FILLED} characters of it")
    return text


def _as_text(value: Any) -> str | None:
    if isinstance(value, str):
        return value.strip(BLANKS)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return orjson.dumps(value).decode() if isinstance(value, bool | int | float) else None


def _read_time(record: Mapping[str, Any], field: str, written: WrittenTimes) -> dict[str, str]:
    text = _as_text(record.get(field))
    found = None if text is None else time_in_utc(text, tuple(written.formats), written.timezone)
    return {} if found is None else {field: found}
