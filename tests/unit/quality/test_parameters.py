"""What may be asked about quality, in every spelling, and every mistake at once."""

from datetime import UTC, datetime

import pytest

from shared.quality.parameters import QualityQuery
from shared.quality.question import QualityQuestion
from shared.records.schema import DataType
from shared.runtime.errors import InvalidRequest

MARCH = QualityQuestion(start=datetime(2025, 3, 1, tzinfo=UTC), end=datetime(2025, 4, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "spelled",
    [
        {"time_range[start]": ["2025-03-01"], "time_range[end]": ["2025-04-01"]},
        {"time_range.start": ["2025-03-01T00:00:00Z"], "time_range.end": ["2025-04-01T02:00:00+02:00"]},
        {"time_range": ['{"start": "2025-03-01", "end": "2025-04-01"}']},
    ],
)
def test_every_spelling_of_a_range_is_the_same_query(spelled: dict[str, list[str]]) -> None:
    assert QualityQuery.read(spelled).question == MARCH


def test_source_and_type_may_be_given() -> None:
    asked = QualityQuery.read(
        {"time_range": ['{"start": "2025-03-01", "end": "2025-04-01"}'], "source_id": ["till"], "data_type": ["events"]}
    )

    assert (asked.source_id, asked.data_type) == ("till", DataType.EVENTS)


def test_all_errors_are_reported_together() -> None:
    with pytest.raises(InvalidRequest) as refused:
        QualityQuery.read(
            {"data_type": ["profits"], "source_id": ["a", "b"], "from": ["x"], "time_range[end]": ["soon"]}
        )

    assert {each.field for each in refused.value.field_errors} == {
        "data_type",
        "source_id",
        "from",
        "time_range.start",
        "time_range.end",
    }


@pytest.mark.parametrize(("start", "end"), [("2025-03-01", "2025-03-01"), ("2023-01-01", "2025-03-01")])
def test_a_range_is_ordered_and_bounded(start: str, end: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        QualityQuery.read({"time_range[start]": [start], "time_range[end]": [end]})

    assert [each.field for each in refused.value.field_errors] == ["time_range"]
