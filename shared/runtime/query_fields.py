"""Types of query parameters that several routes have."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import (
    BeforeValidator,
    Field,
    PlainValidator,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from shared.runtime.errors import FieldError
from shared.runtime.paging import LARGEST_PAGE, LARGEST_PAGE_NUMBER, Order
from shared.runtime.query import WITHOUT_VALUE
from shared.runtime.values import time_zone, timestamp

MOST_VALUES = 100
LONGEST_VALUE = 500
TIME_RANGE = "time_range"
_ZONE = "timezone"
SPELLINGS = "Objects may also be written as `name.field=…` or as JSON, `name={…}`."

_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_DIGITS = re.compile(r"[0-9]{1,9}", re.ASCII)


def described(message: str) -> WrapValidator:
    """Replace the messages of the validators before it by one that states the whole rule."""

    def validate(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        try:
            return handler(value)
        except ValidationError:
            raise PydanticCustomError("described", message) from None

    return WrapValidator(validate)


@dataclass(frozen=True)
class OneOf:
    """A text that is one of some words."""

    words: Sequence[str]

    def __get_pydantic_core_schema__(self, _source: Any, _handler: Any) -> CoreSchema:
        """Return the schema of a literal."""
        return core_schema.literal_schema(list(map(str, self.words)))


@dataclass(frozen=True)
class WholeNumber:
    """A whole number between two others, in decimal digits: no sign, blank, point or exponent."""

    low: int
    high: int

    def __get_pydantic_core_schema__(self, _source: Any, _handler: Any) -> CoreSchema:
        """Return the schema of a number that is read from a text."""
        number = core_schema.int_schema(ge=self.low, le=self.high)
        return core_schema.no_info_before_validator_function(self._read, number)

    def _read(self, text: Any) -> int:
        if not isinstance(text, str) or not _DIGITS.fullmatch(text) or not self.low <= int(text) <= self.high:
            raise ValueError(f"must be a whole number from {self.low} to {self.high}")
        return int(text)


@dataclass(frozen=True)
class SortedBy:
    """An order as `field` or `field,direction`, by one of some fields; the direction is `asc` (default) or `desc`."""

    fields: Sequence[str]

    def __get_pydantic_core_schema__(self, _source: Any, _handler: Any) -> CoreSchema:
        """Return the schema of an order that is read from a text."""
        return core_schema.no_info_plain_validator_function(self._read)

    def __get_pydantic_json_schema__(self, _schema: Any, _handler: Any) -> dict[str, Any]:
        """Return the JSON schema of the text."""
        return {"type": "string", "pattern": f"^({'|'.join(self.fields)})(,(asc|desc))?$"}

    def _read(self, text: Any) -> Order:
        name, _, direction = str(text).partition(",")
        if name not in self.fields or direction.lower() not in {"", "asc", "desc"}:
            raise ValueError(f"must be one of {', '.join(self.fields)}, perhaps followed by ,asc or ,desc")
        return Order(name, descending=direction.lower() == "desc")


def sort_field(default: str) -> Any:
    """Return the field of a `sort` parameter; `default` says in which order items are without it."""
    return Field(default=None, description=f"Order, as `field,asc` or `field,desc` (default: {default}).")


def _boolean(text: Any) -> bool:
    if isinstance(text, str) and text.lower() in _BOOLEANS:
        return _BOOLEANS[text.lower()]
    raise ValueError("must be true or false")


def _texts(values: Sequence[Any]) -> tuple[str, ...]:
    """Read a list of texts: trimmed, each once, in order, so that equal queries are equal."""
    texts = {value.strip() for value in values if isinstance(value, str)}
    if len(values) > MOST_VALUES:
        counts = {"most": MOST_VALUES, "count": len(values)}
        raise PydanticCustomError(WITHOUT_VALUE, "must have at most {most} values, not {count}", counts)
    if not all(isinstance(value, str) for value in values):
        raise ValueError("must be a list of texts")
    if not all(0 < len(text) <= LONGEST_VALUE for text in texts):
        raise ValueError(f"must be a list of texts of 1 to {LONGEST_VALUE} characters")
    return tuple(sorted(texts))


trimmed = BeforeValidator(lambda value: value.strip() if isinstance(value, str) else value)
Boolean = Annotated[bool, BeforeValidator(_boolean), WithJsonSchema({"type": "string", "enum": ["true", "false"]})]


def _moment(text: object, info: ValidationInfo) -> datetime:
    """Read a time; a bare date is one of the zone that the query has named before, UTC by default."""
    return timestamp(text, (info.context or {}).get(_ZONE, UTC))


Moment = Annotated[datetime, BeforeValidator(_moment)]
TimeZone = Annotated[ZoneInfo, PlainValidator(time_zone), WithJsonSchema({"type": "string"})]
Texts = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=LONGEST_VALUE)], ...],
    Field(max_length=MOST_VALUES),
    described("must be a list of texts"),
    BeforeValidator(_texts),
]
PageNumber = Annotated[int, WholeNumber(0, LARGEST_PAGE_NUMBER), Field(description="Page number, starting at 0.")]
PageSize = Annotated[int, WholeNumber(1, LARGEST_PAGE), Field(description="Number of items per page.")]


def zone_of_dates(rule: str = "") -> Any:
    """Return the field of the zone of a query, which comes before the fields with its dates."""
    told = "IANA time zone (default: `UTC`). A bare date in the range is midnight in this zone."
    return Field(default=ZoneInfo("UTC"), description=f"{told} {rule}".strip(), examples=["Europe/Berlin"])


def range_start(description: str, **options: Any) -> Any:
    """Return the field of the start of a range of time."""
    examples = ["2025-01-01T00:00:00Z"]
    return Field(alias=f"{TIME_RANGE}.start", description=f"{description} {SPELLINGS}", examples=examples, **options)


def range_end(description: str = "Required. End of the range, exclusive.", **options: Any) -> Any:
    """Return the field of the end of a range of time."""
    return Field(alias=f"{TIME_RANGE}.end", description=description, examples=["2025-02-01T00:00:00Z"], **options)


def range_errors(
    valid: Mapping[str, Any], *, now: datetime | None = None, longest: timedelta | None = None
) -> Iterator[FieldError]:
    """Check that a range has an order, starts before the present moment and is not too long."""
    if not {"start", "end"} <= valid.keys():
        return
    if valid["start"] >= valid["end"]:
        yield FieldError(TIME_RANGE, "start must be before end")
        return
    if now and valid["start"] > now:
        yield FieldError(TIME_RANGE, "must not start in the future")
    if longest and valid["end"] - valid["start"] > longest:
        yield FieldError(TIME_RANGE, f"must not be longer than {longest.days} days")
