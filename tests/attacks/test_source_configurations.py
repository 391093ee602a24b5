"""A configuration that could not be applied is refused as a whole when it is saved, with every field at fault."""

from typing import Any

import pytest

from shared.app.wiring import Wiring
from shared.records.schema import DataType
from tests.attacks.source_configurations import REFUSED, of_sales, read_as
from tests.fakes.records import sale
from tests.fakes.state_dump import merge_all, table_rows
from tests.functions.ingest.conftest import Call
from tests.online_retail import RETAIL_MAPPING


def _put(call: Call, configuration: Any) -> Any:
    return call("PUT", "/ingest/sources/till-7", body=configuration)


def test_an_inapplicable_configuration_is_refused_with_every_invalid_field(call: Call) -> None:
    answers = {name: _put(call, configuration) for name, (configuration, _) in REFUSED.items()}

    named = {name: sorted(each["field"] for each in answer.error["field_errors"]) for name, answer in answers.items()}
    assert named == {name: sorted(fields) for name, (_, fields) in REFUSED.items()}
    assert {(answer.status, answer.code) for answer in answers.values()} == {(400, "VALIDATION_ERROR")}
    assert call("GET", "/ingest/sources", query={"active_only": ["false"]}).data["content"] == []


def test_errors_of_every_part_are_reported_together(call: Call) -> None:
    faulty = read_as("%Y %Y") | {"cadence": "soon", "thresholds": {"orders": 101}, "extra": 1}
    faulty["mappings"]["orders"] = {"columns": {"Ort": "regoin", "": "region"}, "drop": "all"}

    answer = _put(call, faulty)

    assert set(answer.fields) == {
        "cadence",
        "thresholds.orders",
        "extra",
        "mappings.transactions.date_formats.timestamp.formats.0",
        "mappings.orders.columns.Ort",
        "mappings.orders.columns..[key]",
        "mappings.orders.drop",
    }
    assert answer.fields["mappings.orders.columns.Ort"].startswith(
        "must name a field of orders; did you mean region? fields are order_id, "
    )


def test_the_largest_configuration_is_saved_replaced_and_audited(wired: Wiring, call: Call) -> None:
    largest = {"mappings": {str(each): {"drop": [f"{n:0200}" for n in range(120)]} for each in DataType}}

    statuses = [_put(call, largest).status for _ in range(2)]

    assert statuses == [200, 200]
    assert len(wired.source_configs.of("till-7", fresh=True).mappings) == len(DataType)


@pytest.mark.parametrize(
    "written",
    [
        "%d/%m/%Y %H:%M",
        "%Y-%m-%d %H:%M:%S.%f",
        "%Y%m%d",
        "%b %d, %Y %I:%M:%S %p",
        "%A %d %B %Y",
        "%Y-%m-%dT%H:%M:%S%z",
        "%j/%y",
        "%Y",
        "unix_ms",
        "%d.%m.%Y (a+)+$",
    ],
)
def test_a_format_that_parses_its_own_output_is_accepted(call: Call, written: str) -> None:
    assert _put(call, read_as(written)).status == 200


def test_the_mapping_of_a_real_export_is_accepted(call: Call) -> None:
    assert _put(call, {"mappings": {"transactions": RETAIL_MAPPING}}).status == 200


def test_a_number_as_a_constant_id_is_accepted_and_loaded_as_its_text(wired: Wiring, call: Call, submit: Call) -> None:
    row = sale(1)
    del row["product_id"]

    saved = _put(call, of_sales(constants={"product_id": 5}))
    submitted = submit([row], source_id="till-7")

    merge_all(wired)
    assert (saved.status, submitted.status) == (200, 201)
    assert [found["product_id"] for found in table_rows(wired.settings, "transactions")] == ["5"]
