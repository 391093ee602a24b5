"""Extracts decisions from a table as JSON texts of bounded size, for the index."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
import pyarrow as pa

from shared.decisions.models import IndexedDecision
from shared.records.schema import INGESTED_AT
from shared.records.schemas import DECISIONS
from shared.runtime.models import sortable

LARGEST_DECISION = 30_000
"""Maximum size of a decision's text in bytes; a hundred fit into one transaction."""

TRUNCATED = "truncated"
_ALWAYS = {*DECISIONS.key, DECISIONS.event_time, INGESTED_AT, "score", "outcome", "source_id", "_origin", TRUNCATED}


def extract_decisions(table: pa.Table) -> Iterator[IndexedDecision]:
    """Yield every decision of a table, in order; too large ones without their largest fields."""
    for row in table.to_pylist():
        yield IndexedDecision(
            decision_id=row["decision_id"],
            timestamp=row["timestamp"].replace(tzinfo=UTC),
            version=row[INGESTED_AT].replace(tzinfo=UTC),
            body=_truncate({name: _plain(name, value) for name, value in row.items() if value is not None}),
        )


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return sortable(value.replace(tzinfo=UTC))
    if isinstance(value, list):
        return dict(value)
    return orjson.loads(value) if name == "attributes" else value


def _truncate(decision: dict[str, Any]) -> str:
    text = orjson.dumps(decision, default=str)
    while len(text) > LARGEST_DECISION:
        sizes = {name: len(orjson.dumps(value, default=str)) for name, value in decision.items() if name not in _ALWAYS}
        largest = max(sizes, key=lambda name: sizes[name])
        del decision[largest]
        decision[TRUNCATED] = [*decision.get(TRUNCATED, []), largest]
        text = orjson.dumps(decision, default=str)
    return text.decode()
