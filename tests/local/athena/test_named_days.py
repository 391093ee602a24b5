"""Every query names the days that it reads: Athena leaves out the months and files of all others."""

from collections.abc import Iterator, Mapping

from pyiceberg.types import StringType
from sqlglot import exp

from infra.local.athena.statement import Select, Unload, parse
from infra.local.athena.tables import IcebergColumn, IcebergTable, TableMention, TableName
from infra.local.athena.translation import Scan, tables_of, translate
from shared.lake.catalog.tables import LAKE_TABLES
from tests.statements import Rendered, corpus

TIMES = {table.name: table.time_column for table in LAKE_TABLES if table.time_column}
WITHOUT_DAYS: Mapping[str, str] = {
    "customers": "a customer's history is all of it, from the first purchase to the moment of the computation",
    "reconciliation": "a key that arrived is compared with the keys of all days, of which it reads two small columns",
}
"""Queries that read all days, and why."""


def _table(mention: TableMention) -> IcebergTable:
    """The table of a mention, of which only the bounds of the time are known."""
    [declared] = [each for each in LAKE_TABLES if each.name == mention.name.name]
    columns = (
        IcebergColumn(each.name, each.glue_type, number, StringType() if each.name == declared.time_column else None)
        for number, each in enumerate(declared.columns)
    )
    return IcebergTable(TableName("lake", declared.name), tuple(columns), manifest_list=None)


def _scans(rendered: Rendered) -> Iterator[Scan]:
    """The readings of tables with a time, each with its condition on the bounds of files."""
    statement = parse(rendered.statement.text, "lake")
    assert isinstance(statement, Select | Unload)
    query = statement.query.transform(
        lambda node: exp.Literal.string("x") if isinstance(node, exp.Placeholder) else node
    )
    assert isinstance(query, exp.Query)
    found = translate(query, "lake", {mention: _table(mention) for mention in tables_of(query, "lake")})
    yield from (scan for scan in found.scans if scan.table.name.name in TIMES)


def test_every_query_names_its_days_unless_it_needs_all() -> None:
    kinds = {(each.name, each.tables): each for each in reversed(corpus())}
    unnamed = {
        (each.name, scan.table.name.name)
        for each in kinds.values()
        for scan in _scans(each)
        if not _has_both_ends(scan)
    }

    assert {name for name, _ in unnamed} == set(WITHOUT_DAYS), unnamed


def _has_both_ends(scan: Scan) -> bool:
    time = TIMES[scan.table.name.name]
    return scan.predicate is not None and all(f"{side}_{time}" in scan.predicate for side in ("lower", "upper"))
