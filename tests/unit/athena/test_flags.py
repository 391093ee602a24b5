"""Conditions as columns: parameters are in WHERE, and each row is there once."""

import duckdb
import pytest

from shared.athena.flags import flagged
from shared.athena.sql import sql

ROWS = "(VALUES (1, 'a', 'x'), (2, 'b', 'y'), (3, NULL, NULL), (4, 'a', 'y')) AS t (n, letter, other)"


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"is_a": "letter"}, [(1, True), (2, False), (3, False), (4, True)]),
        (
            {"is_a": "letter", "is_other_a": "other"},
            [(1, True, False), (2, False, False), (3, False, False), (4, True, False)],
        ),
    ],
)
def test_every_row_has_its_flags_once(conditions: dict[str, str], expected: list[tuple[object, ...]]) -> None:
    columns = {"letter": sql("letter = :text", text="a"), "other": sql("other = :text", text="a")}
    flags = flagged({name: columns[column] for name, column in conditions.items()})

    found = duckdb.execute(f"SELECT n, {', '.join(conditions)} FROM {ROWS} {flags.text} ORDER BY n", [*flags.values])  # noqa: S608 of this test

    assert found.fetchall() == expected


def test_further_conditions_follow() -> None:
    flags = flagged({"is_a": sql("letter = :text", text="a")})

    found = duckdb.execute(f"SELECT n FROM {ROWS} {flags.text} AND n > 1 AND is_a", [*flags.values])  # noqa: S608 as above

    assert found.fetchall() == [(4,)]
