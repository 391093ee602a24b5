"""`migrate`: a lake of the former format is converted into tables, and the conversion is on record."""

import json

import pytest
from typer.testing import CliRunner, Result

from infra.local.cli import app
from shared.app.wiring import Wiring
from shared.audit.entry import parse
from shared.audit.trail import Asked
from shared.currency.rates import ReferenceRates
from shared.lake.catalog.state import TableState
from shared.lake.catalog.tables import EXCHANGE_RATES
from shared.records.schema import DataType
from shared.runtime.paging import Window
from tests.fakes.memory_tables import MemoryTables
from tests.fakes.stacks import Stacks
from tests.fakes.state_dump import keys
from tests.upgrade.old_lake import OldLake

FORMER_RATES = "reference/exchange_rates/rates.parquet"
BEFORE = {"customers": 1, "products": 1, "exchange_rates": 1}
FORMER = ("base/", "rollup/", "keys/", "reference/exchange_rates/")


@pytest.fixture(autouse=True)
def _former_lake(wired: Wiring, stage: str, stacks: Stacks) -> None:
    """A stage with products, customers and reference rates in the former format."""
    stacks.outputs[f"tally-{stage}-data"]["ReportingCurrency"] = "USD"
    OldLake(DataType.PRODUCTS, DataType.CUSTOMERS).restore(wired.settings)
    # Only the quotes are kept: the former version had no such table.
    rates = ReferenceRates(
        wired.lake,
        MemoryTables(),
        wired.table_states,
        wired.clock,
        reporting_currency="USD",
        events=wired.platform_events,
    )
    rates.load("friday.csv", b"Date,USD,\n2025-01-31,1.0393,\n")
    wired.table_states.update(EXCHANGE_RATES.name, lambda state: TableState(name=state.name, revision=state.revision))
    wired.lake.put(FORMER_RATES, b"rates in the former format")


def migrate(*words: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(app, ["migrate", *words, "--stage", "dev"])


def left(wired: Wiring) -> list[str]:
    """The objects that remain in the former format."""
    return [key for prefix in FORMER for key in keys(wired.settings, prefix)]


def test_everything_is_converted_and_counted(wired: Wiring) -> None:
    answer = migrate("--json")

    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout) == [
        {"table": table, "converted": 1, "remaining": 0} for table in ("customers", "exchange_rates", "products")
    ]
    assert left(wired) == []
    assert wired.table_states.get(EXCHANGE_RATES.name).snapshot == wired.lake_tables.head(EXCHANGE_RATES).id
    assert wired.lake_tables.head(EXCHANGE_RATES).rows == 1
    assert wired.table_states.get(DataType.PRODUCTS).derived.keys() == {"product_versions", "product_costs"}


def test_a_check_shows_what_remains_and_changes_nothing(wired: Wiring) -> None:
    before = left(wired)

    answer = migrate("--check", "--json")

    assert answer.exit_code == 1
    assert {each["table"]: each["remaining"] for each in json.loads(answer.stdout)} == BEFORE
    assert left(wired) == before


def test_a_converted_lake_is_left_alone() -> None:
    migrate()

    again = migrate()

    assert (again.exit_code, again.stdout) == (0, "Nothing in the former format remains.\n")


def test_a_conversion_is_audited_with_what_was_there_and_what_remains(wired: Wiring) -> None:
    wired.lake.put("base/orders/dt=2025-02-27/base.parquet", b"damaged")

    answer = migrate()

    [entry] = [parse(entry.body) for entry in wired.audit_trail.find(Asked(), Window(0, 100)).items]
    assert answer.exit_code == 1
    assert (entry["action"], entry["resource"]) == ("lake migrate", "lake")
    assert entry["before"] == {"objects": {**BEFORE, "orders": 1}}
    assert entry["after"] == {"objects": {"orders": 1}}
