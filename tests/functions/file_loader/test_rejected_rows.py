"""Invalid rows of a file are listed one by one, whether it is loaded or refused, and can be redriven."""

from datetime import timedelta
from typing import Any

import orjson

from shared.app.wiring import Wiring
from shared.quarantine.parameters import RowErrorsQuery
from shared.records.schema import DataType
from shared.recovery.models import RedriveRequest
from shared.sources.models import SourceConfiguration
from tests.fakes.clock import Clock
from tests.fakes.state_dump import keys, merge_all, table_rows
from tests.functions.file_loader.files import loader, outcome, sales_csv, sent, upload

ALL = RowErrorsQuery.read({"size": ["100"]})
_LATER = timedelta(minutes=1)


def _wrong_rows(wired: Wiring, batch_id: str) -> list[int | None]:
    return [error.row for error in wired.row_errors.page(batch_id, ALL).content]


def _configure(wired: Wiring, **configuration: Any) -> None:
    wired.source_configs.put("web-shop", SourceConfiguration.model_validate(configuration))


def test_a_rejected_file_lists_its_invalid_rows(wired: Wiring) -> None:
    batch_id = upload(wired, sales_csv(range(7), bad=(0, 2, 3, 6)))

    assert outcome(wired, batch_id) == {"quarantined": 7}
    assert _wrong_rows(wired, batch_id) == [2, 4, 5, 8]


def test_rows_of_a_refused_file_load_by_resuming_the_file_only(wired: Wiring, clock: Clock) -> None:
    batch_id = upload(wired, sales_csv(range(4), bad=(0, 2)))

    told = wired.redrive_service.redrive(RedriveRequest())

    assert (told.skipped, told.accepted) == (2, 0)
    assert {each.reason for each in told.skipped_deliveries} == {"the file was rejected as a whole; resume its batch"}
    _configure(wired, thresholds={"transactions": 10})
    clock.pass_by(_LATER)
    wired.lifecycle.resume(batch_id)
    for body in sent(wired.settings):
        loader(wired).run(orjson.loads(body)["batch_id"], has_time=lambda: True)
    merge_all(wired)
    assert outcome(wired, batch_id) == {"loaded": 2, "quarantined": 2}
    assert _wrong_rows(wired, batch_id) == [2, 4]


def test_redriven_rows_of_a_file_keep_their_positions(wired: Wiring) -> None:
    template = {"templates": {"transaction_id": "{transaction_id}-{row}"}}
    _configure(wired, thresholds={"transactions": 10}, mappings={"transactions": template})
    batch_id = upload(wired, sales_csv(range(7), bad=(1, 5)))
    _configure(wired, mappings={"transactions": template | {"constants": {"quantity": 1}}})

    told = wired.redrive_service.redrive(RedriveRequest(data_type=DataType.TRANSACTIONS))

    merge_all(wired)
    assert (told.accepted, outcome(wired, batch_id)) == (2, {"loaded": 7})
    assert _loaded(wired) == [f"t-{number}-{number + 2}" for number in range(7)]
    assert keys(wired.settings, "quarantine/") == []


def _loaded(wired: Wiring) -> list[str]:
    return sorted(row["transaction_id"] for row in table_rows(wired.settings, "transactions"))
