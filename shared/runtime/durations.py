"""Durations in requests and responses: ISO 8601 text within limits."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import CoreSchema, core_schema

_DURATION = re.compile(r"P(?=.)(\d{1,2}W|(\d{1,3}D)?(T(?=.)(\d{1,4}H)?(\d{1,5}M)?(\d{1,7}S)?)?)", re.ASCII)
_FROM_TEXT = TypeAdapter(timedelta)
_HOUR, _MINUTE = 3600, 60


def iso_8601(span: timedelta) -> str:
    """Write a duration in days, hours, minutes and seconds: `P1DT12H`, `PT15M`, `PT0S`."""
    hours, rest = divmod(span.seconds, _HOUR)
    minutes, seconds = divmod(rest, _MINUTE)
    time = "".join(f"{number}{unit}" for number, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if number)
    days = f"{span.days}D" if span.days else ""
    return f"P{days}{'T' if time else ''}{time}" if days or time else "PT0S"


@dataclass(frozen=True)
class DurationBetween:
    """A duration of weeks, days, hours, minutes or seconds between two others, as ISO 8601 text."""

    shortest: timedelta
    longest: timedelta

    def __get_pydantic_core_schema__(self, _source: Any, _handler: Any) -> CoreSchema:
        """Return the schema of a duration that is read from a text and written as one."""
        written = core_schema.plain_serializer_function_ser_schema(iso_8601)
        return core_schema.no_info_plain_validator_function(self.read, serialization=written)

    def __get_pydantic_json_schema__(self, _schema: Any, _handler: Any) -> dict[str, Any]:
        """Return the JSON schema of the text."""
        return {"type": "string", "format": "duration", "examples": ["PT15M", "P1D"]}

    def read(self, value: Any) -> timedelta:
        """Read a duration.

        Raises:
            ValueError: it is none, or beyond a limit; the message continues a sentence that begins with the field.
        """
        if isinstance(value, timedelta):
            return value
        if not isinstance(value, str) or not _DURATION.fullmatch(value):
            raise ValueError(
                "must be an ISO 8601 duration of weeks, days, hours, minutes or seconds, e.g. PT15M or P1D"
            )
        found = _FROM_TEXT.validate_python(value)
        if not self.shortest <= found <= self.longest:
            raise ValueError(f"must be between {iso_8601(self.shortest)} and {iso_8601(self.longest)}")
        return found
