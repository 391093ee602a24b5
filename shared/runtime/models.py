"""What all models of the API share: frozen nouns, optional fields that stay away, times in UTC."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer


class Model(BaseModel):
    """A noun of the API: immutable, described, checked on the way in and on the way out."""

    model_config = ConfigDict(frozen=True)


class PageResponse(Model):
    """One page of a list (C 5.2)."""

    totalElements: int  # noqa: N815 # the contract's name
    totalPages: int  # noqa: N815 # the contract's name
    size: int
    number: int
    first: bool
    last: bool


def _absent(value: Any) -> bool:
    return value is None


T = TypeVar("T")
Optional = Annotated[T | None, Field(default=None, exclude_if=_absent)]
"""A field that a contract marks with `?`: left out of the answer when there is nothing to say."""


def utc(moment: datetime) -> datetime:
    """Read a time without a zone as UTC, and every other one in UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def rfc3339(moment: datetime) -> str:
    """Write a time as the contracts do: UTC, `Z`, milliseconds only where there are any."""
    text = utc(moment).isoformat(timespec="milliseconds" if moment.microsecond // 1000 else "seconds")
    return text.removesuffix("+00:00") + "Z"


def sortable(moment: datetime) -> str:
    """Write a time so that texts sort as times do: UTC, always with milliseconds."""
    return utc(moment).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def _in_utc(moment: datetime) -> datetime:
    try:
        return utc(moment)
    except OverflowError:
        raise ValueError("must lie within the years 1 to 9999 of UTC") from None


_DATED = re.compile(r"\d{4}-\d{2}-\d{2}([Tt ]|$)", re.ASCII)


def _dated(moment: Any) -> Any:
    """Let nothing else pass for a moment: pydantic would take numbers, too, for seconds since 1970."""
    if isinstance(moment, datetime) or (isinstance(moment, str) and _DATED.match(moment)):
        return moment
    raise ValueError("must be an RFC 3339 time or date, e.g. 2025-01-31T12:00:00Z or 2025-01-31")


Timestamp = Annotated[
    datetime,
    BeforeValidator(_dated),
    AfterValidator(_in_utc),
    PlainSerializer(rfc3339, return_type=str, when_used="json"),
]
"""A moment: RFC 3339 in, UTC with `Z` out; a bare date is midnight UTC, no zone means UTC."""


def sentence(message: str) -> str:
    """Return pydantic's message about a field in the words of this API: the field's name may precede it."""
    said = message.removeprefix("Value error, ").removeprefix("Input ").removeprefix("List ")
    return said.replace("should be", "must be").replace("should have", "must have").replace(" after validation", "")


Clock = Callable[[], datetime]
"""Whatever tells the present moment, in UTC."""


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)
