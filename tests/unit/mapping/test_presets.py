"""Presets are found by the columns of a file, explain what does not fit them, and are overridden by what is beside."""

import csv
from pathlib import Path
from typing import Any

import pytest

from shared.mapping.model import SourceMapping
from shared.mapping.presets.catalog import UnknownPreset, looks_like, mismatch, preset, presets
from shared.mapping.presets.override import with_preset
from shared.records.schema import DataType
from shared.records.schemas import SCHEMAS

NAMES = {
    "shopify_orders_csv",
    "shopify_orders_json",
    "woocommerce_orders_csv",
    "woocommerce_orders_json",
    "stripe_charges_csv",
    "amazon_date_range_csv",
    "square_items_csv",
    "magento_orders_csv",
    "snowplow_ecommerce_events",
}
DATA = Path(__file__).parents[3] / "shared" / "mapping" / "presets"


def _overridden(data_type: DataType = DataType.TRANSACTIONS, **beside: Any) -> SourceMapping:
    mapping = SourceMapping.model_validate({"preset": "shopify_orders_csv", **beside})
    return with_preset(mapping, data_type)


def test_every_data_file_is_a_preset() -> None:
    assert {each.name for each in presets()} == NAMES == {file.stem for file in DATA.glob("*.toml")}


@pytest.mark.parametrize("found", presets(), ids=lambda each: each.name)
def test_a_preset_fills_only_fields_of_its_types_and_each_that_is_required(found: Any) -> None:
    for data_type, mapping in found.mappings.items():
        fields = SCHEMAS[data_type].by_name
        required = {name for name, field in fields.items() if field.required}
        in_record = {"quantity", "status", "customer_id"}  # of the same name in some exports

        assert mapping.targets <= fields.keys()
        assert required - in_record <= mapping.targets
        for rule in mapping.derive:
            assert {*rule.template, *rule.expressions, *rule.omit} <= fields.keys()


def test_a_file_is_recognised_by_its_columns_whatever_their_case_and_order() -> None:
    columns = ["lineitem price ", "Lineitem name", "Lineitem quantity", "SUBTOTAL", "Name", "Financial Status"]

    assert looks_like([*columns, "Created at", "Anything else"]) == "shopify_orders_csv"
    assert looks_like(columns) is None
    assert looks_like([]) is None


@pytest.mark.parametrize("created", ["Created (UTC)", "Created date (UTC)"])
def test_a_column_with_two_names_is_recognised_by_either(created: str) -> None:
    assert looks_like(["id", created, "Amount", "Amount Refunded", "Captured", "Status"]) == "stripe_charges_csv"


def test_a_file_of_another_kind_is_named() -> None:
    header = "Date,Time,Time Zone,Category,Item,Qty,SKU,Gross Sales,Discounts,Net Sales,Tax,Transaction ID"

    reason = mismatch("shopify_orders_csv", header.split(","))

    assert reason is not None
    assert reason.startswith(
        "the file is not an export of shopify_orders_csv: it lacks Name, Financial Status, Created at"
    )
    assert reason.endswith("it looks like square_items_csv")


def test_a_file_of_no_known_kind_is_described() -> None:
    assert mismatch("magento_orders_csv", ["b", "a"]) == (
        "the file is not an export of magento_orders_csv: it lacks ID, Purchase Point, Purchase Date, Grand Total "
        "(Base), Status, Subtotal, Total Refunded; it has a, b"
    )


def test_the_export_of_a_preset_fits_it(shop_files: Path) -> None:
    with (shop_files / "square_items.csv").open(newline="") as file:
        assert mismatch("square_items_csv", next(csv.reader(file))) is None


@pytest.fixture
def shop_files() -> Path:
    """The exports of made-up shops."""
    return Path(__file__).parents[2] / "functions" / "presets" / "files"


def test_an_unknown_preset_lists_the_known_ones() -> None:
    with pytest.raises(UnknownPreset, match="must be one of amazon_date_range_csv, magento_orders_csv, "):
        preset("shopify")


def test_a_preset_without_the_data_type_says_which_it_has() -> None:
    with pytest.raises(UnknownPreset, match="has no inventory; shopify_orders_csv has transactions, orders"):
        _overridden(DataType.INVENTORY)


def test_a_mapping_without_a_preset_is_unchanged() -> None:
    mapping = SourceMapping(constants={"currency": "EUR"})

    assert with_preset(mapping, DataType.TRANSACTIONS) is mapping


def test_a_field_filled_beside_the_preset_is_filled_in_no_other_way() -> None:
    by_column = _overridden(columns={"Barcode": "product_id"})
    by_constant = _overridden(constants={"channel": "pop-up", "customer_id": "nobody"})

    assert by_column.columns["Barcode"] == "product_id"
    assert "product_id" not in by_column.expressions
    assert by_constant.constants == {"channel": "pop-up", "customer_id": "nobody"}
    assert not {"channel", "customer_id"} & {*by_constant.columns.values()}


def test_a_field_filled_beside_the_preset_takes_no_share_of_an_amount_either() -> None:
    found = _overridden(expressions={"tax": "`My tax`"}, constants={"shipping": 0})

    assert [share.to for share in found.allocate] == ["discount"]
    assert {share.to for share in _overridden().allocate} == {"discount", "tax", "shipping"}


def test_a_word_is_replaced_whatever_its_case() -> None:
    found = _overridden(values={"status": {" Paid": "pending"}})

    assert found.values["status"][" Paid"] == "pending"
    assert "paid" not in found.values["status"]


def test_entries_are_replaced_one_by_one_and_lists_as_a_whole() -> None:
    found = _overridden(values={"status": {"pending": "pending"}}, drop=[], timezone="Europe/Berlin")

    assert found.values["status"]["pending"] == "pending"
    assert found.values["status"]["voided"] == "cancelled"
    assert found.drop == []
    assert found.timezone == "Europe/Berlin"
    assert found.computed == preset("shopify_orders_csv").mappings[DataType.TRANSACTIONS].computed


def test_what_is_left_out_beside_a_preset_is_that_of_the_preset() -> None:
    found = _overridden()

    assert found.preset == "shopify_orders_csv"
    assert found.model_copy(update={"preset": None}) == preset(found.preset).mappings[DataType.TRANSACTIONS]
