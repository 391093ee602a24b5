"""Incoming objects that cannot be read stay where they are, and hold up nothing else."""

from shared.app.wiring import Wiring
from shared.lake.storage.paths import incoming_key
from shared.records.schema import DataType
from tests.fakes.deliveries import delivery
from tests.fakes.records import sale
from tests.fakes.state_dump import keys, table_rows

SALES = DataType.TRANSACTIONS


def test_rows_of_a_damaged_object_stay_in_flight_and_others_are_merged(wired: Wiring) -> None:
    for number in (1, 2):
        wired.loader.load(delivery(SALES, [sale(number)], origin=f"batch-{number}"))
    damaged = incoming_key(SALES, "batch-1")
    stored = wired.lake.get(damaged)
    assert stored is not None
    wired.lake.put(damaged, stored.body[:20] + bytes(60) + stored.body[80:])

    for _ in range(2):
        assert wired.merger.merge({SALES}, has_time=lambda: True) == set()

    assert [row["transaction_id"] for row in table_rows(wired.settings, SALES)] == ["t-2"]
    assert keys(wired.settings, "incoming/") == [damaged]
    in_flight, merged = wired.ledger.get("batch-1"), wired.ledger.get("batch-2")
    assert in_flight is not None
    assert merged is not None
    assert (in_flight.in_flight, merged.is_complete) == (1, True)
