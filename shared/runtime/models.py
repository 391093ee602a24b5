"""Base types of all API models: immutable models, optional fields that are omitted, timestamps in UTC."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer
from pydantic.alias_generators import to_camel


class Model(BaseModel):
    """Base class of API models: immutable, validated in requests and in responses."""

    model_config = ConfigDict(frozen=True)


class CamelModel(Model):
    """Base class of the models of the Fraud contract, whose fields are camelCase in JSON."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class PageResponse(Model):
    """One page of a list."""

    totalElements: int = Field(description="Number of items on all pages.")  # noqa: N815 # the contract's name
    totalPages: int = Field(description="Number of pages.")  # noqa: N815 # the contract's name
    size: int = Field(description="Number of items per page, as requested.")
    number: int = Field(description="Number of this page, starting at 0.")
    first: bool = Field(description="Whether this is the first page.")
    last: bool = Field(description="Whether this is the last page.")


def _absent(value: Any) -> bool:
    return value is None


T = TypeVar("T")
Optional = Annotated[T | None, Field(default=None, exclude_if=_absent)]
"""A field that a contract marks with `?`: omitted from the response when it has no value."""


def utc(moment: datetime) -> datetime:
    """Convert a time to UTC; a time without a zone is taken as UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def rfc3339(moment: datetime) -> str:
    """Format a time as the contracts do: UTC with `Z`, and milliseconds only if they are not zero."""
    text = utc(moment).isoformat(timespec="milliseconds" if moment.microsecond // 1000 else "seconds")
    return text.removesuffix("+00:00") + "Z"


def sortable(moment: datetime) -> str:
    """Format a time so that text order equals time order: UTC, always with milliseconds."""
    return utc(moment).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def _in_utc(moment: datetime) -> datetime:
    try:
        return utc(moment)
    except OverflowError:
        raise ValueError("must be in the years 1 to 9999 UTC") from None


_DATED = re.compile(r"\d{4}-\d{2}-\d{2}([Tt ]|$)", re.ASCII)


def _require_date(moment: Any) -> Any:
    """Accept only dates and times: pydantic would also read numbers, as seconds since 1970."""
    if isinstance(moment, datetime) or (isinstance(moment, str) and _DATED.match(moment)):
        return moment
    raise ValueError("must be an RFC 3339 time or date, e.g. 2025-01-31T12:00:00Z or 2025-01-31")


Timestamp = Annotated[
    datetime,
    BeforeValidator(_require_date),
    AfterValidator(_in_utc),
    PlainSerializer(rfc3339, return_type=str, when_used="json"),
]
"""A point in time: RFC 3339 in, UTC with `Z` out. A bare date is midnight UTC; no zone means UTC."""


Clock = Callable[[], datetime]
"""A function that returns the current time in UTC."""


def now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)
