"""A decision is kept whole under its id, as long as it is small enough to be read at once."""

from decimal import Decimal
from typing import Any

import orjson

from shared.decisions.models import IndexedDecision
from shared.lake.parquet.columns import IngestMetadata, to_table
from shared.lake.quarantine.decisions import LARGEST_DECISION, extract_decisions
from shared.records.schema import DataType
from tests.fakes.records import AT, NOW, good


def _kept(**fields: Any) -> tuple[IndexedDecision, dict[str, Any]]:
    row = good(DataType.DECISIONS, timestamp=NOW, **fields)
    stamp = IngestMetadata(source_id="risk-1", ingested_at=NOW, origin="batch-1", reporting_currency="USD")
    (decision,) = extract_decisions(to_table(DataType.DECISIONS, [row], stamp))
    return decision, orjson.loads(decision.body)


def test_all_fields_of_a_decision_are_stored() -> None:
    features = {"amount_7d": 12.5, "country": "DE"}

    decision, told = _kept(amount=Decimal("19.90"), features=features, attributions={"amount_7d": 0.25}, rule="r-7")

    assert (decision.decision_id, decision.timestamp, decision.version) == ("d-1", NOW, NOW)
    assert {name: told[name] for name in ("score", "outcome", "amount", "source_id", "timestamp")} == {
        "score": 0.5,
        "outcome": "review",
        "amount": "19.900000",
        "source_id": "risk-1",
        "timestamp": "2025-03-01T12:00:00.000Z",
    }
    assert told["features"] == {"amount_7d": "12.5", "country": '"DE"'}
    assert (told["attributions"], told["attributes"]) == ({"amount_7d": 0.25}, {"rule": "r-7"})


def test_an_oversized_decision_omits_its_largest_fields_by_name() -> None:
    features = {f"f-{number}": "x" * 100 for number in range(1000)}

    decision, told = _kept(features=features, merchant="m" * 40_000, note=AT, channel="web")

    assert len(decision.body) <= LARGEST_DECISION
    assert told["truncated"] == ["features", "merchant"]
    assert (told["decision_id"], told["channel"], told["attributes"]) == ("d-1", "web", {"note": AT})
