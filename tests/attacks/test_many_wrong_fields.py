"""A body with any number of wrong fields gets an answer that fits through the gateway."""

from typing import Any

import pytest

from tests.functions.ingest.conftest import Call


@pytest.mark.parametrize(
    "body",
    [
        {f"k{number}": number for number in range(20_000)},
        {"thresholds": {f"k{number}": 1 for number in range(20_000)}},
        {"mappings": {"transactions": {"constants": {"k" * 1_000_000: []}}}},
    ],
)
def test_a_response_with_many_errors_stays_small(call: Call, body: Any) -> None:
    answer = call("PUT", "/ingest/sources/till-7", body=body)

    assert answer.status == 400
    assert len(str(answer.body)) < 100_000


def test_omitted_errors_are_counted(call: Call) -> None:
    error = call("PUT", "/ingest/sources/till-7", body={f"k{number}": number for number in range(250)}).error

    assert (len(error["field_errors"]), error["details"]) == (100, {"further_field_errors": 150})
