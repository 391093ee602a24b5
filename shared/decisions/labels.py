"""Joins labels with their decisions when they are received."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.records.validation import DECISION_UNKNOWN, RowError
from shared.runtime.models import sortable

if TYPE_CHECKING:
    from shared.decisions.index import DecisionIndex


def missing_decisions(errors: Iterable[RowError]) -> set[str]:
    """Return the ids of the decisions that rejected labels wait for."""
    return {each.rejected_value for each in errors if each.code == DECISION_UNKNOWN}


def join_decision_time(labels: Sequence[Any], index: "DecisionIndex", prefix: str = "") -> list[Any]:
    """Give labels the time of their decision if it is known, whatever time they are delivered with.

    Args:
        labels: the labels, with ids as the source has them.
        index: the known decisions.
        prefix: what the namespace of the source puts before its ids.
    """
    decided = [
        prefix + label["decision_id"].strip()
        for label in labels
        if isinstance(label, dict) and isinstance(label.get("decision_id"), str)
    ]
    known = index.times(decided) if decided else {}
    return [_with_decision_time(label, known, prefix) if isinstance(label, dict) else label for label in labels]


def _with_decision_time(label: Mapping[str, Any], known: Mapping[str, datetime], prefix: str) -> Mapping[str, Any]:
    at = known.get(prefix + str(label.get("decision_id")).strip())
    return label if at is None else {**label, "decision_timestamp": sortable(at)}
