"""Tables as the catalogue knows them, as values that the translation can be computed from."""

from dataclasses import dataclass, field
from typing import NamedTuple

from sqlglot import exp
from sqlglot.errors import SqlglotError

from infra.local.athena.errors import QueryFailed


class TableName(NamedTuple):
    """Names a table for the catalogue: Athena has one catalogue, so two parts are enough."""

    database: str
    name: str

    def __str__(self) -> str:
        return f"awsdatacatalog.{self.database}.{self.name}"


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

    @property
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
    def is_projected(self) -> bool:
        """Return whether partitions follow from a rule (projection) instead of being registered one by one."""
        return self.parameters.get("projection.enabled", "false").lower() == "true" and bool(self.partition_keys)


def drop_length(data_type: exp.DataType) -> exp.DataType:
    """Drop the widths that DuckDB gives another meaning (timestamp(3), varchar(10)); decimals keep theirs."""
    for part in list(data_type.find_all(exp.DataType)):
        if part.this in exp.DataType.TEXT_TYPES or part.this in exp.DataType.TEMPORAL_TYPES:
            part.set("expressions", [])
        if part.this in (exp.DType.TIMESTAMP_S, exp.DType.TIMESTAMP_MS, exp.DType.TIMESTAMP_NS, exp.DType.TIMESTAMPNTZ):
            part.set("this", exp.DType.TIMESTAMP)
        if part.this in (exp.DType.CHAR, exp.DType.NCHAR):
            part.set("this", exp.DType.VARCHAR)
    return data_type
