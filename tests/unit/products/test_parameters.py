"""What may be asked of products, and how what may not is refused: every failing field at once."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest

from shared.products.dependencies import TABLES
from shared.products.parameters import ProductQuery
from shared.products.question import ProductQuestion, SortBy
from shared.runtime.errors import InvalidRequest

NOW = datetime(2025, 6, 1, tzinfo=UTC)
MARCH = {"time_range[start]": ["2025-03-01"], "time_range[end]": ["2025-04-01"]}


def _asked(given: Mapping[str, Sequence[str]]) -> ProductQuestion:
    return ProductQuery.read(given, now=NOW).question


def refused(given: Mapping[str, Sequence[str]]) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as caught:
        _asked(given)
    return {each.field: each.message for each in caught.value.field_errors}


def test_only_the_range_is_required() -> None:
    asked = _asked(MARCH)

    assert asked == ProductQuestion(
        start=datetime(2025, 3, 1, tzinfo=UTC),
        end=datetime(2025, 4, 1, tzinfo=UTC),
        category=None,
        sort_by=SortBy.REVENUE,
        limit=50,
    )


@pytest.mark.parametrize(
    "spelled",
    [
        {"time_range.start": ["2025-03-01"], "time_range.end": ["2025-04-01T02:00:00+02:00"]},
        {"time_range": ['{"start": "2025-03-01", "end": "2025-04-01"}']},
    ],
)
def test_every_spelling_of_a_range_is_accepted(spelled: Mapping[str, Sequence[str]]) -> None:
    assert _asked(spelled) == _asked(MARCH)


def test_all_parameters_are_accepted() -> None:
    asked = _asked({**MARCH, "category": ["  Kräuter & mehr "], "sort_by": ["margin"], "limit": ["500"]})

    assert (asked.category, asked.sort_by, asked.limit) == ("Kräuter & mehr", SortBy.MARGIN, 500)


def test_snapshots_may_be_chosen_for_every_table_of_the_report() -> None:
    chosen = dict.fromkeys(TABLES, 7)
    text = ",".join(f"{name}:{snapshot}" for name, snapshot in chosen.items())

    assert _asked({**MARCH, "as_of_snapshots": [text]}).as_of == chosen


@pytest.mark.parametrize("table", ["customers", "sales_daily_by_product"])
def test_snapshots_of_other_tables_are_refused(table: str) -> None:
    message = refused({**MARCH, "as_of_snapshots": [f"{table}:7"]})["as_of_snapshots"]

    assert message.startswith(f"{table} is not a table that product performance depends on")


def test_every_failing_field_is_named_at_once() -> None:
    given = {"category": [" "], "sort_by": ["profit"], "limit": ["501"], "page": ["2"], "time_range[start]": ["soon"]}

    assert refused(given).keys() == {"category", "sort_by", "limit", "page", "time_range.start", "time_range.end"}


@pytest.mark.parametrize("limit", ["0", "501", "-1", "ten", "", "1.5", "1e2", "٣", "9" * 5000])
def test_a_limit_is_a_whole_number_up_to_500(limit: str) -> None:
    assert refused({**MARCH, "limit": [limit]}) == {"limit": "must be a whole number from 1 to 500"}


@pytest.mark.parametrize("field", ["category", "sort_by", "limit"])
def test_a_single_valued_parameter_is_given_once(field: str) -> None:
    assert refused({**MARCH, field: ["1", "2"]}) == {field: "must have one value, not 2"}


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("2025-04-01", "2025-03-01", "start must be before end"),
        ("2025-03-01", "2025-03-01", "start must be before end"),
        ("2025-06-01T00:00:00.001Z", "2025-07-01", "must not start in the future"),
        ("2022-03-01", "2025-03-02", "longer than 1096 days"),
    ],
)
def test_a_range_is_ordered_begins_in_the_past_and_is_bounded(start: str, end: str, said: str) -> None:
    assert said in refused({"time_range[start]": [start], "time_range[end]": [end]})["time_range"]


def test_the_longest_range_is_accepted_and_may_end_in_the_future() -> None:
    asked = _asked({"time_range[start]": ["2022-06-03"], "time_range[end]": ["2025-06-03"]})

    assert (asked.end - asked.start).days == 1096


def test_a_category_containing_sql_is_plain_text() -> None:
    hostile = "x') OR 1=1; DROP TABLE products; --"

    assert _asked({**MARCH, "category": [hostile]}).category == hostile
