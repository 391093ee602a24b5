"""Validates the rows of a delivery against the data model, all at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from pydantic_core import CoreSchema, PydanticCustomError, SchemaValidator, ValidationError, core_schema

from shared.records.bounds import Bounds
from shared.records.currencies import ISO_4217
from shared.records.schema import DataType, Field, Kind, RecordSchema
from shared.records.schemas import SCHEMAS

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
FUTURE_TOLERANCE = timedelta(minutes=5)
LONGEST_ID = 128
LONGEST_TEXT = 4096
"""In characters. A profile contains a few of a customer's texts and must fit a DynamoDB item of 400 KB."""
MONEY_BOUND = 1e12 - 1
QUANTITY_BOUND = 1e9
DECISION_UNKNOWN = "decision_unknown"
"""Error code of a label whose decision has not arrived; the rejected value is the id of the decision."""

_MONEY_TEXT = r"^-?((\d{1,11}|[0-8]\d{11})(\.\d{1,18})?|9\d{11}(\.\d{1,6}0{0,12})?)$"  # below 10^12 when rounded
LARGEST_INTEGER = 2**63 - 1
_LONGEST_NAME = 200
_TIME_TEXT = r"^\d{4}-\d{2}-\d{2}([Tt ]|$)"


class Form(StrEnum):
    """How values are written: typed as in JSON, or all as text as in CSV and XML."""

    TYPED = "typed"
    TEXT = "text"


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
    validator, latest = _validator(data_type, form), at + FUTURE_TOLERANCE
    offered = [_without_blanks(row) for row in rows] if form is Form.TEXT else rows
    try:
        found = Validated(validator.validate_python(offered, context=latest), range(len(offered)))
    except ValidationError as failure:
        errors = [_row_error(error) for error in failure.errors(include_url=False)]
        rejected = {error.row for error in errors}
        places = [place for place in range(len(offered)) if place not in rejected]
        good = validator.validate_python([offered[place] for place in places], context=latest)
        found = Validated(good, places, errors)
    return _with_event_times(SCHEMAS[data_type], _within_bounds(SCHEMAS[data_type], found))


def _within_bounds(schema: RecordSchema, found: Validated) -> Validated:
    """Reject rows that exceed a size limit, individually or together."""
    bounds = Bounds(schema)
    excesses = [bounds.excesses(row) for row in found.rows]
    errors = [
        RowError(place, each.field, each.code, each.message, each.value)
        for place, those in zip(found.places, excesses, strict=True)
        for each in those
    ]
    if not errors:
        return found
    kept = [number for number, those in enumerate(excesses) if not those]
    rows, places = [found.rows[each] for each in kept], [found.places[each] for each in kept]
    return Validated(rows, places, [*found.errors, *errors])


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


def _without_blanks(row: Any) -> Any:
    return {name: value for name, value in row.items() if value not in ("", None)} if isinstance(row, dict) else row


@cache
def _validator(data_type: DataType, form: Form) -> SchemaValidator:
    config = core_schema.CoreConfig(strict=form is Form.TYPED, str_strip_whitespace=True)
    return SchemaValidator(core_schema.list_schema(_row_schema(SCHEMAS[data_type], config)))


def _row_schema(schema: RecordSchema, config: core_schema.CoreConfig) -> CoreSchema:
    dated = {schema.event_time, schema.version}
    return core_schema.typed_dict_schema(
        {
            each.name: core_schema.typed_dict_field(
                _value_schema(each, dated=each.name in dated), required=each.required
            )
            for each in schema.fields
        },
        extra_behavior="allow",
        config=config,
    )


def _value_schema(each: Field, *, dated: bool) -> CoreSchema:
    value = _time_schema(dated=dated) if each.kind is Kind.TIMESTAMP else _SCHEMAS[each.kind](each)
    return value if each.required else core_schema.nullable_schema(value)


def _quantity_schema(each: Field) -> CoreSchema:
    low = -QUANTITY_BOUND if each.minimum is None else each.minimum
    return core_schema.float_schema(ge=low, le=QUANTITY_BOUND, allow_inf_nan=False)


def _integer_schema(each: Field) -> CoreSchema:
    low = -LARGEST_INTEGER if each.minimum is None else int(each.minimum)
    return core_schema.int_schema(ge=low, le=LARGEST_INTEGER if each.maximum is None else int(each.maximum))


def _number_or_text() -> CoreSchema:
    return core_schema.union_schema(
        [core_schema.float_schema(strict=True, allow_inf_nan=False), core_schema.str_schema(strict=True)],
        mode="left_to_right",
        custom_error_type="number_or_text",
        custom_error_message="must be a number or text",
    )


def money_text(each: Field) -> str:
    """Return an amount as text."""
    return _MONEY_TEXT if each.minimum is None else _MONEY_TEXT.replace("-?", "")


def _money_schema(each: Field) -> CoreSchema:
    low = -MONEY_BOUND if each.minimum is None else each.minimum
    return core_schema.union_schema(
        [
            core_schema.float_schema(strict=True, ge=low, le=MONEY_BOUND, allow_inf_nan=False),
            core_schema.str_schema(strict=True, strip_whitespace=True, pattern=money_text(each)),
        ],
        mode="left_to_right",
        custom_error_type="money",
        custom_error_message=f"must be an amount from {low:.0f} to below 10^12, as a number or decimal text",
    )


def _time_schema(*, dated: bool) -> CoreSchema:
    time = core_schema.chain_schema(
        [
            _refusal(
                core_schema.str_schema(strict=True, strip_whitespace=True, pattern=_TIME_TEXT),
                "timestamp",
                "must be an RFC 3339 time, e.g. 2025-01-31T12:00:00Z",
            ),
            core_schema.datetime_schema(strict=False, microseconds_precision="truncate"),
        ]
    )
    return core_schema.with_info_after_validator_function(_check_range if dated else _to_utc, time)


def _refusal(schema: CoreSchema, code: str, message: str) -> CoreSchema:
    return core_schema.custom_error_schema(schema, custom_error_type=code, custom_error_message=message)


def _to_utc(moment: datetime, _: core_schema.ValidationInfo) -> datetime:
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("timestamp", "must be in the years 1 to 9999 UTC") from None


def _check_range(moment: datetime, info: core_schema.ValidationInfo) -> datetime:
    zoned = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    if zoned > info.context:  # type: ignore[operator] # the context is the latest moment allowed
        raise PydanticCustomError("in_future", "must not be more than 5 minutes in the future")
    if zoned < EARLIEST:
        raise PydanticCustomError("before_1990", "must not be before 1990")
    return zoned


_SCHEMAS: dict[Kind, Callable[[Field], CoreSchema]] = {
    Kind.ID: lambda _: core_schema.str_schema(min_length=1, max_length=LONGEST_ID),
    Kind.TEXT: lambda _: core_schema.str_schema(max_length=LONGEST_TEXT),
    Kind.CHOICE: lambda each: core_schema.literal_schema(list(each.choices)),
    Kind.CURRENCY: lambda _: _refusal(
        core_schema.literal_schema(list(ISO_4217)), "currency", "must be an ISO 4217 code, e.g. EUR"
    ),
    Kind.MONEY: _money_schema,
    Kind.QUANTITY: _quantity_schema,
    Kind.INTEGER: _integer_schema,
    Kind.NUMBER: lambda each: core_schema.float_schema(ge=each.minimum, le=each.maximum, allow_inf_nan=False),
    Kind.BOOLEAN: lambda _: core_schema.bool_schema(),
    Kind.TEXT_MAP: lambda _: core_schema.dict_schema(core_schema.str_schema(), _number_or_text()),
    Kind.NUMBER_MAP: lambda _: core_schema.dict_schema(
        core_schema.str_schema(), core_schema.float_schema(allow_inf_nan=False)
    ),
}

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
