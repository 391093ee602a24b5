"""Every field of the contract's examples is there, with its type."""

import json
from typing import Any

import pytest

from tests.functions.fraud.conftest import Client
from tests.handbook import needs_handbook

pytestmark = needs_handbook

RANGE = {"startDate": "2018-07-28T00:00:00Z", "endDate": "2018-08-09T00:00:00Z"}
EXAMPLES = {
    "dashboard": """{
      "kpis": {"precision": 0.85, "recall": 0.92, "f1Score": 0.88, "captureRate": 0.92, "approvalRate": 0.75,
        "falsePositiveCost": 12500.50, "chargebackRate": 0.02, "decisionThroughput": 45.2},
      "trends": [{"metric": "precision", "dataPoints": [{"timestamp": "2025-11-01T00:00:00Z", "value": 0.83}]}],
      "recentDecisions": [], "pipelineHealth": []
    }""",
    "metrics/precision-recall": """{
      "precision": 0.85, "recall": 0.92, "f1Score": 0.88,
      "truePositives": 920, "falsePositives": 150, "trueNegatives": 8500, "falseNegatives": 80
    }""",
    "explain/confusion-matrix": """{
      "matrix": [{"timestamp": "2025-11-01T00:00:00Z", "truePositives": 920, "falsePositives": 150,
        "trueNegatives": 8500, "falseNegatives": 80}]
    }""",
}


def _has(told: Any, example: Any) -> None:
    """Check that a response has every field of an example, with its type."""
    if isinstance(example, dict):
        assert example.keys() <= told.keys()
        for name, value in example.items():
            _has(told[name], value)
    elif isinstance(example, list):
        assert isinstance(told, list)
        if example:
            assert told
            _has(told[0], example[0])
    elif isinstance(example, float):
        assert isinstance(told, int | float)
    else:
        assert type(told) is type(example)


@pytest.mark.parametrize("path", EXAMPLES)
def test_a_response_has_every_field_of_the_example(client: Client, path: str) -> None:
    asked = {"timeWindow": "90d"} if path == "dashboard" else RANGE
    told = client.get(path, **asked).told
    if path == "dashboard":  # the first days have no decisions, and a ratio without a denominator is null
        for trend in told["trends"]:
            trend["dataPoints"] = [each for each in trend["dataPoints"] if each["value"] is not None]

    _has(told, json.loads(EXAMPLES[path]))


def test_compared_cohorts_have_the_fields_of_the_example(client: Client) -> None:
    cohorts = client.get("cohorts", **RANGE, dimension="channel").told["cohorts"]

    told = client.get("cohorts/compare", cohortIds=",".join(each["id"] for each in cohorts)).told

    example = """{"cohorts": [{"id": "cohort-1", "name": "Merchant A", "metrics": {}}],
      "comparison": {"bestPerformer": {}, "worstPerformer": {}}}"""
    _has(told, json.loads(example))
