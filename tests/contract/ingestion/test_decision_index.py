"""The decision index in DynamoDB."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
import orjson

from shared.app.wiring import Wiring
from shared.decisions.index import DECISIONS_TABLE, DecisionIndex
from shared.decisions.models import IndexedDecision
from tests.fakes.records import NOW


def _index(wired: Wiring) -> DecisionIndex:
    return wired.loader.decisions


def _decision(number: int, **fields: Any) -> IndexedDecision:
    decision_id = f"d-{number}"
    body = orjson.dumps({"decision_id": decision_id, **fields}).decode()
    return IndexedDecision(
        decision_id=decision_id, timestamp=NOW + timedelta(milliseconds=number), version=NOW, body=body
    )


def test_the_time_of_a_decision_is_read_by_its_id(wired: Wiring) -> None:
    decisions = [_decision(number) for number in range(230)]
    _index(wired).add(decisions)
    _index(wired).add(decisions)

    times = {each.decision_id: each.timestamp for each in decisions}
    assert _index(wired).times([*times, *times, "nobody's"]) == times


def test_a_decision_is_read_whole_by_its_id(wired: Wiring) -> None:
    _index(wired).add([_decision(1, score=0.5), _decision(2)])

    assert _index(wired).get("d-1") == {"decision_id": "d-1", "score": 0.5}
    assert _index(wired).get("d-3") is None


def test_the_highest_version_of_a_decision_wins_in_any_order(wired: Wiring) -> None:
    old, new = _decision(1, score=0.1), replace(_decision(1, score=0.9), version=NOW + timedelta(seconds=1))
    other = _decision(2)

    _index(wired).add([new])
    _index(wired).add([old, other])
    _index(wired).add([old, new, old])

    assert [_index(wired).get(name) for name in ("d-1", "d-2")] == [
        {"decision_id": "d-1", "score": 0.9},
        {"decision_id": "d-2"},
    ]


def test_of_equal_versions_the_last_wins(wired: Wiring) -> None:
    _index(wired).add([_decision(1, score=0.1), _decision(1, score=0.2)])
    _index(wired).add([_decision(1, score=0.3)])

    assert _index(wired).get("d-1") == {"decision_id": "d-1", "score": 0.3}


def test_invalid_decision_ids_are_not_found(wired: Wiring) -> None:
    assert _index(wired).times(["", "x" * 129, "x" * 5000]) == {}
    assert _index(wired).times([]) == {}
    assert [_index(wired).get(name) for name in ("", "x" * 5000)] == [None, None]


def _due(wired: Wiring) -> dict[str, set[str]]:
    return {each.decision_id: set(each.delivery_ids) for each in _index(wired).resolved()}


def test_only_an_arriving_decision_with_waiting_labels_is_due(wired: Wiring) -> None:
    _index(wired).register_waiting({"d-1", "d-2"}, "batch-1")
    _index(wired).register_waiting({"d-1"}, "batch-2")

    before = _due(wired)
    _index(wired).add([_decision(1), _decision(3)])

    assert (before, _due(wired)) == ({}, {"d-1": {"batch-1", "batch-2"}})
    assert _index(wired).times(["d-2"]) == {}
    assert _index(wired).get("d-2") is None


def test_a_label_registered_after_its_decision_makes_it_due(wired: Wiring) -> None:
    _index(wired).add([_decision(1)])

    _index(wired).register_waiting({"d-1"}, "batch-1")

    assert _due(wired) == {"d-1": {"batch-1"}}


def test_cleared_decisions_are_not_due_unless_labels_registered_since(wired: Wiring) -> None:
    _index(wired).register_waiting({"d-1"}, "batch-1")
    _index(wired).add([_decision(1)])
    (due,) = _index(wired).resolved()

    _index(wired).register_waiting({"d-1"}, "batch-2")
    _index(wired).clear(due)
    after_one = _due(wired)
    _index(wired).clear(*_index(wired).resolved())
    _index(wired).clear(due)

    assert (after_one, _due(wired)) == ({"d-1": {"batch-2"}}, {})
    assert _index(wired).get("d-1") == {"decision_id": "d-1"}


def test_excess_deliveries_waiting_for_a_decision_are_ignored(wired: Wiring) -> None:
    index = DecisionIndex(boto3.client("dynamodb"), wired.settings.name_of(DECISIONS_TABLE), most_waiting=3)
    for number in (0, 1, 2, 3, 4, 0):
        index.register_waiting({"d-1", f"d-1{number}"}, f"batch-{number}")

    index.add([_decision(1), _decision(14)])

    assert _due(wired) == {"d-1": {"batch-0", "batch-1", "batch-2"}, "d-14": {"batch-4"}}


def _moved(wired: Wiring) -> set[str]:
    return {each.decision_id for each in _index(wired).moved()}


def _at(number: int, hour: int, *, version: int = 0) -> IndexedDecision:
    """The decision with this time, in a version."""
    return replace(_decision(number), timestamp=NOW + timedelta(hours=hour), version=NOW + timedelta(seconds=version))


def test_only_a_version_that_counts_and_has_another_time_moves_a_decision(wired: Wiring) -> None:
    _index(wired).add([_at(1, 0), _at(2, 0), _at(3, 0, version=2)])
    before = _moved(wired)
    _index(wired).add([_at(1, 1), _at(2, 0, version=1), _at(3, 1, version=1)])

    assert (before, _moved(wired)) == (set(), {"d-1"})
    assert _index(wired).times(["d-1", "d-2", "d-3"]) == {
        "d-1": NOW + timedelta(hours=1),
        "d-2": NOW,
        "d-3": NOW,
    }


def test_a_decision_that_arrives_after_its_labels_were_stored_has_moved(wired: Wiring) -> None:
    _index(wired).add([_at(1, 0)])

    times = _index(wired).times_of_labels(["d-1", "d-2"])
    before = _moved(wired)
    _index(wired).add([_at(1, 0), _at(2, 0), _at(3, 0)])

    assert times == {"d-1": NOW}
    assert (before, _moved(wired)) == (set(), {"d-2"})


def test_a_decision_that_moved_again_since_is_not_cleared(wired: Wiring) -> None:
    _index(wired).add([_at(1, 0)])
    _index(wired).add([_at(1, 1, version=1)])
    first = list(_index(wired).moved())

    _index(wired).add([_at(1, 0, version=2)])
    _index(wired).clear_moved(first)
    after_one = _moved(wired)
    _index(wired).clear_moved(list(_index(wired).moved()))
    _index(wired).add([_at(1, 0, version=3)])

    assert (after_one, _moved(wired)) == ({"d-1"}, set())


def test_a_decision_may_be_due_and_moved_at_once(wired: Wiring) -> None:
    _index(wired).register_waiting({"d-1"}, "batch-1")
    _index(wired).times_of_labels(["d-1"])
    _index(wired).add([_at(1, 0)])

    _index(wired).clear(*_index(wired).resolved())

    assert (_due(wired), _moved(wired)) == ({}, {"d-1"})
