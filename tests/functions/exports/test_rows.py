"""The rows of exports are the numbers of the API, and decisions those of the lake."""

import csv
import io
from collections.abc import Mapping
from typing import Any

import orjson
import pandas as pd
import pytest

from shared.fraud.models import Kpis
from tests.functions.exports.conftest import Reply, World
from tests.functions.exports.decisions import FORMULAS, NOW, RANGE, decisions, labels
from tests.oracles import fraud

KPIS = [field.alias for field in Kpis.model_fields.values()]
BY_MERCHANT: dict[str, Any] = {"dimension": "merchant", "minCount": 1}
EXPORTS = [("metrics", {}), ("cohorts", BY_MERCHANT), ("decisions", {})]


def read_csv(reply: Reply) -> list[dict[str, str]]:
    assert reply.status == 200, reply.content
    return list(csv.DictReader(io.StringIO(reply.content.decode(), newline=""), strict=True))


def number(text: str) -> float | None:
    return float(text) if text else None


def at(body: Mapping[str, Any], path: str) -> Any:
    for name in path.split("."):
        body = body[name]
    return body


def test_every_metric_equals_the_answer_of_its_route(world: World) -> None:
    answer = world.ask("metrics")

    rows = {each["metric"]: each for each in read_csv(world.export("metrics"))}

    assert set(KPIS) < rows.keys()
    for name, row in rows.items():
        found = at(answer, name)
        if name.startswith("estimated.") and name != "estimated.excluded":
            limits, found = found["interval"], found["value"]
        else:
            limits = answer["bounds"].get(name)
        assert number(row["value"]) == found, name
        assert [number(row["low"]), number(row["high"])] == (limits or [None, None]), name


def test_no_number_of_the_metrics_is_missing(world: World) -> None:
    answer = world.ask("metrics")
    elsewhere = {"bounds", "costParameters", "currency", "dataFreshness", "startDate", "endDate"}

    rows = {row["metric"].partition(".")[0] for row in world.export("metrics", "json").body["rows"]}

    assert rows == answer.keys() - elsewhere


def test_metrics_without_latency_are_those_of_the_route_without_latency(world: World) -> None:
    rows = world.export("metrics", "json", includeLatency=False, includeThroughput="false").body["rows"]

    assert not [row for row in rows if row["metric"].startswith(("latency", "throughput"))]


def test_every_cohort_equals_the_answer_of_its_route(world: World) -> None:
    answer = world.ask("cohorts", dimension="merchant", minCount="1")["cohorts"]

    rows = world.export("cohorts", "json", **BY_MERCHANT).body["rows"]

    assert [{name: row[name] for name in ("id", "name", "dimension", "count", "share")} for row in rows] == [
        {name: each[name] for name in ("id", "name", "dimension", "count", "share")} for each in answer
    ]
    assert [{name: row[name] for name in KPIS} for row in rows] == [each["metrics"] for each in answer]
    for row, each in zip(rows, answer, strict=True):
        for name, interval in each["intervals"].items():
            assert [row[f"{name}Low"], row[f"{name}High"]] == (interval or [None, None])


def test_decisions_are_exported_as_stored_in_their_order(world: World) -> None:
    rows = world.export("decisions", "json").body["rows"]
    sent = sorted(decisions(), key=lambda each: (each["timestamp"], each["decision_id"]))

    assert [row["decisionId"] for row in rows] == [each["decision_id"] for each in sent]
    for row, each in zip(rows, sent, strict=True):
        assert pd.Timestamp(row["timestamp"]) == each["timestamp"]
        assert {name: row[name] for name in ("score", "outcome", "merchant", "channel", "geography", "amount")} == {
            name: each[name] for name in ("score", "outcome", "merchant", "channel", "geography", "amount")
        }
        assert (row["features"], row["attributions"], row["baseValue"]) == (
            each["features"],
            each["attributions"],
            each["base_value"],
        )
        assert (row["sourceId"], row["ingestedAt"] > RANGE["startDate"]) == ("till", True)


def test_types_of_features_are_kept(world: World) -> None:
    features = next(row["features"] for row in world.export("decisions", "json").body["rows"] if row["features"])

    assert [(value, type(value)) for value in list(features.values())[:5]] == [
        (1, int),
        (0.5, float),
        (True, bool),
        ("1", str),
        ("true", str),
    ]


@pytest.mark.parametrize("as_of", [NOW, pd.Timestamp("2025-10-20T00:00:00Z").to_pydatetime()])
def test_labels_and_their_states_are_those_of_the_time(world: World, as_of: Any) -> None:
    truth = fraud.truths(decisions(), labels(), as_of)

    rows = world.export("decisions", "json", asOf=as_of.isoformat()).body["rows"]

    assert {(row["decisionId"], row["label"], row["labelState"]) for row in rows} == {
        (each["decision_id"], each["label"], each["state"])
        for each in truth.astype({"label": object}).where(truth.notna(), None).to_dict("records")
    }


def test_the_newest_decisions_have_the_labels_of_the_dashboard(world: World) -> None:
    newest = world.ask("dashboard")["recentDecisions"]

    rows = {row["decisionId"]: row for row in world.export("decisions", "json").body["rows"]}

    assert len(newest) == 20
    for each in newest:
        assert {name: rows[each["decisionId"]][name] for name in each} == each


def test_decisions_of_an_investigation_are_exported_alone(world: World) -> None:
    rows = world.export("decisions", "json", investigationId="case 7").body["rows"]

    assert [row["decisionId"] for row in rows] == [
        each["decision_id"]
        for each in sorted(decisions(), key=lambda it: (it["timestamp"], it["decision_id"]))
        if each["investigation_id"]
    ]


def test_a_range_without_decisions_is_an_empty_file(world: World) -> None:
    before: dict[str, Any] = {"startDate": "2001-01-01", "endDate": "2001-01-02"}

    assert world.export("decisions", "json", **before).body["rows"] == []
    assert read_csv(world.export("decisions", **before)) == []


@pytest.mark.parametrize(("data_type", "filters"), EXPORTS)
def test_csv_and_json_have_the_same_rows(world: World, data_type: str, filters: dict[str, Any]) -> None:
    as_json = world.export(data_type, "json", **filters)
    as_csv = read_csv(world.export(data_type, **filters))
    frame = pd.read_csv(
        io.BytesIO(world.export(data_type, **filters).content), dtype=str, keep_default_na=False, na_values=[]
    )

    assert as_json.body["manifest"]["rows"] == len(as_json.body["rows"]) == len(as_csv) > 0
    assert frame.to_dict("records") == as_csv
    for row, cells in zip(as_json.body["rows"], as_csv, strict=True):
        assert row.keys() == cells.keys()
        for name, value in row.items():
            assert same(value, cells[name]), (name, value, cells[name])


def same(value: Any, cell: str) -> bool:
    """Whether a cell of a CSV file has a value."""
    if value is None:
        return cell == ""
    if isinstance(value, str):
        return cell == (f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value)
    if isinstance(value, bool):
        return cell == str(value).lower()
    return bool(value == (orjson.loads(cell) if isinstance(value, dict) else float(cell)))


def test_no_text_cell_is_a_formula_and_numbers_keep_their_minus(world: World) -> None:
    rows = read_csv(world.export("decisions"))

    merchants = {row["merchant"] for row in rows}
    assert {f"'{each}" for each in FORMULAS} <= merchants
    assert not merchants & set(FORMULAS)
    assert not [row for row in rows if row["decisionId"].startswith("-")]
    assert {row["baseValue"] for row in rows} == {"", "-1.5"}


def test_lines_end_as_rfc_4180_says_and_the_text_is_utf_8(world: World) -> None:
    reply = world.export("cohorts", **BY_MERCHANT)

    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    assert reply.content.split(b"\r\n")[0].startswith(b"id,name,dimension,count,share,precision,")
    assert reply.content.endswith(b"\r\n")
    assert "Café 中文 🛒" in reply.content.decode()
