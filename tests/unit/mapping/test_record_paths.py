"""Paths to records and into them: parsed strictly, with every record's parents at hand."""

import io
from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from shared.ingestion.nested_records import explode_all
from shared.lake.files.options import FileFormat, FileOptions
from shared.lake.files.reader import read_parts
from shared.mapping import explosion
from shared.mapping.explosion import LARGEST_EXPLOSION, MOST_RECORDS, Misplaced, explode, take_fields
from shared.mapping.paths import EACH, parse_path, value_at
from shared.mapping.record_paths import RecordPaths
from shared.records.schema import DataType

ORDER: dict[str, Any] = {
    "id": 7,
    "currency": "EUR",
    "customer": {"id": "c-1"},
    "shipping_lines": [{"price": "4.00"}],
    "line_items": [{"sku": "MUG", "quantity": 2}, {"sku": "PEN", "properties": {"a.b": 1}}],
}


def _records(document: Any, path: str, **fields: str) -> list[Any]:
    paths = RecordPaths(path=path, fields=fields)
    return list(take_fields(explode(document, paths).records, paths))


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("orders[*].line_items[*]", ("orders", EACH, "line_items", EACH)),
        ("$.data.orders[0]", ("data", "orders", 0)),
        ("$[*].line_items", ("line_items",)),
        ("[*].line_items", ("line_items",)),
        ("""["a.b"].c['d e']""", ("a.b", "c", "d e")),
        ("Order Lines[*]", ("Order Lines", EACH)),
        ("order/items/item", ("order", "items", "item")),
        ("price/@currency", ("price", "currency")),
    ],
)
def test_a_path_is_parsed_into_steps(text: str, steps: tuple[Any, ...]) -> None:
    assert parse_path(text).steps == steps


@pytest.mark.parametrize(
    "text",
    ["$", "[*]", "^", "a..b", ".a", "a.", "a[", "a[-1]", "a[x]", "a b]", "/a", "a//b", "@a/b", "^a/b", "a.*", "^.[0]"],
)
def test_a_malformed_path_is_refused_when_it_is_configured(text: str) -> None:
    with pytest.raises(ValidationError, match=r"must|cannot be parsed"):
        RecordPaths(path="lines[*]", fields={"x": text})


@pytest.mark.parametrize(
    ("configured", "reason"),
    [
        ({"path": "^.lines[*]"}, "must start at the document"),
        ({"path": "lines[*]", "fields": {"x": "taxes[*].rate"}}, "must lead to one value"),
        ({"fields": {"x": "^.currency"}}, "fields.x needs a parent"),
        ({"path": "lines[*]", "fields": {"x": "^^^^^^.a"}}, "must go up 5 parents at most"),
    ],
)
def test_paths_that_mean_nothing_are_refused(configured: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        RecordPaths.model_validate(configured)


def test_an_order_becomes_a_record_for_each_line_with_fields_of_its_parents() -> None:
    document = {"shop": "north", "orders": [ORDER, {**ORDER, "id": 8, "line_items": []}]}

    found = _records(
        document,
        "orders[*].line_items[*]",
        order_id="^.id",
        currency="^.currency",
        customer_id="^.customer.id",
        shipping="^.shipping_lines[0].price",
        shop="^^.shop",
        gift='properties["a.b"]',
    )

    shared = {"order_id": 7, "currency": "EUR", "customer_id": "c-1", "shipping": "4.00", "shop": "north"}
    assert found == [
        {"sku": "MUG", "quantity": 2} | shared,
        {"sku": "PEN", "properties": {"a.b": 1}, "gift": 1} | shared,
    ]


def test_a_path_to_a_list_means_its_elements() -> None:
    assert _records({"orders": [{"id": 1}, {"id": 2}]}, "orders") == [{"id": 1}, {"id": 2}]


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"line_items": None}, "line_items is missing or of another kind"),
        ({"lines": []}, "line_items is missing or of another kind"),
        ([{"line_items": []}], "line_items is missing or of another kind"),
        ({"line_items": {"sku": "MUG"}}, "line_items[*] is missing or of another kind"),
        ({"line_items": ["MUG"]}, "line_items[*] is not an object"),
    ],
    ids=str,
)
def test_a_document_without_the_records_is_set_aside_with_a_reason(document: Any, reason: str) -> None:
    (found,) = explode(document, RecordPaths(path="line_items[*]")).records

    assert isinstance(found, Misplaced)
    assert found.reason == reason


def test_one_order_without_lines_does_not_cost_those_of_other_orders() -> None:
    found = explode({"orders": [{"id": 1}, ORDER]}, RecordPaths(path="orders[*].line_items[*]")).records

    assert [type(each) for each in found] == [Misplaced, dict, dict]


def test_a_stored_record_keeps_its_parents_so_that_it_can_be_mapped_again() -> None:
    paths = RecordPaths(path="line_items[*]", fields={"currency": "^.currency"})
    stored = list(explode(ORDER, paths).records)
    corrected = RecordPaths(path="line_items[*]", fields={"money": "^.currency", "order": "^.id"})

    assert [(row["money"], row["order"], "^" in row) for row in take_fields(stored, corrected)] == [
        ("EUR", 7, False),
        ("EUR", 7, False),
    ]


def test_large_parents_of_many_records_are_refused_instead_of_multiplied() -> None:
    document = {"note": "x" * 100_000, "lines": [{"a": 1}] * (LARGEST_EXPLOSION // 100_000 + 10)}

    (found,) = explode(document, RecordPaths(path="lines[*]")).records

    assert isinstance(found, Misplaced)
    assert str(MOST_RECORDS) in found.reason


def test_more_records_than_a_document_may_have_are_refused() -> None:
    (found,) = explode({"id": 1, "lines": [{}] * (MOST_RECORDS + 1)}, RecordPaths(path="lines[*]")).records

    assert isinstance(found, Misplaced)
    assert found.value == {"id": 1}
    assert explosion.NO_RECORDS == "record_path"


def test_an_element_with_attributes_gives_its_text() -> None:
    row = {"price": {"currency": "EUR", "#text": "9.50"}}

    assert (value_at(row, parse_path("price/@currency")), value_at({"b": row}, parse_path("b/price"))) == (
        "EUR",
        "9.50",
    )


def test_documents_that_are_large_together_are_refused_one_by_one() -> None:
    large = {"note": "x" * 60_000, "lines": [{} for _ in range(900)]}
    small = {"note": "y", "lines": [{"sku": "MUG"}]}

    found = explode_all([large, large, small], RecordPaths(path="lines[*]"), DataType.TRANSACTIONS)

    assert (len(found.rows), found.documents[-1]) == (901, 2)
    assert [(each.place, each.code) for each in found.malformed] == [(900, "record_path")]


def test_the_documents_of_a_file_are_cut_into_parts_that_fit_memory() -> None:
    line = orjson.dumps({"note": "x" * 60_000, "lines": [{"n": number} for number in range(300)]})
    options = FileOptions(format=FileFormat.JSON, records=RecordPaths(path="lines[*]"))

    parts = list(read_parts(io.BytesIO(b"\n".join([line] * 6)), options))

    assert [each.received for each in parts] == [300] * 6
    assert [place for each in parts for place in each.places] == list(range(1, 1801))
