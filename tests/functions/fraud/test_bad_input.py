"""What is wrong with a question about fraud is named, all at once, in the dialect of the contract."""

import pytest

from tests.functions.fraud.conftest import Client
from tests.handbook import needs_handbook

pytestmark = needs_handbook

RANGE = {"startDate": "2018-08-01", "endDate": "2018-08-02"}
TRICK = "x' OR 1=1 --"


@pytest.mark.parametrize(
    ("path", "asked", "failing"),
    [
        ("metrics", {"startDate": "2018-08-02", "endDate": "2018-08-01"}, {"endDate"}),
        ("metrics", {"startDate": "2018-08-01"}, {"endDate"}),
        ("metrics", {**RANGE, "includeLatency": "maybe", "asOf": "tomorrow"}, {"includeLatency", "asOf"}),
        ("metrics/precision-recall", {}, {"startDate", "endDate"}),
        ("cohorts", {**RANGE}, {"dimension"}),
        ("cohorts", {**RANGE, "dimension": TRICK, "minCount": "0"}, {"dimension", "minCount"}),
        ("cohorts", {**RANGE, "dimension": "merchant", "minCount": "-1"}, {"minCount"}),
        ("cohorts", {**RANGE, "dimension": "merchant", "minCount": "1" * 30}, {"minCount"}),
        ("cohorts/compare", {}, {"cohortIds"}),
        ("cohorts/compare", {"cohortIds": "one"}, {"cohortIds"}),
        ("cohorts/compare", {"cohortIds": ",".join("abcdefghijklmnopqrstu")}, {"cohortIds"}),
        ("cohorts/compare", {"cohortIds": "one,one"}, {"cohortIds"}),
        ("cohorts/compare", {"cohortIds": f"{TRICK},two", "metrics": "precision,beauty"}, {"cohortIds", "metrics"}),
        ("explain/confusion-matrix", {**RANGE, "granularity": "second"}, {"granularity"}),
        (
            "explain/confusion-matrix",
            {"startDate": "2000-01-01", "endDate": "2018-01-01", "granularity": "hour"},
            {"granularity"},
        ),
    ],
)
def test_every_wrong_parameter_is_named(client: Client, path: str, asked: dict[str, str], failing: set[str]) -> None:
    assert client.get(path, **asked).failing.keys() == failing


def test_a_question_of_both_contracts_is_refused_in_the_first_one(client: Client) -> None:
    answer = client.get("metrics", **RANGE, metric_type="revenue")

    assert (answer.status, answer.body["error"]["code"]) == (400, "VALIDATION_ERROR")


def test_an_unknown_metric_lists_the_known_ones(client: Client) -> None:
    message = client.get("cohorts/compare", cohortIds="a,b", metrics="beauty").failing["metrics"]

    assert "beauty" in message
    assert "f1Score" in message
    assert "fraudLoss" in message
