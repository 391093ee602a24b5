"""Features of decisions keep their types, from the batch to the lake and the index."""

from datetime import timedelta
from typing import Any

from shared.app.wiring import Wiring
from shared.records.features import decode
from shared.records.schema import DataType
from tests.fakes.clock import Clock
from tests.fakes.records import NOW, good
from tests.fakes.state_dump import merge_all, table_rows
from tests.functions.ingest.conftest import Call

FEATURES = {"visits": 1, "visits.text": "1", "new": True, "new.text": "true", "größe": 0.5, "n" * 200: "NaN", "-": None}
TYPED = {name: value for name, value in FEATURES.items() if value is not None}


def _decision(decision_id: str, **fields: Any) -> dict[str, Any]:
    return good(DataType.DECISIONS, decision_id=decision_id, **{"features": FEATURES, **fields})


def _in_lake(wired: Wiring) -> dict[str, dict[str, Any]]:
    merge_all(wired)
    rows = table_rows(wired.settings, "decisions")
    return {row["decision_id"]: {name: decode(stored) for name, stored in row["features"]} for row in rows}


def _same(found: dict[str, Any], expected: dict[str, Any]) -> bool:
    """Whether values and their types are equal; 1 equals True in Python."""
    return found == expected and {name: type(found[name]) for name in found} == {
        name: type(expected[name]) for name in expected
    }


def test_features_keep_their_types_in_the_lake_and_in_the_index(wired: Wiring, submit: Call) -> None:
    answer = submit([_decision("d-1")], "decisions")

    assert answer.data["validation_status"] == "passed"
    assert _same(_in_lake(wired)["d-1"], TYPED)
    assert _same((wired.decisions.get("d-1") or {})["features"], TYPED)


def test_features_of_a_text_format_are_json_text(wired: Wiring, submit: Call) -> None:
    row = {name: str(value) for name, value in _decision("d-1").items()}
    text = '{"visits": 1, "visits.text": "1", "new": true, "gone": null}'

    answer = submit([row | {"features": text, "attributions": '{"visits": 0.25}'}], "decisions", format="csv")

    assert answer.data["validation_status"] == "passed"
    assert _same(_in_lake(wired)["d-1"], {"visits": 1, "visits.text": "1", "new": True})
    assert (wired.decisions.get("d-1") or {})["attributions"] == {"visits": 0.25}


def test_features_keep_their_types_in_quarantine(wired: Wiring, clock: Clock, submit: Call, call: Call) -> None:
    soon = f"{NOW + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    on_time = [_decision(f"d-0{number}") for number in range(9)]
    submit([*on_time, _decision("d-1", timestamp=soon)], "decisions")
    clock.pass_by(timedelta(hours=2))

    redriven = call("POST", "/ingest/quarantine/redrive", body={"code": "in_future"}).data

    assert redriven["accepted"] == 1
    assert _same(_in_lake(wired)["d-1"], TYPED)
    assert _same((wired.decisions.get("d-1") or {})["features"], TYPED)


def test_a_value_of_another_type_is_another_content(wired: Wiring, clock: Clock, submit: Call) -> None:
    batches = []
    for value in (1, "1", "1"):
        batches.append(submit([_decision("d-1", features={"x": value})], "decisions"))
        merge_all(wired)
        clock.pass_by(timedelta(seconds=1))

    entries = [wired.ledger.get(each.data["batch_id"]) for each in batches]
    assert [each.outcomes.duplicate for each in entries if each] == [0, 0, 1]
    assert _in_lake(wired) == {"d-1": {"x": "1"}}


def test_features_of_a_mapped_source_keep_their_types(wired: Wiring, call: Call, submit: Call) -> None:
    mapping = {"columns": {"Id": "decision_id"}}
    call("PUT", "/ingest/sources/web-shop", body={"mappings": {"decisions": mapping}})
    row = _decision("d-1")

    answer = submit([{"Id": row.pop("decision_id"), **row}], "decisions")

    assert answer.data["validation_status"] == "passed"
    assert _same(_in_lake(wired)["d-1"], TYPED)
