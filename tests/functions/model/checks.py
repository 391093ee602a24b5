"""Compares the platform with the model: the ledger at any time, and everything once nothing is in flight."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from shared.lake.catalog.rollup_tables import NO_DIMENSION, SALES_DIMENSIONS
from shared.lake.parquet.columns import arrow_schema
from shared.lake.rollups.compute import ROLLUPS, roll_up
from shared.ledger.entry import LedgerEntry
from shared.records.schema import DataType
from shared.records.schemas import SCHEMAS
from tests.fakes.state_dump import Rows, StateDump
from tests.functions.model.delivered import Delivered
from tests.functions.model.lake_model import CANCELLED, LakeModel

_FATES = ("loaded", "duplicate", "conflict")
_COUNTERS = ("received", "quarantined", *_FATES)
_TOTALLED = (*_COUNTERS, "superseded")


def assert_accounted(ledger: Mapping[str, LedgerEntry], told: Mapping[str, Delivered], totals: "Totals") -> None:
    """At any moment every row received is in one place, and all totals are the sums of their entries."""
    by_source, by_hour = Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()
    for origin, entry in ledger.items():
        delivered, counters = told[origin], entry.counters
        assert counters["received"] == delivered.received
        assert min(*counters.values(), entry.in_flight) >= 0
        assert counters["received"] == sum(counters[name] for name in _COUNTERS[1:]) + entry.in_flight
        hour = f"{delivered.received_at.astimezone(UTC):%Y-%m-%dT%H}#{delivered.sent.data_type}"
        for name in _TOTALLED:
            by_source[delivered.sent.source_id, f"type#{delivered.sent.data_type}", name] += counters[name]
            by_hour[delivered.sent.source_id, hour, name] += counters[name]
    assert totals.sources == +by_source
    assert totals.hours == +by_hour


@dataclass(frozen=True)
class Totals:
    """The platform's counters per source and type and per hour, without zeros."""

    sources: Counter[tuple[str, ...]]
    hours: Counter[tuple[str, ...]]

    @staticmethod
    def of(items: Iterable[Mapping[str, Any]], facet: str) -> Counter[tuple[str, ...]]:
        """Read the counters of DynamoDB items, keyed by source and a facet."""
        found = Counter[tuple[str, ...]]()
        for each in items:
            place = (each["source_id"]["S"], each[facet]["S"])
            found.update({(*place, name): int(each[name]["N"]) for name in _TOTALLED if name in each})
        return +found


def assert_settled(ledger: Mapping[str, LedgerEntry], told: Mapping[str, Delivered], model: LakeModel) -> None:
    """Once nothing is in flight, every delivery is finished, and its rows have met the fates that the model says."""
    assert ledger.keys() == told.keys()
    assert [origin for origin, entry in ledger.items() if not entry.is_complete] == []
    met = {origin: Counter({"quarantined": _rejected(told[origin], entry)}) for origin, entry in ledger.items()}
    for (origin, _), fate in model.fates.items():
        met[origin]["quarantined" if fate == CANCELLED else fate] += 1
    for origin, _ in model.superseded:
        met[origin]["superseded"] += 1
    found = {origin: +Counter(entry.counters) for origin, entry in ledger.items()}
    for each in found.values():
        del each["received"]
    assert found == {origin: +each for origin, each in met.items()}
    shared = {origin: entry.outcomes.shared_ids for origin, entry in ledger.items() if entry.outcomes.shared_ids}
    assert shared == Counter(origin for origin, _ in model.shared)


def _rejected(delivered: Delivered, entry: LedgerEntry) -> int:
    driven = sum(rows for number, rows in entry.redrives.items() if number not in entry.resumes)
    return (delivered.received if entry.refused else delivered.bad) - driven


def assert_stored(
    held: StateDump, ledger: Mapping[str, LedgerEntry], told: Mapping[str, Delivered], model: LakeModel
) -> None:
    """The lake's rows and roll-ups are those of the model, and quarantine holds what was not good enough.

    Of a file that is refused the file itself is kept, and only its bad rows by themselves.
    """
    expected = _expected_base(told, model)
    assert _found_base(held.base, expected) == expected
    assert _found_hours(held.rollups) == _expected_hours(model)
    assert_rolled_up(held)
    assert not any(held.dirty.values())
    assert _product_versions(held.rollups) == _expected_versions(model)
    assert held.heads == {name: rows for name, rows in (held.base | held.rollups).items() if rows}
    kept = Counter(row["origin"] for rows in held.quarantine.values() for row in rows)
    assert kept == +Counter({origin: _kept(told[origin], entry) for origin, entry in ledger.items()})


def _kept(delivered: Delivered, entry: LedgerEntry) -> int:
    return delivered.bad if entry.refused and delivered.sent.in_file else _rejected(delivered, entry)


_Rows = dict[tuple[str, str], dict[str, Any]]


def _expected_base(told: Mapping[str, Delivered], model: LakeModel) -> _Rows:
    return {
        (row.data_type, row.key): {
            **{name: _plain(value) for name, value in row.says.items()},
            "source_id": told[row.origin].sent.source_id,
            "_origin": row.brought_by,
            "ingested_at": _plain(row.arrived),
            SCHEMAS[row.data_type].version: _plain(row.version),
        }
        for row in model.standing.values()
    }


def _found_base(base: Rows, expected: _Rows) -> _Rows:
    """The rows of each base, as far as something is expected of them."""
    found: _Rows = {}
    for data_type, rows in base.items():
        (key,) = SCHEMAS[DataType(data_type)].key
        for row in rows:
            name = (data_type, row[key])
            assert name not in found
            found[name] = {column: row[column] for column in expected.get(name, row)}
    return found


def _plain(value: Any) -> Any:
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


_Sums = dict[tuple[Any, ...], tuple[int, Decimal, Decimal, Decimal]]


def _expected_hours(model: LakeModel) -> _Sums:
    """Completed lines by hour, currency and region, the only dimension of these lines."""
    net: defaultdict[tuple[Any, ...], list[Decimal]] = defaultdict(list)
    for row in model.standing.values():
        if row.data_type is DataType.TRANSACTIONS and row.says["status"] == "completed":
            hour = _plain(row.says["timestamp"].replace(minute=0))
            amount, region = row.says["quantity"] * row.says["unit_price"], row.says["region"]
            net["sales_hourly", hour, None, None, region, None].append(amount)
            for dimension in (*SALES_DIMENSIONS, NO_DIMENSION):
                net["sales_hourly_by_one", hour, dimension, region if dimension == "region" else None].append(amount)
    return {key: (len(each), sum(each, Decimal(0)), min(each), max(each)) for key, each in net.items()}


def _found_hours(rollups: Rows) -> _Sums:
    found: _Sums = {}
    for name, columns in (("sales_hourly", SALES_DIMENSIONS), ("sales_hourly_by_one", ("dimension", "value"))):
        for row in rollups.get(name, []):
            key = (name, row["hour"], *(row[each] for each in columns))
            assert key not in found
            found[key] = (row["lines"], row["net_amount"], row["lowest_amount"], row["highest_amount"])
    return found


def assert_rolled_up(held: StateDump) -> None:
    """Whatever happened, a published roll-up has of all clean days what is computed from the published base."""
    for data_type, tables in ROLLUPS.items():
        if data_type not in held.base:
            continue
        dirty = set(held.dirty[data_type])
        time = SCHEMAS[data_type].event_time or ""
        clean = [row for row in held.base[data_type] if f"{row[time]:%Y-%m-%d}" not in dirty]
        schema = arrow_schema(data_type)
        rows = pa.Table.from_pylist([{name: row[name] for name in schema.names} for row in clean], schema)
        computed = roll_up(data_type, rows)
        for table in tables:
            found = [row for row in held.rollups.get(table.name, []) if _day(row) not in dirty]
            assert found == sorted(computed[table.name].to_pylist(), key=repr), table.name


def _day(row: Mapping[str, Any]) -> str:
    return str(row.get("dt") or f"{row['hour']:%Y-%m-%d}")


def _product_versions(rollups: Rows) -> set[tuple[Any, ...]]:
    rows = rollups.get("product_versions", [])
    return {(row["product_id"], row["updated_at"], row["name"], row["cost"], row["_origin"]) for row in rows}


def _expected_versions(model: LakeModel) -> set[tuple[Any, ...]]:
    return {
        (row.key, _plain(row.version), row.says["name"], row.says["cost"], row.brought_by)
        for row in model.versions.values()
        if row.data_type is DataType.PRODUCTS
    }
