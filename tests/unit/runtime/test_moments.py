"""Times are accepted in RFC 3339 form only."""

from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.runtime.models import Timestamp

MOMENTS: TypeAdapter[datetime] = TypeAdapter(Timestamp)


@pytest.mark.parametrize(
    "written",
    ["2025-01-31", "2025-01-31T00:00:00Z", "2025-01-31t00:00Z", "2025-01-31 02:00:00+02:00", "2025-01-31T00:00:00"],
)
def test_dates_and_times_without_a_zone_are_read_in_utc(written: str) -> None:
    assert MOMENTS.validate_python(written) == datetime(2025, 1, 31, tzinfo=UTC)


@pytest.mark.parametrize("number", ["0.5", "1738281600", 1738281600, 0.5, True, "1738281600000", "2025-01-31x", ""])
def test_a_number_is_not_a_time(number: object) -> None:
    with pytest.raises(ValidationError, match="must be an RFC 3339 time or date"):
        MOMENTS.validate_python(number)
