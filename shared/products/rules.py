"""What may be asked of products: query parameters become a question, or every failing field is named at once."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from shared.products.question import DEFAULT_LIMIT, MOST_PRODUCTS, Question, SortBy
from shared.runtime.errors import InvalidRequest
from shared.runtime.query import LONGEST_VALUE, RANGE, TIME_RANGE, Reader, choice
from shared.runtime.reading import InvalidValue

LONGEST_RANGE = timedelta(days=1096)
_PLAIN = ("category", "sort_by", "limit")
_WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)


def read_question(given: Mapping[str, Sequence[str]], now: datetime) -> Question:
    """Turn decoded query parameters into a question.

    Raises:
        InvalidRequest: a field is missing, unknown or wrong; every one of them is named.
    """
    reader = Reader.of(given, plain=_PLAIN, objects={TIME_RANGE: RANGE})
    category = reader.one("category", _category)
    sort_by = reader.one("sort_by", choice(SortBy)) or SortBy.REVENUE
    limit = reader.one("limit", _limit) or DEFAULT_LIMIT
    asked = reader.time_range()
    if asked and asked[0] > now:
        reader.refuse(TIME_RANGE, "must not start in the future")
    if asked and asked[1] - asked[0] > LONGEST_RANGE:
        reader.refuse(TIME_RANGE, f"must not be longer than {LONGEST_RANGE.days} days")
    if reader.errors or asked is None:
        raise InvalidRequest("Request validation failed", field_errors=reader.errors)
    return Question(start=asked[0], end=asked[1], category=category, sort_by=sort_by, limit=limit)


def _category(text: Any) -> str:
    if isinstance(text, str) and 0 < len(text.strip()) <= LONGEST_VALUE:
        return text.strip()
    raise InvalidValue(f"must be a text of 1 to {LONGEST_VALUE} characters")


def _limit(text: Any) -> int:
    if isinstance(text, str) and _WHOLE.fullmatch(text) and 0 < int(text) <= MOST_PRODUCTS:
        return int(text)
    raise InvalidValue(f"must be a whole number from 1 to {MOST_PRODUCTS}")
