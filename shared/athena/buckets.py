"""SQL for the logarithmic buckets of `shared.statistics.sketches`, with its constants as literals."""

from shared.athena.sql import Statement, sql

# With an exponent the literal is a DOUBLE; without, Trino would read a DECIMAL.
_BUCKET = """
    CASE WHEN {value} > 0 THEN CAST(ceil(ln({value}) / 2.0000666706669525E-02) AS INTEGER) + 40000
        WHEN {value} < 0 THEN -(CAST(ceil(ln(-({value})) / 2.0000666706669525E-02) AS INTEGER) + 40000)
        WHEN {value} = 0 THEN 0 END
"""


def bucket_of(value: Statement) -> Statement:
    """Return the expression for the number of a value's bucket (INTEGER); null for null.

    Args:
        value: a finite DOUBLE, which is repeated; a column.
    """
    return sql(_BUCKET, value=value)
