"""A consumer of the stream that fails for a while loses nothing, and poison among the records stops nobody."""

from tests.local.conftest import RunningPlatform
from tests.local.end_to_end.client import Client, Record, counted, data_of, sale
from tests.local.end_to_end.outages import failing
from tests.local.end_to_end.producer import message, put
from tests.local.end_to_end.waiting import until

SOURCES, EACH = ("failing-till", "failing-web", "failing-app"), 40
POISON = (b"", b"\xff\xfe\x00", b"[]", b"{", b'{"source_id":"failing-till"}', b"\x1f\x8b\x08", b"null", b"9" * 40)
CONSUMER = "stream-consumer"


def last_result(platform: RunningPlatform) -> str:
    """How the latest run of the consumer ended."""
    (mapping,) = platform.client("lambda").list_event_source_mappings(FunctionName=f"tally-local-{CONSUMER}")[
        "EventSourceMappings"
    ]
    return str(mapping.get("LastProcessingResult", ""))


def received(client: Client) -> Record:
    """How many records the ledger has of all sources, and how many of them are in quarantine."""
    totals = data_of(client.http.get("/ingest/ledger"))["totals"]
    assert totals["balanced"]
    return {name: totals[name] for name in ("received", "quarantined")}


def test_records_sent_while_the_consumer_fails_are_loaded_once_it_works(
    platform: RunningPlatform, client: Client
) -> None:
    sales = [message(source, sale(f"{source}-{number}", "2016-08-01")) for source in SOURCES for number in range(EACH)]
    platform.settle()
    before = received(client)
    with failing(platform, CONSUMER):
        put(platform, [*sales[: len(sales) // 2], *POISON, *sales[len(sales) // 2 :]])
        until(lambda: last_result(platform) not in {"", "OK", "No records processed"}, seconds=60, what="it has failed")
        assert [client.ledger(source) for source in SOURCES] == [None, None, None]

    for source in SOURCES:
        assert counted(client.ledger_of(source, EACH)) == {"loaded": EACH}
    after = received(client)
    assert after["received"] - before["received"] == len(sales) + len(POISON)
    assert after["quarantined"] - before["quarantined"] == len(POISON)
