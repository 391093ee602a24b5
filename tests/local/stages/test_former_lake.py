"""A platform converts a lake of the former format before it is announced, and says so."""

from io import StringIO

import boto3
import pytest
from rich.console import Console

from infra.admin.stage import Stage
from infra.local.deploy.former_lake import FormerLake
from infra.local.progress import Progress
from shared.app.wiring import Wiring
from shared.records.schema import DataType
from tests.fakes.stacks import Stacks
from tests.fakes.state_dump import keys
from tests.upgrade.old_lake import OldLake


@pytest.fixture
def former_lake(stage: str, stacks: Stacks) -> FormerLake:
    """The lake of a stage."""
    stacks.outputs[f"tally-{stage}-data"]["ReportingCurrency"] = "USD"
    return FormerLake(Stage(stage, boto3.Session(), None))


def convert(former_lake: FormerLake) -> str:
    """Convert it, and return what a log shows of it."""
    shown = StringIO()
    former_lake.convert(Progress(Console(file=shown)))
    return shown.getvalue()


def test_a_former_lake_is_converted(wired: Wiring, former_lake: FormerLake) -> None:
    OldLake(DataType.PRODUCTS).restore(wired.settings)

    shown = convert(former_lake)

    assert "Converting the lake into tables: done" in shown
    assert keys(wired.settings, "base/") == []


def test_objects_that_cannot_be_read_are_counted(wired: Wiring, former_lake: FormerLake) -> None:
    wired.lake.put("base/orders/dt=2025-02-27/base.parquet", b"damaged")

    assert "objects that cannot be read: 1" in convert(former_lake)


def test_nothing_is_shown_of_a_lake_of_tables(former_lake: FormerLake) -> None:
    assert convert(former_lake) == ""
