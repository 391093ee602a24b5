"""When each fraud decision was made, by id: labels that do not say it are filed under it."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.records.validation import LONGEST_ID
from shared.runtime.models import sortable

if TYPE_CHECKING:
    from types_boto3_dynamodb import DynamoDBClient

_PER_WRITE, _PER_READ, _PARALLEL = 25, 100, 8


class DecisionIndex:
    """Looks up the time of decisions in DynamoDB."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def add(self, times: Mapping[str, datetime]) -> None:
        """Remember when decisions were made; the same decision again changes nothing."""
        puts = [
            {"PutRequest": {"Item": {"decision_id": {"S": name}, "timestamp": {"S": sortable(at)}}}}
            for name, at in times.items()
        ]
        with ThreadPoolExecutor(_PARALLEL) as pool:
            list(pool.map(self._write, _chunks(puts, _PER_WRITE)))

    def times(self, decision_ids: Iterable[str]) -> dict[str, datetime]:
        """Tell when decisions were made; those nobody has heard of are left out."""
        keys = [{"decision_id": {"S": name}} for name in sorted(set(decision_ids)) if 0 < len(name) <= LONGEST_ID]
        found: dict[str, datetime] = {}
        for chunk in _chunks(keys, _PER_READ):
            waiting: Any = {self._table: {"Keys": chunk}}
            while waiting:
                answer = self._dynamodb.batch_get_item(RequestItems=waiting)
                for item in answer["Responses"].get(self._table, []):
                    found[item["decision_id"]["S"]] = datetime.fromisoformat(item["timestamp"]["S"])
                waiting = answer.get("UnprocessedKeys")
        return found

    def _write(self, puts: Sequence[Any]) -> None:
        waiting: Any = {self._table: puts}
        while waiting:
            waiting = self._dynamodb.batch_write_item(RequestItems=waiting).get("UnprocessedItems")


def filed_under_decisions(labels: Sequence[Any], index: DecisionIndex) -> list[Any]:
    """Labels as received, those that do not say when their decision was made with that time, where it is known."""
    silent = [
        label["decision_id"]
        for label in labels
        if isinstance(label, dict) and not label.get("decision_timestamp") and isinstance(label.get("decision_id"), str)
    ]
    known = index.times(silent) if silent else {}
    return [_filed(label, known) if isinstance(label, dict) else label for label in labels]


def _filed(label: Mapping[str, Any], known: Mapping[str, datetime]) -> Mapping[str, Any]:
    at = None if label.get("decision_timestamp") else known.get(str(label.get("decision_id")))
    return label if at is None else {**label, "decision_timestamp": sortable(at)}


def _chunks(items: Sequence[Any], size: int) -> list[Sequence[Any]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
