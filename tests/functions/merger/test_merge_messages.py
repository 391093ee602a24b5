"""The merger's function: which data types messages name, and which messages are retried."""

from functions.merger.handler import handler
from functions.merger.messages import data_types_of, failures
from shared.app.wiring import Wiring
from shared.lake.storage.paths import cancellation_key, incoming_key
from shared.records.schema import DataType
from tests.events.api_gateway import context
from tests.events.sqs import s3_notice, s3_test_notice, sqs_event
from tests.fakes.deliveries import delivery
from tests.fakes.records import sale
from tests.fakes.state_dump import keys, table_rows

SALES, ORDERS = DataType.TRANSACTIONS, DataType.ORDERS


def test_each_message_names_the_data_types_of_its_objects() -> None:
    bodies = [
        s3_notice(incoming_key(SALES, "batch-1"), incoming_key(SALES, "batch-2"), cancellation_key(ORDERS, "batch~2")),
        s3_notice("incoming/orders/dt=2025-01-01/batch-1.parquet"),
        s3_notice(),
    ]

    found = data_types_of(sqs_event(bodies)["Records"])

    assert found == {"message-0": {SALES, ORDERS}, "message-1": {ORDERS}, "message-2": set()}


def test_notices_of_other_objects_and_test_events_name_no_data_type() -> None:
    bodies = [s3_test_notice(), s3_notice("incoming/unheard-of/a.parquet", "landing/orders/x.json.zst")]

    found = data_types_of(sqs_event(bodies)["Records"])

    assert found == {"message-0": set(), "message-1": set()}


def test_exactly_the_messages_of_skipped_data_types_are_retried() -> None:
    wanted = {"a": {SALES}, "b": {ORDERS}, "c": {SALES, ORDERS}, "d": set[DataType]()}

    assert failures(wanted, {SALES}) == {"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "c"}]}


def test_the_function_merges_what_its_messages_name(deployed: Wiring) -> None:
    deployed.loader.load(delivery(DataType.TRANSACTIONS, [sale(1)], origin="batch-1"))
    notices = [s3_notice(key) for key in keys(deployed.settings, "incoming/")]

    answer = handler(sqs_event([*notices, s3_test_notice()]), context())

    assert answer == {"batchItemFailures": []}
    assert [row["transaction_id"] for row in table_rows(deployed.settings, SALES)] == ["t-1"]
    assert keys(deployed.settings, "incoming/") == []


def test_the_function_returns_messages_it_has_no_time_for(deployed: Wiring) -> None:
    deployed.loader.load(delivery(DataType.TRANSACTIONS, [sale(1)], origin="batch-1"))
    notices = [s3_notice(key) for key in keys(deployed.settings, "incoming/")]

    answer = handler(sqs_event(notices), context(remaining_ms=1000))

    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-0"}]}


def test_rows_without_a_ledger_entry_are_counted_under_no_source(deployed: Wiring) -> None:
    deployed.loader.load(delivery(DataType.TRANSACTIONS, [sale(1)], origin="batch-1"))
    (known,) = keys(deployed.settings, "incoming/")
    stored = deployed.lake.get(known)
    assert stored is not None
    deployed.lake.put(incoming_key(SALES, "smuggled"), stored.body)

    handler(sqs_event([s3_notice(known)]), context())

    entry = deployed.ledger.get("smuggled")
    assert entry is not None
    assert (entry.source_id, entry.received, entry.in_flight) == ("unattributed", 1, 0)
    assert keys(deployed.settings, "incoming/") == []
