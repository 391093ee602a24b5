"""Runs one statement from parsing to what it leaves behind; knows nothing of queues, states and protocols."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import Any

import duckdb

from infra.local.athena.catalog import GlueCatalog
from infra.local.athena.database import LakeDatabase
from infra.local.athena.errors import QueryCancelled, QueryFailed
from infra.local.athena.executions import Row
from infra.local.athena.objects import ObjectGone
from infra.local.athena.output import CODECS, FileFormat, OutputWriter, csv_lines
from infra.local.athena.rendering import column_info, hive_type, render, to_stored_type
from infra.local.athena.statement import (
    REMEMBERED,
    CreateTableAs,
    DropTable,
    RowStatement,
    Select,
    Unload,
    bind,
    parse,
)
from infra.local.athena.table_reader import TableReader
from infra.local.athena.tables import GlueColumn, GlueTable, LakeTable, TableMention
from infra.local.athena.translation import Translation, tables_of, translate

FETCHED_AT_ONCE = 2_000
ATTEMPTS = 3


@dataclass(frozen=True)
class Task:
    """Is a statement with all that it needs: its text, its context and what to do with its session and rows."""

    identity: str
    sql: str
    parameters: tuple[str, ...]
    database: str
    folder: str
    most_bytes: int | None
    watch: Callable[[duckdb.DuckDBPyConnection], None]
    keep_rows: Callable[[Iterable[Row]], None]


@dataclass(frozen=True)
class QueryOutcome:
    """Result of a statement."""

    bytes_scanned: int = 0
    columns: list[dict[str, Any]] = field(default_factory=list)
    manifest: str | None = None


@dataclass(frozen=True)
class Prepared:
    """Is a translated query whose views exist."""

    session: duckdb.DuckDBPyConnection
    translation: Translation
    bytes_scanned: int
    types: list[duckdb.sqltypes.DuckDBPyType]


class Runner:
    """Executes statements against the catalogue, the lake and DuckDB."""

    def __init__(
        self, database: LakeDatabase, catalogue: GlueCatalog, reader: TableReader, outputs: OutputWriter
    ) -> None:
        self._database = database
        self._catalogue = catalogue
        self._reader = reader
        self._outputs = outputs

    def close(self) -> None:
        """Let go of threads, files and memory."""
        self._reader.close()
        self._database.close()

    def run(self, task: Task) -> QueryOutcome:
        """Execute a statement."""
        statement = parse(bind(task.sql, task.parameters), task.database)
        if isinstance(statement, DropTable):
            self._catalogue.drop(statement.table, if_exists=statement.if_exists)
            self._outputs.put_text("", f"{task.folder}{task.identity}.txt")
            return QueryOutcome()
        return self._query(statement, task, attempts=ATTEMPTS)

    def _query(self, statement: RowStatement, task: Task, *, attempts: int) -> QueryOutcome:
        """Run a query, once more when an object went away between listing and fetching."""
        try:
            with self._prepare(statement, task) as prepared:
                return self._finish(statement, prepared, task)
        except ObjectGone as error:
            if attempts == 1:
                raise QueryFailed("HIVE_CANNOT_OPEN_SPLIT", f"{error} keeps changing", blame=1) from error
        return self._query(statement, task, attempts=attempts - 1)

    def _finish(self, statement: RowStatement, prepared: Prepared, task: Task) -> QueryOutcome:
        if isinstance(statement, Select):
            return self._select(prepared, task)
        if isinstance(statement, Unload):
            form = FileFormat.of(statement.options, formats=CODECS)
            return self._files(prepared, statement.location, form, task)
        return self._create(statement, prepared, task)

    @contextmanager
    def _prepare(self, statement: RowStatement, task: Task) -> Iterator[Prepared]:
        tables = self._reader.tables(_mentions(statement, task.database))
        translation = _translation(statement, task.database, tables)
        with self._database.session() as session, ExitStack() as views:
            task.watch(session)
            scanned = sum([views.enter_context(self._reader.view(session, scan)) for scan in translation.scans])
            if task.most_bytes is not None and scanned > task.most_bytes:
                raise QueryCancelled("Bytes scanned limit was exceeded")
            task.watch(session)  # the query may have been stopped while objects were fetched
            yield Prepared(session, translation, scanned, list(session.sql(translation.sql).types))

    def _select(self, prepared: Prepared, task: Task) -> QueryOutcome:
        outputs, types = prepared.translation.outputs, prepared.types
        prepared.session.execute(render(prepared.translation.sql, types, outputs))
        header: Row = [output.label for output in outputs]
        rows = chain([header], _fetch(prepared.session))
        with self._outputs.csv(f"{task.folder}{task.identity}.csv") as file:
            task.keep_rows(csv_lines(rows, file))
        columns = [column_info(*each) for each in zip(outputs, types, strict=True)]
        return QueryOutcome(prepared.bytes_scanned, columns)

    def _files(self, prepared: Prepared, location: str, form: FileFormat, task: Task) -> QueryOutcome:
        names = [output.label for output in prepared.translation.outputs]
        unknown = [column for column in form.partitioned_by if column not in names]
        if unknown or names[len(names) - len(form.partitioned_by) :] != form.partitioned_by:
            raise QueryFailed("HIVE_COLUMN_ORDER_MISMATCH", "Partition keys must be the last columns in the query")
        sql = to_stored_type(prepared.translation.sql, names, prepared.types)
        files = self._outputs.files(prepared.session, sql, location, form, task.identity)
        manifest = f"{task.folder}{task.identity}-manifest.csv"
        self._outputs.put_text("".join(f"{file}\n" for file in files), manifest)
        return QueryOutcome(prepared.bytes_scanned, manifest=manifest)

    def _create(self, statement: CreateTableAs, prepared: Prepared, task: Task) -> QueryOutcome:
        form = FileFormat.of(statement.options, formats=["PARQUET"])
        location = str(statement.options.get("external_location", f"{task.folder}tables/{task.identity}/"))
        columns = [
            GlueColumn(output.label.lower(), hive_type(found))
            for output, found in zip(prepared.translation.outputs, prepared.types, strict=True)
        ]
        cut = len(columns) - len(form.partitioned_by)
        table = GlueTable(statement.table, tuple(columns[:cut]), tuple(columns[cut:]), location, {})
        self._catalogue.require_absent(statement.table)
        outcome = self._files(prepared, location, form, task)
        self._catalogue.create(table, compression=form.codec)
        if form.partitioned_by:
            self._catalogue.add_partitions(table, self._outputs.partitions_below(location))
        return outcome


@lru_cache(REMEMBERED)
def _mentions(statement: RowStatement, database: str) -> frozenset[TableMention]:
    return tables_of(statement.query, database)


@lru_cache(REMEMBERED)
def _translation(
    statement: RowStatement, database: str, tables: frozenset[tuple[TableMention, LakeTable]]
) -> Translation:
    """Translate a statement once for the same tables, because translation takes longer than many a query."""
    return translate(statement.query, database, dict(tables))


def _fetch(session: duckdb.DuckDBPyConnection) -> Iterator[Row]:
    while rows := session.fetchmany(FETCHED_AT_ONCE):
        yield from (list(row) for row in rows)
