"""Deliveries for the loader."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from shared.ingestion.delivery import Delivery
from shared.ledger.entry import DeliveryKind
from shared.records.schema import DataType
from tests.fakes.records import NOW


def delivery(
    data_type: DataType, rows: Sequence[Any], *, origin: str, at: datetime = NOW, source_id: str = "web-shop"
) -> Delivery:
    """Rows that arrived in one batch."""
    return Delivery(
        delivery_id=origin,
        kind=DeliveryKind.BATCH,
        source_id=source_id,
        data_type=data_type,
        received_at=at,
        rows=rows,
        ingested_at=at,
    )
