"""The mapping of a source's records to the data model: column names, constants and time formats."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, ConfigDict, Field
from pydantic.config import JsonDict

from shared.records.schema import DataType
from shared.records.validation import Form
from shared.runtime.models import Model, sortable
from shared.runtime.reading import time_zone

ROW = "row"
"""What stands in a template for where the record stood in what was received: the same number that errors tell."""

BLANKS = " \t\r\n"
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_DIRECTIVES = re.compile(r"%.?", re.DOTALL)
_KNOWN_DIRECTIVES = frozenset(f"%{letter}" for letter in "YymdHIMSfpbBaAjz%")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECONDS_IN = {"unix": 1, "unix_ms": 1000}
_NUMBER = re.compile(r"-?\d{1,17}(\.\d{1,9})?", re.ASCII)
_MOST_NAMES = 200
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


def _format(text: str) -> str:
    if text in _SECONDS_IN:
        return text
    unknown = set(_DIRECTIVES.findall(text)) - _KNOWN_DIRECTIVES
    if unknown or not re.search("%[Yy]", text):
        raise ValueError("must be unix, unix_ms or a strptime format with a year, e.g. %d/%m/%Y %H:%M")
    return text


def _zone(name: str) -> str:
    time_zone(name)
    return name


Name = Annotated[str, Field(min_length=1, max_length=200)]
Constant = Annotated[str, Field(max_length=500)] | bool | int | float
Template = Annotated[str, Field(max_length=500), AfterValidator(_template)]
DateFormat = Annotated[str, Field(min_length=2, max_length=100), AfterValidator(_format)]


class WrittenTimes(Model):
    """Time formats of a source that does not use RFC 3339."""

    model_config = ConfigDict(extra="forbid")

    formats: list[DateFormat] = Field(
        min_length=1,
        max_length=10,
        description="Formats, tried in order: strptime directives, `unix` (seconds since 1970), `unix_ms`. A time that "
        "matches none is left unchanged.",
    )
    timezone: Annotated[str, AfterValidator(_zone)] = Field(
        default="UTC", max_length=64, description="IANA time zone of times without one (default: `UTC`)."
    )


class SourceMapping(Model):
    """Mapping of a source's columns to the fields of a data type.

    A null or blank value counts as absent. Columns not listed here keep their names.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    columns: dict[Name, Name] = Field(
        default_factory=dict, max_length=_MOST_NAMES, description="Source column → field."
    )
    templates: dict[Name, Template] = Field(
        default_factory=dict,
        max_length=_MOST_NAMES,
        description="Field → text with source columns in braces. `{row}` is the record's 0-based position in "
        "its batch, or its line or record number in its file. If one of the columns is absent, the field is absent.",
    )
    suffixes: dict[Name, Name] = Field(
        default_factory=dict, max_length=_MOST_NAMES, description="Field → suffix to remove, e.g. `.0`."
    )
    date_formats: dict[Name, WrittenTimes] = Field(
        default_factory=dict, max_length=_MOST_NAMES, description="Field → time formats that the source uses in it."
    )
    constants: dict[Name, Constant] = Field(
        default_factory=dict, max_length=_MOST_NAMES, description="Field → value in every record."
    )
    defaults: dict[Name, Constant] = Field(
        default_factory=dict, max_length=_MOST_NAMES, description="Field → value if the record has none."
    )
    drop: list[Name] = Field(default_factory=list, max_length=_MOST_NAMES, description="Source columns to drop.")


MappingOf = Callable[[str, DataType], SourceMapping | None]
"""Tells how a source's records of a type become those of the data model; None if they are that already."""


def mapped_rows(
    rows: Sequence[Any], mapping: SourceMapping, places: Sequence[int], *, form: Form = Form.TYPED
) -> list[Any]:
    """Turn a source's rows into records of the data model; what is no object stays for validation to refuse.

    Args:
        rows: as received.
        mapping: what the source's configuration says of the data type.
        places: where each row stood in what was received.
        form: as `text`, constants and defaults are written as text, too.
    """
    return [
        _mapped(row, mapping, place, form) if isinstance(row, dict) else row
        for place, row in zip(places, rows, strict=True)
    ]


def _mapped(row: Mapping[str, Any], mapping: SourceMapping, place: int, form: Form) -> dict[str, Any]:
    taken = mapping.columns.keys() | set(mapping.drop)
    record = {name: value for name, value in row.items() if name not in taken}
    record |= {field: row[name] for name, field in mapping.columns.items() if not is_blank(row.get(name))}
    for field, template in mapping.templates.items():
        text = _filled(template, row, place)
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
    """Whether a value says nothing."""
    return value is None or (isinstance(value, str) and not value.strip(BLANKS))


def in_form(value: Any, form: Form) -> Any:
    """A constant as a record of a form has it."""
    return value if form is Form.TYPED else _as_text(value)


def parts_of(template: str) -> list[tuple[str, str | None]]:
    """A template as pieces of fixed text, each with the column that follows it (none follows the last)."""
    pieces = _PLACEHOLDER.split(template)
    return [(text, column) for text, column in zip(pieces[::2], [*pieces[1::2], None], strict=True)]


def _filled(template: str, row: Mapping[str, Any], place: int) -> str | None:
    values = {ROW: place, **row}
    text = ""
    for fixed, column in parts_of(template):
        value = "" if column is None else _as_text(values.get(column))
        if value is None or (column is not None and not value):
            return None
        text += fixed + value
    return text


def _as_text(value: Any) -> str | None:
    if isinstance(value, str):
        return value.strip(BLANKS)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return orjson.dumps(value).decode() if isinstance(value, bool | int | float) else None


def _read_time(record: Mapping[str, Any], field: str, written: WrittenTimes) -> dict[str, str]:
    text = _as_text(record.get(field))
    found = None if text is None else time_in_utc(text, tuple(written.formats), written.timezone)
    return {} if found is None else {field: found}


@lru_cache(maxsize=50_000)
def time_in_utc(text: str, formats: tuple[str, ...], zone: str) -> str | None:
    """A time as the first format reads it that fits, in RFC 3339; None if none fits."""
    for each in formats:
        try:
            return sortable(_moment(text.strip(BLANKS), each, zone))
        except (ValueError, OverflowError):
            continue
    return None


def _moment(text: str, written: str, zone: str) -> datetime:
    if written in _SECONDS_IN:
        if not _NUMBER.fullmatch(text):
            raise ValueError(text)
        return _EPOCH + timedelta(seconds=float(text) / _SECONDS_IN[written])
    found = datetime.strptime(text, written)  # noqa: DTZ007 # its zone is that of the source, if it names none
    return (found if found.tzinfo else found.replace(tzinfo=time_zone(zone))).astimezone(UTC)
