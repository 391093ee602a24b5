"""Filters of the quarantine and ledger routes, parsed from query parameters; all errors are reported together."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from shared.ledger.entry import UNATTRIBUTED, UNKNOWN_TYPE
from shared.records.ids import SOURCE_ID
from shared.records.schema import DataType
from shared.runtime.errors import InvalidRequest
from shared.runtime.paging import LARGEST_PAGE, LARGEST_PAGE_NUMBER, Window
from shared.runtime.query import RANGE, TIME_RANGE, Reader
from shared.runtime.reading import InvalidValue, timestamp

LONGEST_RANGE = timedelta(days=92)
DEFAULT_RANGE = timedelta(days=7)
REASON_CODE = r"[a-z][a-z0-9_]{0,49}"
DATA_TYPES = (*DataType, UNKNOWN_TYPE)
"""The data types of quarantined records: those of the data model, and that of records that cannot be read."""

_PAGE_SIZE = 20


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Selects deliveries received in a half-open range, optionally of one source and one data type."""

    start: datetime
    end: datetime
    source_id: str | None = None
    data_type: str | None = None

    @property
    def days(self) -> list[date]:
        """The UTC days that the range overlaps."""
        first, last = self.start.date(), (self.end - timedelta(milliseconds=1)).date()
        return [first + timedelta(days=number) for number in range((last - first).days + 1)]

    def matches(self, source_id: str, data_type: str, received_at: datetime) -> bool:
        """Return whether a delivery of this source, type and receipt time is selected."""
        return (
            self.source_id in {None, source_id}
            and self.data_type in {None, data_type}
            and self.start <= received_at < self.end
        )


class FilterParser:
    """Parses query parameters one by one and collects their errors."""

    def __init__(self, given: Mapping[str, Sequence[str]], *own: str) -> None:
        known = ("source_id", "data_type", "page", "size", *own)
        self._reader = Reader.of(given, plain=known, objects={TIME_RANGE: RANGE})

    def filters(self, now: datetime) -> Filters:
        """Return the filters; without a range, the last seven days."""
        source_id = self._reader.one("source_id", _source_id)
        data_type = self._reader.one("data_type", one_of(DATA_TYPES))
        end = self._reader.one(f"{TIME_RANGE}.end", timestamp)
        start = self._reader.one(f"{TIME_RANGE}.start", timestamp)
        last = end or now + timedelta(milliseconds=1)
        first = start or midnight(last - DEFAULT_RANGE)
        if first >= last:
            self._reader.refuse(TIME_RANGE, "start must be before end")
        elif last - first > LONGEST_RANGE:
            self._reader.refuse(TIME_RANGE, f"must not be longer than {LONGEST_RANGE.days} days")
        return Filters(source_id=source_id, data_type=data_type, start=first, end=last)

    def window(self) -> Window:
        """Return the requested page."""
        number = self._reader.one("page", _number(0, LARGEST_PAGE_NUMBER))
        size = self._reader.one("size", _number(1, LARGEST_PAGE))
        return Window.of_page(number or 0, size or _PAGE_SIZE)

    def one(self, name: str, read: Callable[[Any], Any]) -> Any:
        """Return a route's own parameter."""
        return self._reader.one(name, read)

    def reject(self, name: str, message: str) -> None:
        """Add an error of a parameter."""
        self._reader.refuse(name, message)

    def check(self) -> None:
        """Raise the collected errors.

        Raises:
            InvalidRequest: parameters are invalid.
        """
        if self._reader.errors:
            raise InvalidRequest("Request validation failed", field_errors=self._reader.errors)


def midnight(at: datetime) -> datetime:
    """Return the start of a day."""
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def one_of(words: Sequence[str]) -> Callable[[Any], str]:
    """Return a parser that accepts one of some values."""

    def read(text: Any) -> str:
        if text not in words:
            raise InvalidValue(f"must be one of {', '.join(words)}")
        return str(text)

    return read


def reason_code(text: Any) -> str:
    """Parse an error code.

    Raises:
        Unreadable: the text is not a valid code.
    """
    if not isinstance(text, str) or not re.fullmatch(REASON_CODE, text):
        raise InvalidValue("must be the code of an error, e.g. required or decision_unknown")
    return text


def _source_id(text: Any) -> str:
    if text != UNATTRIBUTED and not (isinstance(text, str) and re.fullmatch(SOURCE_ID, text)):
        raise InvalidValue("must be 3 to 50 letters, digits or hyphens")
    return str(text)


def _number(low: int, high: int) -> Callable[[Any], int]:
    def read(text: Any) -> int:
        if not isinstance(text, str) or not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not low <= int(text) <= high:
            raise InvalidValue(f"must be a whole number from {low} to {high}")
        return int(text)

    return read
