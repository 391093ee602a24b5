"""Exports of experiments: a row for each variant, with the numbers of the route of the experiment."""

import io
from typing import Any

import pandas as pd
import pypdf
import pytest

from shared.fraud.models import Kpis
from tests.functions.exports.conftest import World

KPIS = [field.alias or name for name, field in Kpis.model_fields.items()]
_VARIANTS = [
    {"id": "control", "name": "As today", "isControl": True, "allocation": 0.5},
    {"id": "treatment", "name": '=HYPERLINK("x")', "allocation": 0.5, "configuration": {"review": 0.45}},
]


@pytest.fixture
def tested(world: World) -> World:
    """A world in which the experiment of the decisions runs, another one is a draft, and one ran before."""
    if world.wired.experiments.find("earlier") is not None:  # of an earlier test: the lake is that of all of them
        return world
    define(world, "threshold", start="2025-09-01T00:00:00Z")
    world.experiment("POST", "/threshold/start")
    define(world, "idea")
    define(world, "earlier", start="2025-01-01T00:00:00Z", end="2025-02-01T00:00:00Z")
    world.experiment("POST", "/earlier/start")
    return world


def define(world: World, experiment_id: str, start: str | None = None, end: str | None = None) -> None:
    body = {"id": experiment_id, "name": experiment_id.title(), "variants": _VARIANTS, "primaryMetric": "approvalRate"}
    world.experiment(
        "POST", body={**body, **({"startDate": start} if start else {}), **({"endDate": end} if end else {})}
    )


def test_every_variant_equals_the_answer_of_its_experiment(tested: World) -> None:
    results = tested.experiment("GET", "/threshold")["results"]

    rows = tested.export("experiments", "json").body["rows"]

    assert [(each["experimentId"], each["variantId"], each["isControl"]) for each in rows] == [
        ("threshold", "control", True),
        ("threshold", "treatment", False),
    ]
    for row, variant in zip(rows, results["variants"], strict=True):
        assert {name: row[name] for name in KPIS} == variant["metrics"]
        assert (row["decisions"], row["units"]) == (variant["decisions"], variant["units"])
        assert (row["recommendation"], row["mismatchPValue"]) == (
            results["recommendation"],
            results["sampleRatioMismatch"]["pValue"],
        )
    (compared,) = [each for each in results["comparisons"] if each["metric"] == "approvalRate"]
    assert rows[1]["difference"] == compared["difference"]
    assert [rows[1]["low"], rows[1]["high"]] == (compared["interval"] or [None, None])
    assert rows[0]["difference"] is None


def test_the_control_has_the_decisions_of_its_variant(tested: World) -> None:
    control, treatment = tested.export("experiments", "json").body["rows"]

    assert (control["decisions"], control["units"]) == (200, 25)
    assert (treatment["decisions"], treatment["units"]) == (0, 0)


def test_csv_has_the_same_cells_and_no_formulas(tested: World) -> None:
    rows = tested.export("experiments", "json").body["rows"]

    table = pd.read_csv(io.BytesIO(tested.export("experiments").content))

    assert list(table["variantName"]) == ["As today", '\'=HYPERLINK("x")']
    assert list(table["approvalRate"].dropna()) == [each["approvalRate"] for each in rows if each["decisions"]]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"status": "running"}, {"threshold"}),
        ({"status": "completed"}, set()),
        ({"experimentId": "earlier"}, set()),
        ({"startDate": "2025-01-15T00:00:00Z"}, {"threshold", "earlier"}),
    ],
)
def test_filters_choose_experiments(tested: World, filters: dict[str, Any], found: set[str]) -> None:
    rows = tested.export("experiments", "json", **filters).body["rows"]

    assert {each["experimentId"] for each in rows} == found


def test_an_experiment_without_decisions_has_no_results(tested: World) -> None:
    rows = tested.export("experiments", "json", startDate="2025-01-15T00:00:00Z", experimentId="earlier").body["rows"]

    assert [(each["decisions"], each["approvalRate"], each["recommendation"]) for each in rows] == [(0, None, None)] * 2


def test_wrong_filters_are_named(world: World) -> None:
    reply = world.export("experiments", status="over", dimension="merchant")

    assert reply.fields.keys() == {"filters.status", "filters.dimension"}


def test_a_document_has_the_variants_and_their_rates(tested: World) -> None:
    reply = tested.export("experiments", "pdf")

    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(reply.content)).pages)
    assert reply.headers["x-export-rows"] == "2"
    assert "threshold: control" in text
    assert "Approval rate" in text
    assert tested.export("experiments", "pdf").content == reply.content
