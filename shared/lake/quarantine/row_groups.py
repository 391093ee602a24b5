"""Names of groups of rows, which quarantined rows keep so that they are redriven together."""

import orjson


def group_name(column: str, value: str | None, block: int | str) -> str:
    """Return the name of a group: the column that tells groups apart, its value, and what its rows were received in."""
    return orjson.dumps([column, value, block]).decode()


def column_of(name: str) -> str | None:
    """Return the column in the name of a group; None if there is no name."""
    return str(orjson.loads(name)[0]) if name else None
