"""What may be asked about quality: query parameters become a question, or every failing field is named at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.records.schema import DataType
from shared.runtime.errors import InvalidRequest
from shared.runtime.query import RANGE, TIME_RANGE, Reader, choice
from shared.runtime.reading import InvalidValue

LONGEST = timedelta(days=366)
_LONGEST_ID = 50


@dataclass(frozen=True, kw_only=True)
class Question:
    """Whose deliveries, of which type, received when: in the hours that a half-open range touches."""

    start: datetime
    end: datetime
    source_id: str | None = None
    data_type: DataType | None = None


def read_question(given: Mapping[str, Sequence[str]]) -> Question:
    """Turn decoded query parameters into a question.

    Raises:
        InvalidRequest: a field is missing, unknown or wrong; every one of them is named.
    """
    reader = Reader.of(given, plain=("source_id", "data_type"), objects={TIME_RANGE: RANGE})
    source_id = reader.one("source_id", _source_id)
    data_type = reader.one("data_type", choice(DataType))
    asked = reader.time_range()
    if asked and asked[1] - asked[0] > LONGEST:
        reader.refuse(TIME_RANGE, f"must not be longer than {LONGEST.days} days")
    if reader.errors or asked is None:
        raise InvalidRequest("Request validation failed", field_errors=reader.errors)
    return Question(start=asked[0], end=asked[1], source_id=source_id, data_type=data_type)


def _source_id(text: Any) -> str:
    if isinstance(text, str) and 0 < len(text) <= _LONGEST_ID:
        return text
    raise InvalidValue(f"must be a source id of at most {_LONGEST_ID} characters")
