"""Groups of rows: consecutive rows with one value in a column, such as the lines of an order."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.quarantine.row_groups import group_name

INCOMPLETE = "is next to a record that cannot be read and may belong to its group"


@dataclass(frozen=True)
class Groups:
    """The number of each row's group, the first row of each group, and the rows whose group is not certain."""

    column: str
    values: pa.StringArray
    blocks: Sequence[int | str]
    numbers: pa.Int64Array
    firsts: pa.Int64Array
    faults: Mapping[int, str] = field(default_factory=dict)

    @property
    def first_rows(self) -> pa.Int64Array:
        """For each row, the first row of its group."""
        return self.firsts.take(self.numbers)

    def fill(self, values: pa.Array) -> pa.Array:
        """Return a column with blank cells filled from the first row of their group."""
        return pc.coalesce(values, values.take(self.first_rows))

    def name_of(self, row: int) -> str:
        """Return the name of a row's group in its delivery, which differs between blocks."""
        block = self.blocks[row] if self.blocks else ""
        return block if isinstance(block, str) and block else group_name(self.column, self.values[row].as_py(), block)

    def rows_of(self) -> list[range]:
        """Return the rows of each group."""
        starts = [*self.firsts.to_pylist(), len(self.numbers)]
        return [range(start, end) for start, end in pairwise(starts)]


def find_groups(
    column: str, values: pa.StringArray, blocks: Sequence[int | str], places: Sequence[int], gaps: Sequence[int]
) -> Groups:
    """Find the groups of rows.

    A row without a value, a value that appears again after another one, and a group next to a record that could not be
    read are faults: it is not certain which rows belong together.

    Args:
        column: the name of the column.
        values: its values.
        blocks: what each row was received in; groups do not extend over several. Empty if all came together.
        places: the positions of the rows.
        gaps: the positions of records that could not be read.
    """
    size = len(values)
    if not size:
        return Groups(column, values, blocks, pa.array([], pa.int64()), pa.array([], pa.int64()))
    begins = pc.fill_null(pc.not_equal(values.slice(1), values.slice(0, size - 1)), fill_value=True)
    if blocks:
        begins = pc.or_(begins, pa.array([one != other for one, other in pairwise(blocks)]))
    starts = pa.concat_arrays([pa.array([True]), begins])
    numbers = pc.subtract(pc.cumulative_sum(starts.cast(pa.int64())), 1)
    groups = Groups(column, values, blocks, numbers, pc.indices_nonzero(starts).cast(pa.int64()))
    absent = f"has no {column}, which tells its groups apart"
    faults = dict.fromkeys(pc.indices_nonzero(pc.is_null(values)).to_pylist(), absent)
    faults |= _repeated(column, groups, values, blocks) | _incomplete(groups, places, gaps)
    return replace(groups, faults=faults)


def _repeated(column: str, groups: Groups, values: pa.StringArray, blocks: Sequence[int | str]) -> dict[int, str]:
    """Find the rows of groups whose value appears again after another one."""
    own = values.take(groups.firsts)
    if blocks:
        each_block = pa.array([str(blocks[first]) for first in groups.firsts.to_pylist()])
        own = pc.binary_join_element_wise(own, each_block, "\x1f")
    if pc.count_distinct(own, mode="only_valid").as_py() == len(own) - own.null_count:
        return {}
    counted = pc.value_counts(own.drop_null())
    often = counted.field("values").filter(pc.greater(counted.field("counts"), 1))
    rows = pc.indices_nonzero(pc.is_in(own.take(groups.numbers), value_set=often)).to_pylist()
    return dict.fromkeys(rows, f"has the same {column} as other rows that do not follow each other; sort by {column}")


def _incomplete(groups: Groups, places: Sequence[int], gaps: Sequence[int]) -> dict[int, str]:
    """Find the rows of the groups before and after each record that could not be read."""
    if not gaps:
        return {}
    every, numbers = groups.rows_of(), groups.numbers
    found: dict[int, str] = {}
    for gap in gaps:
        after = bisect_left(places, gap)
        for row in (after - 1, after):
            if 0 <= row < len(numbers) and row not in found:
                found |= dict.fromkeys(every[numbers[row].as_py()], INCOMPLETE)
    return found
