"""A file of orders is mapped as a batch of the same rows is, and its derived records are counted once."""

import csv
import io
from collections.abc import Sequence

import pytest

from shared.app.wiring import Wiring
from shared.ingestion.models import DataFormat
from shared.sources.models import SourceConfiguration
from tests.fakes.mapped_orders import LOADED, MAPPING, ORDERS, loaded_lines
from tests.fakes.state_dump import table_rows
from tests.functions.file_loader.files import outcome, upload

WHOLE = 1_000


def _as_csv(rows: Sequence[dict[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


@pytest.fixture(autouse=True)
def _configured(wired: Wiring) -> None:
    configuration = SourceConfiguration.model_validate({"mappings": {"transactions": MAPPING}})
    wired.source_configs.put("web-shop", configuration)


def test_a_file_of_orders_is_loaded_with_shares_and_returns(wired: Wiring) -> None:
    batch_id = upload(wired, _as_csv(ORDERS), format=DataFormat.CSV, rows_per_part=WHOLE)

    assert loaded_lines(wired) == LOADED
    assert outcome(wired, batch_id) == {"loaded": 6}
    assert [(entry.received, entry.delivered) for entry in wired.ledger.of_batch(batch_id)] == [(6, 5)]


def test_the_same_file_again_is_duplicates_and_counts_alike(wired: Wiring) -> None:
    upload(wired, _as_csv(ORDERS), rows_per_part=WHOLE)
    batch_id = upload(wired, _as_csv(ORDERS), rows_per_part=WHOLE)

    assert loaded_lines(wired) == LOADED
    assert outcome(wired, batch_id) == {"duplicate": 6}


def test_a_file_is_read_by_the_configuration_at_its_arrival_and_no_cached_one(wired: Wiring) -> None:
    assert wired.source_configs.of("web-shop").mappings
    elsewhere = Wiring(wired.settings, wired.clock)  # the function that configures sources, in a process of its own
    constants = {**MAPPING.get("constants", {}), "region": "north"}
    configuration = {"mappings": {"transactions": {**MAPPING, "constants": constants}}}
    elsewhere.source_configs.put("web-shop", SourceConfiguration.model_validate(configuration))

    upload(wired, _as_csv(ORDERS), rows_per_part=WHOLE)

    assert {row["region"] for row in table_rows(wired.settings, "transactions")} == {"north"}
