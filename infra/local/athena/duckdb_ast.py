"""The few pieces that DuckDB's spelling of a query is put together from."""

from collections.abc import Callable

from sqlglot import exp

Rewrite = Callable[[exp.Expr], exp.Expr]


def call(name: str, *arguments: exp.Expr) -> exp.Anonymous:
    """Call a DuckDB function or one of the engine's macros."""
    return exp.Anonymous(this=name, expressions=[*arguments])


def cast(node: exp.Expr, data_type: exp.DataType | str) -> exp.Cast:
    """Cast for DuckDB without asking whether the node has the type already: DuckDB drops what does nothing."""
    built = exp.DataType.build(data_type, dialect="duckdb") if isinstance(data_type, str) else data_type.copy()
    return exp.Cast(this=node, to=built)
