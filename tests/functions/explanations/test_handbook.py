"""Explanations of the handbook's card transactions: every one of the logistic model, and what drives cohorts."""

from collections import Counter
from datetime import datetime
from itertools import islice

import orjson
import pytest

from shared.explanations.decision import explain
from shared.fraud.cohort_ids import CohortId, Dimension
from shared.lake.parquet.columns import to_table
from shared.lake.quarantine.decisions import extract_decisions
from shared.records.schema import DataType
from tests.functions.explanations.conftest import Explainer
from tests.functions.explanations.oracle import expected_drivers
from tests.functions.metrics.lake import STAMP
from tests.handbook import FEATURES, Record, decisions, needs_handbook

pytestmark = needs_handbook


@pytest.fixture(scope="module", params=[31, pytest.param(1, marks=pytest.mark.thorough)])
def rows(request: pytest.FixtureRequest) -> list[Record]:
    """One in 31 decisions of the logistic model, or all of them."""
    found = islice(decisions("score_lr"), 0, None, request.param)
    return [row | {"timestamp": datetime.fromisoformat(row["timestamp"])} for row in found]


def test_the_attributions_of_every_decision_add_up_to_its_score_in_log_odds(rows: list[Record]) -> None:
    stored = extract_decisions(to_table(DataType.DECISIONS, rows, STAMP))

    found = Counter((told.unit, told.exact) for told in (explain(orjson.loads(each.body)) for each in stored))

    assert found == {("log_odds", True): len(rows)}


@pytest.mark.parametrize(("dimension", "value"), [(Dimension.CHANNEL, "web"), (Dimension.RISK_BAND, "critical")])
def test_the_drivers_of_a_cohort_equal_those_that_pandas_and_scipy_compute(
    explainer: Explainer, rows: list[Record], dimension: Dimension, value: str
) -> None:
    explainer.lake.merge(DataType.DECISIONS, rows)
    end = rows[-1]["timestamp"]
    before = [row for row in rows if row["timestamp"] < end]
    expected = expected_drivers(before, lambda row: row[dimension] == value, len(FEATURES))

    body = explainer.drivers(CohortId(dimension, value, rows[0]["timestamp"], end), limit="100").body

    assert (body["decisions"], body["restDecisions"]) == (expected.decisions, expected.rest_decisions)
    for found, each in zip(body["topDrivers"], expected.drivers, strict=True):
        assert found.pop("feature") == each.pop("feature")
        assert found.pop("interval") == pytest.approx(each.pop("interval"), rel=1e-7, abs=1e-9)
        assert found == pytest.approx(each, rel=1e-7, abs=1e-9)
