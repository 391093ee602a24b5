"""The roll-ups of fixed rows are those of the numbered definition: whoever changes a value raises the number."""

import hashlib

import pyarrow as pa
import pytest

from shared.lake.catalog.rollup_tables import definition_of
from shared.lake.parquet.columns import IngestMetadata, to_table
from shared.lake.rollups.compute import roll_up
from shared.lake.rollups.products import VERSIONS, category_intervals
from shared.lake.rollups.sale_lines import with_catalogue_categories
from shared.records.schema import DataType
from shared.records.validation import Form, validate
from tests.fakes.records import NOW, good

STAMP = IngestMetadata(source_id="shop", ingested_at=NOW, origin="batch", reporting_currency="USD")
ROWS: dict[DataType, list[dict[str, object]]] = {
    DataType.TRANSACTIONS: [
        {"transaction_id": "t-1", "discount": 1, "tax": 2, "shipping": 3, "unit_cost": 4, "customer_id": "c"},
        {"transaction_id": "t-2", "quantity": -1, "discount": -1, "tax": 2, "channel": "web", "product_name": "Mug"},
        {"transaction_id": "t-3", "product_category": "gifts", "currency": "EUR", "order_id": "t-1"},
        {"transaction_id": "t-4", "status": "cancelled"},
    ],
    DataType.INVENTORY: [{"quantity_on_hand": -2, "unit_cost": 4}, {"location": "north", "reserved": 1}],
    DataType.EVENTS: [
        {"event_id": "e-1", "event_type": "product_view", "product_id": "p-1"},
        {"event_id": "e-2", "event_type": "purchase", "product_id": "p-1", "region": "EU"},
    ],
    DataType.DECISIONS: [
        {"decision_id": "d-1", "amount": 12.5, "features": {"age": 5, "new": True, "channel": "web", "score": "1"}},
        {"decision_id": "d-2", "model_version": "m", "score": 0, "attributions": {"age": -0.25}},
    ],
}
DIGESTS = {
    (DataType.TRANSACTIONS, 2): "fd76eb2914e3a38f",
    (DataType.INVENTORY, 1): "f1afd53666676cd1",
    (DataType.EVENTS, 1): "c7fb6b0e946d82c3",
    (DataType.DECISIONS, 1): "c49b8f91d3afffa8",
}


@pytest.mark.parametrize("data_type", ROWS)
def test_another_roll_up_of_the_same_rows_has_another_number(data_type: DataType) -> None:
    checked = validate(data_type, [good(data_type, **row) for row in ROWS[data_type]], form=Form.TYPED, at=NOW)
    rows = to_table(data_type, checked.rows, STAMP)
    if data_type is DataType.TRANSACTIONS:
        tea = {"product_id": "p-1", "updated_at": NOW.replace(tzinfo=None), "category": "tea"}
        rows = with_catalogue_categories(rows, category_intervals(pa.Table.from_pylist([tea], VERSIONS)))

    made = {name: table.to_pylist() for name, table in sorted(roll_up(data_type, rows).items())}

    digest = hashlib.sha256(repr(made).encode()).hexdigest()[:16]
    assert digest == DIGESTS[data_type, definition_of(data_type)]
