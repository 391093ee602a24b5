"""Whole decisions out of a table of them, as texts that are small enough to be read one by one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
import pyarrow as pa

from shared.records.catalogue import DECISIONS
from shared.records.schema import INGESTED_AT
from shared.runtime.models import sortable

LARGEST_DECISION = 30_000
"""Bytes that the text of a decision has at most: a hundred of them fit into one transaction."""

TRUNCATED = "truncated"
_ALWAYS = {*DECISIONS.key, DECISIONS.event_time, INGESTED_AT, "score", "outcome", "source_id", "_origin", TRUNCATED}


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A decision: when it was made, which version of it this is, and all that it says, as JSON text."""

    decision_id: str
    timestamp: datetime
    version: datetime
    body: str


def decisions_in(table: pa.Table) -> Iterator[Decision]:
    """Every decision of a table, in its order; of one that is too large, without its largest fields."""
    for row in table.to_pylist():
        yield Decision(
            decision_id=row["decision_id"],
            timestamp=row["timestamp"].replace(tzinfo=UTC),
            version=row[INGESTED_AT].replace(tzinfo=UTC),
            body=_bounded({name: _plain(name, value) for name, value in row.items() if value is not None}),
        )


def _plain(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return sortable(value.replace(tzinfo=UTC))
    if isinstance(value, list):
        return dict(value)
    return orjson.loads(value) if name == "attributes" else value


def _bounded(decision: dict[str, Any]) -> str:
    text = orjson.dumps(decision, default=str)
    while len(text) > LARGEST_DECISION:
        sizes = {name: len(orjson.dumps(value, default=str)) for name, value in decision.items() if name not in _ALWAYS}
        largest = max(sizes, key=lambda name: sizes[name])
        del decision[largest]
        decision[TRUNCATED] = [*decision.get(TRUNCATED, []), largest]
        text = orjson.dumps(decision, default=str)
    return text.decode()
