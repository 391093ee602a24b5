"""Records in several places of a document, alternatives for columns, and sums over lists."""

from typing import Any

import pytest
from pydantic import ValidationError

from shared.mapping.explosion import Misplaced, explode, take_fields
from shared.mapping.paths import Path
from shared.mapping.record_paths import RecordPaths

ORDER = {
    "name": "#1",
    "currency": "EUR",
    "lines": [{"id": 1, "taxes": [{"price": "1.10"}, {"price": 2}]}, {"id": 2, "taxes": []}],
    "refunds": [{"at": "Monday", "items": [{"id": 3}]}, {"at": "Tuesday", "items": []}],
}
LINES: dict[str, Any] = {
    "path": "lines[*]",
    "also": ["refunds[*].items[*]"],
    "fields": {"order": ["^.name", "^^.name"], "at": "^.at"},
    "sums": {"tax": "taxes[*].price"},
}


def rows(*documents: Any, within: Path | None = None, **paths: Any) -> list[Any]:
    found = RecordPaths.model_validate(paths)
    records = [record for each in documents for record in explode(each, found, path=within).records]
    return [row if isinstance(row, Misplaced) else dict(row) for row in take_fields(records, found)]


def test_records_of_all_places_follow_each_other_document_by_document() -> None:
    other = {"name": "#2", "lines": [{"id": 4}]}

    found = rows(ORDER, other, **LINES)

    assert [(row["order"], row["id"], row.get("at")) for row in found] == [
        ("#1", 1, None),
        ("#1", 2, None),
        ("#1", 3, "Monday"),
        ("#2", 4, None),
    ]


def test_the_records_of_an_order_stay_together_where_several_are_wrapped() -> None:
    """Groups are consecutive rows, so all lines and refunds of one order come before those of the next."""
    wrapped = {"orders": [ORDER, {**ORDER, "name": "#2"}]}
    inner: dict[str, Any] = {**LINES, "path": "orders[*].lines[*]", "also": ["orders[*].refunds[*].items[*]"]}

    assert [row["order"] for row in rows(wrapped, **inner)] == ["#1"] * 3 + ["#2"] * 3


def test_a_wrapper_that_was_found_precedes_all_paths() -> None:
    found = rows({"orders": [ORDER, ORDER]}, within=_wrapped(), **LINES)

    assert [row["id"] for row in found] == [1, 2, 3, 1, 2, 3]


def _wrapped() -> Path:
    paths = RecordPaths(path="orders[*].lines[*]")
    assert paths.record_path is not None
    return paths.record_path


def test_only_the_main_place_must_exist() -> None:
    found = rows({"name": "#1", "refunds": [{"items": [{"id": 3}]}]}, **LINES)

    assert isinstance(found[0], Misplaced)
    assert [row["id"] for row in found[1:]] == [3]


def test_what_is_of_another_kind_is_never_ignored() -> None:
    found = rows({**ORDER, "refunds": "none"}, **LINES)

    assert [isinstance(row, Misplaced) for row in found] == [False, False, True]


@pytest.mark.parametrize("products", [{}, {"products": []}, {"products": None}])
def test_a_document_without_records_can_be_one_itself(products: dict[str, Any]) -> None:
    event = {"event": "view", **products}
    paths: dict[str, Any] = {"path": "products[*]", "or_document": True, "fields": {"type": ["^.event", "event"]}}

    with_products = rows({"event": "sale", "products": [{"id": 1}, {"id": 2}]}, **paths)

    assert [row["type"] for row in with_products] == ["sale", "sale"]
    assert [row["type"] for row in rows(event, **paths)] == ["view"]


@pytest.mark.parametrize(
    ("values", "total"),
    [([1.1, "2.20", None, 3], "6.3"), ([], None), ([None], None), (["1", "two"], "1 + two"), (["1e2"], "100")],
)
def test_numbers_of_a_list_are_added_up_exactly(values: list[Any], total: str | None) -> None:
    """What is not a number is kept, so that it becomes an error where the column is used."""
    document = {"lines": [{"price": each} for each in values]}

    assert rows(document, sums={"total": "lines[*].price"})[0].get("total") == total


def test_of_several_sums_the_first_with_a_number_counts() -> None:
    paths: dict[str, Any] = {"path": "lines[*]", "sums": {"fee": ["fees[*].price", "^.fees[*].price"]}}

    found = rows({"fees": [{"price": 5}, {"price": "0.50"}], "lines": [{"fees": [{"price": 1}]}, {}]}, **paths)

    assert [row["fee"] for row in found] == ["1", "5.5"]


@pytest.mark.parametrize(
    ("paths", "message"),
    [
        ({"also": ["lines[*]"]}, "also and or_document need a `path`"),
        ({"or_document": True}, "also and or_document need a `path`"),
        ({"path": "orders/order", "also": ["orders/refund"]}, "for JSON, not for paths with /"),
        ({"sums": {"tax": "^.taxes[*].price"}}, "sums.tax needs a parent"),
        ({"path": "lines[*]", "fields": {"tax": ["taxes[*].price"]}}, "add values up in sums"),
        ({"path": "lines[*]", "fields": {"tax": []}}, "or a list of up to 10"),
    ],
)
def test_paths_that_lead_nowhere_are_refused(paths: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        RecordPaths.model_validate(paths)
