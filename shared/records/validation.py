"""Validates the rows of a delivery against the data model, all at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

from pydantic_core import CoreSchema, SchemaValidator, ValidationError, core_schema

from shared.records.bounds import Bounds, Excess
from shared.records.currencies import WITHDRAWN
from shared.records.row_values import present_values
from shared.records.schema import DataType, Kind, RecordSchema
from shared.records.schemas import SCHEMAS
from shared.records.value_schemas import FUTURE_TOLERANCE, value_schema

DECISION_UNKNOWN = "decision_unknown"
"""Error code of a label whose decision has not arrived; the rejected value is the id of the decision."""

_LONGEST_NAME = 200


class Form(StrEnum):
    """How values are written.

    `typed`: as in JSON. `text`: all as text as in CSV and XML, where some words mean that a value is absent. `mapped`:
    all as text by a mapping, which has removed the words that mean absent in its source.
    """

    TYPED = "typed"
    TEXT = "text"
    MAPPED = "mapped"


@dataclass(frozen=True)
class RowError:
    """An error of a row: its 0-based position, a JSON pointer, a stable code and a message."""

    row: int | None
    field: str
    code: str
    message: str
    rejected_value: Any = None


@dataclass(frozen=True)
class Validated:
    """The valid rows of a delivery with their positions, and every error of the others."""

    rows: list[dict[str, Any]]
    places: Sequence[int]
    errors: list[RowError] = field(default_factory=list)

    @property
    def rejected(self) -> list[int]:
        """The 0-based positions of the rejected rows, in order."""
        return sorted({error.row for error in self.errors if error.row is not None})


def validate(data_type: DataType, rows: Sequence[Any], *, form: Form, at: datetime) -> Validated:
    """Check rows against the schema of their data type, and find all errors of each.

    Args:
        data_type: the data type of the rows.
        rows: the rows as received, one mapping per record.
        form: the form of the values.
        at: the current time; event times may be at most 5 minutes later.
    """
    schema, texts = SCHEMAS[data_type], form is not Form.TYPED
    validator, latest = _validator(data_type, texts=texts), at + FUTURE_TOLERANCE
    offered = [present_values(schema, row, texts=texts, words=form is Form.TEXT) for row in rows]
    try:
        found = Validated(validator.validate_python(offered, context=latest), range(len(offered)))
    except ValidationError as failure:
        errors = [_row_error(error) for error in failure.errors(include_url=False)]
        rejected = {error.row for error in errors}
        places = [place for place in range(len(offered)) if place not in rejected]
        good = validator.validate_python([offered[place] for place in places], context=latest)
        found = Validated(good, places, errors)
    return _with_event_times(schema, _within_bounds(schema, found, offered, at))


def _within_bounds(schema: RecordSchema, found: Validated, offered: Sequence[Any], at: datetime) -> Validated:
    """Reject rows that exceed a size limit, individually or together, or have a currency that is no longer in use."""
    bounds = Bounds(schema)
    excesses = [[*_withdrawn_currencies(schema, row, at), *bounds.excesses(row)] for row in found.rows]
    errors = [
        RowError(place, each.field, each.code, each.message, _as_sent(each, offered[place]))
        for place, those in zip(found.places, excesses, strict=True)
        for each in those
    ]
    if not errors:
        return found
    kept = [number for number, those in enumerate(excesses) if not those]
    rows, places = [found.rows[each] for each in kept], [found.places[each] for each in kept]
    return Validated(rows, places, [*found.errors, *errors])


def _as_sent(excess: Excess, row: Mapping[str, Any]) -> Any:
    """Return the value of a limit that is exceeded as it was sent; None if it is too large to be repeated."""
    return None if excess.value is None else row.get(excess.field.removeprefix("/"), excess.value)


def _with_event_times(schema: RecordSchema, found: Validated) -> Validated:
    """Reject rows whose event time comes from another record (a label's from its decision) and is not known yet."""
    name = schema.event_time
    if name is None or schema.by_name[name].required:
        return found
    kept = [(place, row) for place, row in zip(found.places, found.rows, strict=True) if row.get(name)]
    timeless = [(place, row) for place, row in zip(found.places, found.rows, strict=True) if not row.get(name)]
    message = "the decision has not arrived yet; send its decision_timestamp, or wait for the automatic redrive"
    errors = [RowError(place, f"/{name}", DECISION_UNKNOWN, message, row["decision_id"]) for place, row in timeless]
    return Validated([row for _, row in kept], [place for place, _ in kept], [*found.errors, *errors])


def _withdrawn_currencies(schema: RecordSchema, row: dict[str, Any], at: datetime) -> Iterator[Excess]:
    """Yield the currencies of a row that were no longer valid at its own time, or at `at` if it has none."""
    for each in schema.fields:
        code = str(row.get(each.name)) if each.kind is Kind.CURRENCY else ""
        end, moment = WITHDRAWN.get(code), row.get(schema.event_time or schema.version) or at
        if end is not None and moment >= end:
            message = f"{code} was withdrawn, and is invalid from {end:%Y-%m-%d} on"
            yield Excess(f"/{each.name}", "currency", message, code)


@cache
def _validator(data_type: DataType, *, texts: bool) -> SchemaValidator:
    config = core_schema.CoreConfig(strict=not texts, str_strip_whitespace=True)
    return SchemaValidator(core_schema.list_schema(_row_schema(SCHEMAS[data_type], config, texts=texts)))


def _row_schema(schema: RecordSchema, config: core_schema.CoreConfig, *, texts: bool) -> CoreSchema:
    return core_schema.typed_dict_schema(
        {
            each.name: core_schema.typed_dict_field(
                value_schema(each, dated=each.name in schema.dated, texts=texts), required=each.required
            )
            for each in schema.fields
        },
        extra_behavior="allow",
        config=config,
    )


_CODES = {
    "missing": ("required", "is required"),
    "dict_type": ("type", "must be an object"),
    "string_type": ("type", "must be text"),
    "float_type": ("type", "must be a number"),
    "int_type": ("type", "must be a whole number"),
    "bool_type": ("type", "must be true or false"),
    "float_parsing": ("type", "must be a number"),
    "int_parsing": ("type", "must be a whole number"),
    "int_from_float": ("type", "must be a whole number"),
    "bool_parsing": ("type", "must be true or false"),
    "int_parsing_size": ("range", "must be within 64 bits"),
    "finite_number": ("range", "must be a finite number"),
    "string_too_short": ("too_short", "must not be empty"),
    "string_too_long": ("too_long", None),
    "greater_than_equal": ("range", None),
    "less_than_equal": ("range", None),
    "literal_error": ("choice", None),
    "datetime_from_date_parsing": ("timestamp", None),
    "datetime_parsing": ("timestamp", None),
}


def _pointer_step(step: str | int) -> str:
    """Return a name escaped for a JSON pointer, truncated if it is unreasonably long."""
    return str(step)[:_LONGEST_NAME].replace("~", "~0").replace("/", "~1")


def _sentence(message: str) -> str:
    return message.replace("Input should be", "must be").replace("String should have", "must have")


def _row_error(error: Any) -> RowError:
    place, *path = error["loc"]
    code, message = _CODES.get(error["type"], (error["type"], None))
    return RowError(
        row=place,
        field="".join(f"/{_pointer_step(step)}" for step in path),
        code=code,
        message=message or _sentence(error["msg"]),
        rejected_value=None if error["type"] == "missing" else error["input"],
    )
