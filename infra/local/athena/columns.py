"""The columns of a view: each from the file's column of whatever type, or NULL where the file has none."""

from infra.local.athena.partitions import name
from infra.local.athena.tables import GlueColumn


def select_column(column: GlueColumn, stored: str | None) -> str:
    """Write the SQL that reads a column, given its name in the file."""
    return null(column) if stored is None else f"CAST({name(stored)} AS {column.duckdb_type}) AS {name(column.name)}"


def null(column: GlueColumn) -> str:
    """Write the SQL of a column without values."""
    return f"CAST(NULL AS {column.duckdb_type}) AS {name(column.name)}"
