"""Tables as the catalogue knows them, as values that the translation can be computed from."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from sqlglot import exp
from sqlglot.errors import SqlglotError

from infra.local.athena.errors import QueryFailed

if TYPE_CHECKING:
    from pyiceberg.types import PrimitiveType

MILLISECONDS = 3
Version = int | str | datetime
"""What FOR VERSION AS OF and FOR TIMESTAMP AS OF name: a snapshot's id, a tag or branch, or a moment in UTC."""


class TableName(NamedTuple):
    """Names a table for the catalogue: Athena has one catalogue, so two parts are enough."""

    database: str
    name: str

    def __str__(self) -> str:
        return f"awsdatacatalog.{self.database}.{self.name}"


class TableMention(NamedTuple):
    """Names a table at a version; without one, as it is now."""

    name: TableName
    version: Version | None = None


@dataclass(frozen=True)
class GlueColumn:
    """Gives a column its Glue type, from which both the reading and the typing of queries follow."""

    name: str
    hive_type: str

    @property
    def data_type(self) -> exp.DataType:
        """Parse the Glue type for type inference."""
        try:
            return drop_length(exp.DataType.build(self.hive_type, dialect="hive"))
        except SqlglotError:
            message = f"column {self.name} has the unknown type {self.hive_type}"
            raise QueryFailed("HIVE_INVALID_METADATA", message) from None

    @cached_property
    def duckdb_type(self) -> str:
        """Spell the Glue type for DuckDB's casts."""
        return self.data_type.sql("duckdb")


@dataclass(frozen=True)
class GlueTable:
    """Holds what a query needs to know of a Glue table."""

    name: TableName
    columns: tuple[GlueColumn, ...]
    partition_keys: tuple[GlueColumn, ...]
    location: str
    parameters: dict[str, str] = field(hash=False)

    @property
    def types(self) -> dict[str, exp.DataType]:
        """List every column with its type, partition keys last as Athena orders them."""
        return {column.name: column.data_type for column in (*self.columns, *self.partition_keys)}

    @property
    def pruning_columns(self) -> frozenset[str]:
        """The columns by whose values partitions are left out."""
        return frozenset(key.name for key in self.partition_keys)

    @property
    def is_iceberg(self) -> bool:
        """Return whether the table's files are listed by its metadata instead of lying below its location."""
        return self.parameters.get("table_type", "").upper() == "ICEBERG"

    @property
    def is_projected(self) -> bool:
        """Return whether partitions follow from a rule (projection) instead of being registered one by one."""
        return self.parameters.get("projection.enabled", "false").lower() == "true" and bool(self.partition_keys)


@dataclass(frozen=True)
class IcebergColumn(GlueColumn):
    """Adds the id by which files have the column, and the type of its bounds if it is not nested."""

    field_id: int
    primitive: "PrimitiveType | None" = field(hash=False, compare=False, default=None)


@dataclass(frozen=True)
class IcebergTable:
    """Holds what a query needs to know of an Iceberg table at one snapshot; without one, `manifest_list` is None."""

    name: TableName
    columns: tuple[IcebergColumn, ...]
    manifest_list: str | None

    @property
    def types(self) -> dict[str, exp.DataType]:
        """List every column with its type."""
        return {column.name: column.data_type for column in self.columns}

    @property
    def pruning_columns(self) -> frozenset[str]:
        """The columns by whose bounds files are left out."""
        return frozenset(column.name for column in self.columns if column.primitive is not None)


LakeTable = GlueTable | IcebergTable


def has_microseconds(data_type: exp.DataType | None) -> bool:
    """Return whether a type is a timestamp finer than milliseconds, as the columns of Iceberg tables are."""
    if data_type is None or data_type.this != exp.DType.TIMESTAMP or not data_type.expressions:
        return False
    return int(data_type.expressions[0].name) > MILLISECONDS


def drop_length(data_type: exp.DataType) -> exp.DataType:
    """Drop the widths that DuckDB gives another meaning (timestamp(3), varchar(10)).

    Decimals keep theirs, and timestamps one that is finer than milliseconds.
    """
    for part in list(data_type.find_all(exp.DataType)):
        if part.this in exp.DataType.TEXT_TYPES or part.this in exp.DataType.TEMPORAL_TYPES:
            part.set("expressions", part.expressions if has_microseconds(part) else [])
        if part.this in (exp.DType.TIMESTAMP_S, exp.DType.TIMESTAMP_MS, exp.DType.TIMESTAMP_NS, exp.DType.TIMESTAMPNTZ):
            part.set("this", exp.DType.TIMESTAMP)
        if part.this in (exp.DType.CHAR, exp.DType.NCHAR):
            part.set("this", exp.DType.VARCHAR)
    return data_type
