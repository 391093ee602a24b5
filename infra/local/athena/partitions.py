"""Partition projection: which partitions a table's properties imply, as SQL that makes them and as their locations.

Properties are those of Athena's documentation, "Set up partition projection". Values come as SQL, not as lists, so that
DuckDB filters ten thousand days by the query's own predicate in a millisecond.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlglot import exp

from infra.local.athena.datetimes import joda
from infra.local.athena.errors import QueryFailed, not_supported
from infra.local.athena.tables import GlueColumn, GlueTable

NOW = re.compile(r"NOW\s*(?:([+-])\s*(\d+)\s*(YEAR|MONTH|WEEK|DAY|HOUR|MINUTE|SECOND)S?)?", re.IGNORECASE)
DAYS = {"YEAR": 365, "MONTH": 30, "WEEK": 7, "DAY": 1}
DAY_SECONDS = 86_400
SECONDS = {"HOUR": 3600, "MINUTE": 60, "SECOND": 1}


def text(value: str) -> str:
    """Quote a value for SQL."""
    return "'" + value.replace("'", "''") + "'"


def name(value: str) -> str:
    """Quote a name for SQL."""
    return '"' + value.replace('"', '""') + '"'


def select_partitions(table: GlueTable, predicate: str | None, source: str) -> str:
    """Write the query for the partitions, from a source of their text values, that fulfil the predicate.

    Its columns are the place of a projected partition, NULL for others, and the values.
    """
    keys = table.partition_keys
    raw = ", ".join(f"{name(key.name)} AS {name('raw_' + key.name)}" for key in keys)
    typed = ", ".join(f"CAST({name(key.name)} AS {key.duckdb_type}) AS {name(key.name)}" for key in keys)
    place = location_of(table) if table.is_projected else "NULL"
    wanted = ", ".join([place, *(name("raw_" + key.name) for key in keys)])
    where = f" WHERE {predicate}" if predicate else ""
    return f"SELECT {wanted} FROM (SELECT {raw}, {typed} FROM ({source})){where}"  # noqa: S608 quoted above


def project_values(table: GlueTable, now: datetime) -> str:
    """Write the query for every partition that the table's properties imply, values as text."""
    sources = " CROSS JOIN ".join(f"({_values(table, key, now)})" for key in table.partition_keys)
    return f"SELECT * FROM {sources}"  # noqa: S608 made of quoted values below


def list_registered_values(table: GlueTable, partitions: Sequence[tuple[str, ...]]) -> str:
    """Write the query for partitions that are registered one by one."""
    keys = ", ".join(name(key.name) for key in table.partition_keys)
    if not partitions:
        return f"SELECT {', '.join(f'NULL::VARCHAR AS {name(key.name)}' for key in table.partition_keys)} WHERE false"
    rows = ", ".join(f"({', '.join(text(value) for value in values)})" for values in dict.fromkeys(partitions))
    return f"SELECT * FROM (VALUES {rows}) AS registered({keys})"  # noqa: S608 every value is quoted


def location_of(table: GlueTable) -> str:
    """Write the SQL that gives the place of a projected partition: thousands are slow in Python."""
    template = table.parameters.get("storage.location.template")
    if template is None:
        tail = "/".join(f"{key.name}=${{{key.name}}}" for key in table.partition_keys)
        template = f"{table.location.rstrip('/')}/{tail}"
    place = text(template if template.endswith("/") else f"{template}/")
    for key in table.partition_keys:
        place = f"replace({place}, {text(f'${{{key.name}}}')}, {name('raw_' + key.name)})"
    return place


def _values(table: GlueTable, key: GlueColumn, now: datetime) -> str:
    kind = _property(table, key, "type").lower()
    makers = {"date": _dates, "integer": _integers, "enum": _enumerate}
    if kind not in makers:
        raise not_supported(f"partition projection of type {kind}")
    return makers[kind](table, key, now)


def _enumerate(table: GlueTable, key: GlueColumn, _now: datetime) -> str:
    values = ", ".join(text(value.strip()) for value in _property(table, key, "values").split(","))
    return f"SELECT unnest([{values}]) AS {name(key.name)}"


def _integers(table: GlueTable, key: GlueColumn, _now: datetime) -> str:
    low, high = (int(bound) for bound in _property(table, key, "range").split(","))
    step = int(table.parameters.get(f"projection.{key.name}.interval", "1"))
    digits = int(table.parameters.get(f"projection.{key.name}.digits", "1"))
    padded = f"lpad(n::VARCHAR, CAST(greatest({digits}, length(n::VARCHAR)) AS INTEGER), '0')"
    return f"SELECT {padded} AS {name(key.name)} FROM range({low}, {high + 1}, {step}) t(n)"  # noqa: S608 numbers


def _dates(table: GlueTable, key: GlueColumn, now: datetime) -> str:
    pattern = joda(exp.Literal.string(_property(table, key, "format"))).name
    low, high = (_moment(bound.strip(), pattern, now) for bound in _property(table, key, "range").split(","))
    step = int(table.parameters.get(f"projection.{key.name}.interval", "1"))
    unit = table.parameters.get(f"projection.{key.name}.interval.unit", _finest(pattern)).upper().removesuffix("S")
    if unit not in {*DAYS, *SECONDS}:
        raise not_supported(f"the projection interval unit {unit}")
    series = f"generate_series({text(str(low))}::TIMESTAMP, {text(str(high))}::TIMESTAMP, INTERVAL {step} {unit})"
    return f"SELECT strftime(d, {text(pattern)}) AS {name(key.name)} FROM {series} t(d)"  # noqa: S608 quoted above


def _finest(pattern: str) -> str:
    letters = {"%S": "SECOND", "%M": "MINUTE", "%H": "HOUR", "%d": "DAY", "%m": "MONTH"}
    return next((unit for letter, unit in letters.items() if letter in pattern), "YEAR")


def _moment(bound: str, pattern: str, now: datetime) -> datetime:
    """Read one end of a range: a date in the pattern, or NOW with an offset."""
    relative = NOW.fullmatch(bound)
    today = now.astimezone(UTC).replace(tzinfo=None)
    if relative is None:
        return datetime.strptime(bound, pattern)  # noqa: DTZ007 patterns carry no zone
    sign, count, unit = relative.groups()
    truncated = datetime.strptime(today.strftime(pattern), pattern)  # noqa: DTZ007 the same moment in UTC
    if count is None:
        return truncated
    seconds = int(count) * (SECONDS.get(unit.upper()) or DAYS[unit.upper()] * DAY_SECONDS)
    return truncated + timedelta(seconds=-seconds if sign == "-" else seconds)


def _property(table: GlueTable, key: GlueColumn, what: str) -> str:
    found = table.parameters.get(f"projection.{key.name}.{what}")
    if found is None:
        sentence = (
            f"Table {table.name} is configured for partition projection, but projection.{key.name}.{what} is missing"
        )
        raise QueryFailed("INVALID_TABLE_PROPERTY", sentence)
    return found
