"""A run reads everything at one state of the tables."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.athena.sql import Statement
from shared.customers.snapshot_job import CustomerSnapshotJob, SnapshotResult
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
        return [{"first": None, "last": None}] if "AS first," in statement.text else []

    @staticmethod
    def _newer_states() -> Iterator[Mapping[str, TableState]]:
        for number in range(1, 100):
            yield {name: TableState(name=name, snapshot=number) for name in ("transactions", "exchange_rates")}


class NoCustomers:
    """A store without customers."""

    def stays(self) -> Mapping[str, Any]:
        """Return nobody's segments."""
        return {}

    def replace(self, profiles: Iterator[Any], gone: Sequence[str], segments: Any) -> None:
        """Accept no profiles."""
        assert (list(profiles), gone, segments.total_customers) == ([], [], 0)


def run(tables: Tables) -> SnapshotResult:
    job = CustomerSnapshotJob(
        athena=tables,  # type: ignore[arg-type] # a part of it is enough
        states=tables,  # type: ignore[arg-type] # as above
        store=NoCustomers(),  # type: ignore[arg-type] # as above
        reporting_currency="USD",
        clock=lambda: NOW,
    )
    return job.run()


def test_all_statements_of_a_run_read_the_same_snapshots() -> None:
    tables = Tables()

    run(tables)

    assert tables.read == [
        {"transactions": 1},
        {"transactions": 1, "exchange_rates": 1},
        {"transactions": 1},
    ]


def test_everything_is_read_again_if_a_snapshot_expires_during_a_run() -> None:
    tables = Tables(expired=1)

    assert run(tables).customers == 0

    assert [each["transactions"] for each in tables.read] == [1, 2, 2, 2]


def test_a_run_is_postponed_if_snapshots_keep_expiring() -> None:
    with pytest.raises(Unavailable):
        run(Tables(expired=50))
