"""Groups by numbers are the groups by values, in the order of the values, however many columns there are."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.lake.rollups.group_by import DictionaryEncoded
from tests.tiers import examples

_COLUMNS = [f"c{number:02}" for number in range(40)]  # of which each has up to 13 values: far more than 64 bits tell
_VALUES = st.none() | st.integers(0, 11)
_ROWS = st.lists(st.lists(_VALUES, min_size=len(_COLUMNS), max_size=len(_COLUMNS)), max_size=15)


@settings(max_examples=examples(40), deadline=None)
@given(_ROWS, st.data())
def test_combinations_beyond_an_integer_are_grouped_and_ordered(
    rows: list[list[int | None]], data: st.DataObject
) -> None:
    rows = rows + data.draw(st.lists(st.sampled_from(rows), max_size=5)) if rows else rows
    table = pa.table({name: pa.array([row[place] for row in rows], pa.int64()) for place, name in enumerate(_COLUMNS)})
    numbered = DictionaryEncoded(table)

    groups = numbered.group(_COLUMNS, {"rows": (pa.repeat(pa.scalar(1), len(rows)), "sum")})

    distinct = {tuple(row) for row in rows}
    expected = sorted(distinct, key=lambda row: [(value is None, value or 0) for value in row])
    assert [tuple(group[name] for name in _COLUMNS) for group in groups.to_pylist()] == expected
    assert [group["rows"] for group in groups.to_pylist()] == [rows.count(list(row)) for row in expected]
