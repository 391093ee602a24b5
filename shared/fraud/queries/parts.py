"""Puts selects of different columns into one statement, so that an answer takes one query of one state of the lake.

Athena returns every value as an object of JSON, empty ones included, which takes longer to read than to compute. So
the statement has only the columns that its parts have, and many numbers are packed into one text.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import chain
from typing import Any

from shared.athena.sql import Statement, identifier, join, sql, union_all

COLUMNS: Mapping[str, str] = {
    "part": "varchar",
    "bucket": "timestamp",
    "value": "varchar",
    **dict.fromkeys(("is_mature", "is_young", "is_young_for_chargebacks"), "boolean"),
    **dict.fromkeys(("packed", "measures"), "varchar"),
    **dict.fromkeys(("first_decided", "last_decided", "last_labelled", "moment"), "timestamp"),
    **dict.fromkeys(("kind", "decision_id", "outcome", "truth", "currency", "day"), "varchar"),
    **dict.fromkeys(("merchant", "channel", "risk_band", "model_version"), "varchar"),
    **dict.fromkeys(("place", "number", "positives", "negatives"), "bigint"),
    **dict.fromkeys(("score", "sum", "squares", "highest"), "double"),
    "amount": "decimal(38, 10)",
}
"""The columns that parts may have, with their types; a part leaves those empty that only others have."""


def pack(numbers: Iterable[Statement]) -> Statement:
    """Return numbers, or texts without separators, as one text; none of them may be NULL."""
    texts = (sql("CAST({number} AS varchar)", number=number) for number in numbers)
    return sql("concat({texts})", texts=join(", ':', ", texts))


def pack_groups(numbers: Iterable[Statement]) -> Statement:
    """Return the numbers of all rows of a group as one text, the rows in any order."""
    return sql("array_join(array_agg({packed}), ',')", packed=pack(numbers))


def unpack(text: str) -> list[str]:
    """Return the numbers in a text of `pack`."""
    return text.split(":")


def unpack_groups(text: str) -> Iterator[list[str]]:
    """Return the numbers of each row in a text of `pack_groups`."""
    return map(unpack, text.split(","))


def statement(parts: Sequence[tuple[StrEnum, tuple[str, ...], Statement]]) -> Statement:
    """Return the statement of parts, each given by its name, the names of its columns, and its query."""
    used = {"part", *chain.from_iterable(columns for _, columns, _ in parts)}
    return union_all(_part(*part, used) for part in parts)


def _part(name: StrEnum, columns: tuple[str, ...], query: Statement, used: Container[str]) -> Statement:
    cells = {column: identifier(column) for column in columns} | {"part": sql(":name", name=name)}
    columns_of_all = (_column(column, kind, cells.get(column)) for column, kind in COLUMNS.items() if column in used)
    return sql("SELECT {selected} FROM ({query})", selected=join(", ", columns_of_all), query=query)


def _column(name: str, kind: str, value: Statement | None) -> Statement:
    value = value or sql("NULL")
    return sql("CAST({value} AS {kind}) AS {name}", value=value, kind=_type(kind), name=identifier(name))


def _type(kind: str) -> Statement:
    return sql("decimal(38, 10)") if kind.startswith("decimal") else identifier(kind)


def by_part(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """Return the rows of each part."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["part"], []).append(row)
    return found
