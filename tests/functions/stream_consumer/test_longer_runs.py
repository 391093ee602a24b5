"""A run that is repeated with more records at its end, because its consumer died: what was counted stays as it was."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.app.wiring import Wiring
from shared.ingestion.stream.consumer import consume_batch
from shared.ledger.entry import LedgerEntry
from shared.sources.config_store import FRESH_FOR
from shared.sources.models import SourceConfiguration
from tests.events.kinesis import kinesis_event
from tests.fakes.clock import Clock
from tests.fakes.records import AT, sale
from tests.fakes.state_dump import dump_state, merge_all, table_rows

FATES = ("received", "loaded", "duplicate", "conflict", "quarantined", "superseded")


MAPPING = {"records": {"path": "lines[*]"}}


def _envelope(number: int, source: str = "web-shop", **fields: Any) -> dict[str, Any]:
    return _enveloped(sale(number, **fields), source)


def _enveloped(data: Mapping[str, Any], source: str = "web-shop") -> dict[str, Any]:
    return {"source_id": source, "data_type": "transactions", "timestamp": AT, "data": data}


def _consume(wired: Wiring, payloads: Sequence[Any], *, first: int = 0) -> list[str]:
    """Consume a run and merge it; return its deliveries."""
    entries = consume_batch(kinesis_event(payloads, first=first)["Records"], wired.loader)
    merge_all(wired)
    return [entry.delivery_id for entry in entries]


def _totals(wired: Wiring) -> Mapping[str, Mapping[str, int]]:
    return {
        each["source_id"]: {name: int(each[name]) for name in FATES if int(each[name])}
        for each in dump_state(wired.settings).sources
    }


def _sold(wired: Wiring) -> list[str]:
    return sorted(row["transaction_id"] for row in table_rows(wired.settings, "transactions"))


def test_a_copy_is_no_record_of_its_own_after_a_longer_repetition(wired: Wiring) -> None:
    _consume(wired, [_envelope(1)])
    _consume(wired, [_envelope(1)], first=10)

    _consume(wired, [_envelope(1), _envelope(2)], first=10)

    assert _totals(wired) == {"web-shop": {"received": 3, "loaded": 2, "duplicate": 1}}
    assert _sold(wired) == ["t-1", "t-2"]


def test_a_copied_record_stays_loaded_after_a_longer_repetition(wired: Wiring) -> None:
    _consume(wired, [_envelope(1)])
    _consume(wired, [_envelope(1)], first=10)

    _consume(wired, [_envelope(1), _envelope(2)])

    assert _totals(wired) == {"web-shop": {"received": 3, "loaded": 2, "duplicate": 1}}
    assert _sold(wired) == ["t-1", "t-2"]


def test_a_contradicted_record_stays_loaded_after_a_longer_repetition(wired: Wiring) -> None:
    _consume(wired, [_envelope(1)])
    _consume(wired, [_envelope(1, "till-7", quantity=7)], first=10)

    _consume(wired, [_envelope(1), _envelope(2)])

    assert _totals(wired) == {
        "web-shop": {"received": 2, "loaded": 2, "superseded": 1},
        "till-7": {"received": 1, "conflict": 1},
    }


def test_a_replaced_record_is_superseded_once_after_a_longer_repetition(wired: Wiring) -> None:
    _consume(wired, [_envelope(1)])
    _consume(wired, [_envelope(1, quantity=7)], first=10)

    _consume(wired, [_envelope(1), _envelope(2)])

    assert _totals(wired) == {"web-shop": {"received": 3, "loaded": 3, "superseded": 1}}


def test_what_a_repetition_adds_is_a_delivery_of_its_own_however_often_it_is_repeated(wired: Wiring) -> None:
    payloads = [_envelope(1), _envelope(2, "till-7"), {"quantity": 1}, _envelope(3), _envelope(4), _envelope(5)]
    for length in (2, 4, 5, 6):
        before = _consume(wired, payloads[:length])
        kept = dump_state(wired.settings)
        again = _consume(wired, payloads[:length])

        assert again == before
        assert dump_state(wired.settings) == kept

    assert len(set(before)) == len(before) == 6
    assert _totals(wired)["web-shop"] == {"received": 4, "loaded": 4}
    assert _totals(wired)["till-7"] == {"received": 1, "loaded": 1}
    assert _sold(wired) == ["t-1", "t-2", "t-3", "t-4", "t-5"]


def _consumed_twice_by_another_mapping(wired: Wiring, clock: Clock, payloads: Sequence[Any]) -> LedgerEntry:
    """Let the source have a mapping, consume a run twice, and return the entry of its only delivery."""
    wired.source_configs.put("web-shop", SourceConfiguration.model_validate({"mappings": {"transactions": MAPPING}}))
    clock.pass_by(FRESH_FOR)
    for _ in range(2):
        (delivery,) = _consume(wired, payloads)
    entry = wired.ledger.get(delivery)
    assert entry is not None
    return entry


def test_a_run_is_loaded_whole_if_its_documents_have_more_records_by_another_mapping(
    wired: Wiring, clock: Clock
) -> None:
    payloads = [_enveloped({"lines": [sale(number) for number in numbers]}) for numbers in ((1, 2), (3,))]
    _consume(wired, payloads[:1])

    entry = _consumed_twice_by_another_mapping(wired, clock, payloads)

    assert (entry.received, entry.outcomes.loaded, entry.quarantined) == (3, 3, 0)
    assert _sold(wired) == ["t-1", "t-2", "t-3"]


def test_a_merged_run_of_valid_records_has_more_by_another_mapping(wired: Wiring, clock: Clock) -> None:
    payloads = [_enveloped({**sale(1), "lines": [sale(1), sale(2)]})]
    _consume(wired, payloads)

    entry = _consumed_twice_by_another_mapping(wired, clock, payloads)

    assert (entry.received, entry.in_flight, entry.is_complete) == (2, 0, True)
    assert _sold(wired) == ["t-1", "t-2"]
