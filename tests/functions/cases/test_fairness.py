"""A small delivery is in answers after one pass of the merge, whatever history of another source waits."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from shared.lake.parquet.columns import IngestMetadata, to_table, write_parquet
from shared.lake.storage.paths import incoming_key, incoming_prefix
from shared.records.schema import DataType
from tests.fakes.state_dump import keys
from tests.functions.cases.conftest import TODAY, Platform, line

_SALES = DataType.TRANSACTIONS
_WAITING = 520
"""Objects, more than one pass takes; a pass that took the oldest first would leave the batch behind."""


def test_a_batch_of_one_row_overtakes_the_backfill_of_another_source(platform: Platform) -> None:
    for number in range(_WAITING):
        _write_history(platform, number)
    platform.post([line(0, timestamp="2025-04-20T10:00:00Z", unit_price=7)], source_id="kiosk")

    _merge_once(platform)

    assert platform.total("revenue", "2025-04-20", "2025-04-21") == 7
    assert len(keys(platform.wired.settings, incoming_prefix(_SALES))) == _WAITING + 1 - 500


def _write_history(platform: Platform, number: int) -> None:
    """Write an object of one row to the incoming area, as the loader does; each is of another day."""
    origin, at = f"archive-{number:05}", datetime(2021, 1, 1, tzinfo=UTC) + timedelta(days=number)
    row = {
        "transaction_id": origin,
        "timestamp": at,
        "product_id": "p-1",
        "quantity": Decimal(1),
        "unit_price": Decimal(1),
    }
    stamp = IngestMetadata(source_id="archive", origin=origin, ingested_at=TODAY, reporting_currency="USD")
    platform.wired.lake.put(incoming_key(_SALES, origin), write_parquet(to_table(_SALES, [row], stamp)))


def _merge_once(platform: Platform) -> None:
    """Let the merger make one commit."""
    states = platform.wired.table_states
    before = states.get(_SALES).sequence
    platform.wired.merger.merge([_SALES], has_time=lambda: states.get(_SALES).sequence == before)
