"""A computation reads everything at one state of the tables."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.athena.sql import Statement
from shared.customers.preparation import CustomerPreparation
from shared.customers.run import CustomerRun
from shared.lake.catalog.state import TableState
from shared.lake.table.port import SnapshotExpired
from shared.runtime.errors import Unavailable

NOW = datetime(2026, 5, 1, tzinfo=UTC)


class Tables:
    """States that are newer at each call, and an Athena without sales in which the first of them expire."""

    def __init__(self, expired: int = 0) -> None:
        self.read: list[dict[str, int]] = []
        self._states = self._newer_states()
        self._expired = expired

    def get_many(self, names: Sequence[str]) -> Mapping[str, TableState]:
        """Return newer states."""
        states = next(self._states)
        return {name: states[name] for name in names}

    def run(self, statement: Statement) -> list[dict[str, Any]]:
        """Return no sales, unless the snapshot has expired."""
        pinned = {
            name: int(snapshot) for name, snapshot in re.findall(r"(\w+) FOR VERSION AS OF (\d+)", statement.text)
        }
        if len(self.read) >= 1 and pinned["transactions"] <= self._expired:
            raise SnapshotExpired(statement.text)
        self.read.append(pinned)
        return [{"first": None, "last": None, "customers": 0}] if "AS last," in statement.text else []

    execute = run

    @staticmethod
    def _newer_states() -> Iterator[Mapping[str, TableState]]:
        for number in range(1, 100):
            names = ("transactions", "products", "exchange_rates")
            yield {name: TableState(name=name, snapshot=number) for name in names}


class Nothing:
    """A store and files without customers, which keep what is described."""

    def __init__(self) -> None:
        self.described: list[CustomerRun] = []

    def published(self) -> None:
        """Return no computation."""

    def rows_location(self, run_id: str) -> str:
        """Return a location."""
        return f"s3://runs/{run_id}/"

    def rows(self, _: str, __: int) -> Iterator[bytes]:
        """Yield nobody's row."""
        return iter(())

    def put_run(self, run: CustomerRun) -> None:
        """Keep a description."""
        self.described.append(run)


def run(tables: Tables) -> CustomerRun:
    nothing = Nothing()
    prepared = CustomerPreparation(
        athena=tables,  # type: ignore[arg-type] # a part of it is enough
        states=tables,  # type: ignore[arg-type] # as above
        store=nothing,  # type: ignore[arg-type] # as above
        files=nothing,  # type: ignore[arg-type] # as above
        reporting_currency="USD",
        clock=lambda: NOW,
    ).prepare(NOW)
    assert nothing.described == [prepared]
    return prepared


def test_all_statements_of_a_run_read_the_same_snapshots() -> None:
    tables = Tables()

    run(tables)

    assert tables.read == [
        {"transactions": 1},
        {"transactions": 1, "exchange_rates": 1},
        {"transactions": 1, "exchange_rates": 1},
    ]


def test_everything_is_read_again_if_a_snapshot_expires_during_a_run() -> None:
    tables = Tables(expired=1)

    assert run(tables).customers == 0

    assert [each["transactions"] for each in tables.read] == [1, 2, 2, 2]


def test_a_run_is_postponed_if_snapshots_keep_expiring() -> None:
    with pytest.raises(Unavailable):
        run(Tables(expired=50))
