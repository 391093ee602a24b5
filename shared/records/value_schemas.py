"""What each kind of value must be like, as schemas of pydantic's core."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from shared.records.amounts import integer_in_text, money_check, number_in_text, quantity_check
from shared.records.currencies import CURRENCIES
from shared.records.ids import LONGEST_ID
from shared.records.schema import Field, Kind
from shared.runtime.strict_json import NotStrictJson, loads

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
FUTURE_TOLERANCE = timedelta(minutes=5)
LONGEST_TEXT = 4096
"""In characters. A profile contains a few of a customer's texts and must fit a DynamoDB item of 400 KB."""

LARGEST_INTEGER = 2**63 - 1
_TIME_TEXT = r"^\d{4}-\d{2}-\d{2}([Tt ]|$)"


def value_schema(each: Field, *, dated: bool, texts: bool) -> CoreSchema:
    """Return the schema of a field's values.

    Args:
        each: the field.
        dated: whether the field orders or partitions records, so that its times have narrower bounds.
        texts: whether all values are text.
    """
    return _time_schema(dated=dated) if each.kind is Kind.TIMESTAMP else _SCHEMAS[each.kind](each, texts)


def _integer_schema(each: Field, texts: bool) -> CoreSchema:
    low = -LARGEST_INTEGER if each.minimum is None else int(each.minimum)
    whole = core_schema.int_schema(ge=low, le=LARGEST_INTEGER if each.maximum is None else int(each.maximum))
    return core_schema.no_info_before_validator_function(integer_in_text, whole) if texts else whole


def _float_schema(each: Field, texts: bool) -> CoreSchema:
    number = core_schema.float_schema(ge=each.minimum, le=each.maximum, allow_inf_nan=False)
    return core_schema.no_info_before_validator_function(number_in_text, number) if texts else number


def _feature() -> CoreSchema:
    return core_schema.union_schema(
        [
            core_schema.bool_schema(strict=True),
            core_schema.float_schema(strict=True, allow_inf_nan=False),
            core_schema.str_schema(strict=True),
        ],
        mode="left_to_right",
        custom_error_type="feature",
        custom_error_message="must be a finite number, text, true or false",
    )


def _feature_map(_: Field, texts: bool) -> CoreSchema:
    """Return the schema of a map whose null values are absent."""
    features = core_schema.dict_schema(core_schema.str_schema(), _feature())
    present = core_schema.no_info_before_validator_function(_without_nulls, features)
    return _in_text(present) if texts else present


def _number_map(_: Field, texts: bool) -> CoreSchema:
    numbers = core_schema.dict_schema(core_schema.str_schema(), core_schema.float_schema(allow_inf_nan=False))
    return _in_text(numbers) if texts else numbers


def _in_text(map_schema: CoreSchema) -> CoreSchema:
    """Accept a map as JSON text, as it is in formats whose values are all text."""
    return core_schema.no_info_before_validator_function(_object_in_text, map_schema)


def _without_nulls(value: Any) -> Any:
    return {name: each for name, each in value.items() if each is not None} if isinstance(value, dict) else value


def _object_in_text(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return loads(value)
    except NotStrictJson as error:
        raise PydanticCustomError("json", "must be a JSON object: {reason}", {"reason": str(error)}) from None


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


_SCHEMAS: dict[Kind, Callable[[Field, bool], CoreSchema]] = {
    Kind.ID: lambda _, __: core_schema.str_schema(min_length=1, max_length=LONGEST_ID),
    Kind.TEXT: lambda _, __: core_schema.str_schema(max_length=LONGEST_TEXT),
    Kind.CHOICE: lambda each, _: core_schema.literal_schema(list(each.choices)),
    Kind.CURRENCY: lambda _, __: _refusal(
        core_schema.literal_schema(list(CURRENCIES)), "currency", "must be an ISO 4217 code, e.g. EUR"
    ),
    Kind.MONEY: lambda each, _: core_schema.no_info_plain_validator_function(money_check(each)),
    Kind.QUANTITY: lambda each, texts: core_schema.no_info_plain_validator_function(quantity_check(each, texts=texts)),
    Kind.INTEGER: _integer_schema,
    Kind.NUMBER: _float_schema,
    Kind.BOOLEAN: lambda _, __: core_schema.bool_schema(),
    Kind.TEXT_MAP: _feature_map,
    Kind.NUMBER_MAP: _number_map,
}
