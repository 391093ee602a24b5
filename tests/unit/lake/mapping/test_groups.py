"""Rows that follow each other with one value belong together, unless that is not certain."""

from collections.abc import Sequence

import pyarrow as pa

from shared.lake.mapping.groups import Groups, find_groups


def _groups(values: Sequence[str | None], blocks: Sequence[int | str] = (), gaps: Sequence[int] = ()) -> Groups:
    places = range(0, 2 * len(values), 2)
    return find_groups("Name", pa.array(values, pa.string()), blocks, places, gaps)


def test_rows_that_follow_each_other_with_one_value_are_a_group() -> None:
    found = _groups(["a", "a", "b", "c", "c"])

    assert found.rows_of() == [range(2), range(2, 3), range(3, 5)]
    assert found.faults == {}


def test_blank_cells_take_the_value_of_the_first_row() -> None:
    filled = _groups(["a", "a", "b", "b"]).fill(pa.array(["x", None, None, "y"]))

    assert filled.to_pylist() == ["x", "x", None, "y"]


def test_a_value_that_appears_again_after_another_is_an_error_of_its_rows() -> None:
    assert sorted(_groups(["a", "b", "a", "c"]).faults) == [0, 2]


def test_groups_do_not_extend_over_blocks() -> None:
    found = _groups(["a", "a", "b", "a"], blocks=[1, 2, 2, 3])

    assert found.rows_of() == [range(1), range(1, 2), range(2, 3), range(3, 4)]
    assert found.faults == {}


def test_a_row_without_a_value_has_no_certain_group() -> None:
    assert list(_groups(["a", None, "b"]).faults) == [1]


def test_a_record_that_cannot_be_read_makes_the_groups_beside_it_uncertain() -> None:
    assert sorted(_groups(["a", "a", "b", "b", "c"], gaps=[3]).faults) == [0, 1, 2, 3]
    assert sorted(_groups(["a", "a", "b", "b", "c"], gaps=[9]).faults) == [4]


def test_no_rows_have_no_groups() -> None:
    assert _groups([]).rows_of() == []


def test_names_of_groups_tell_blocks_apart_and_are_kept_by_a_redrive() -> None:
    found = _groups(["a", "a"], blocks=[1, 2])
    names = [found.name_of(row) for row in range(2)]

    assert names == ['["Name","a",1]', '["Name","a",2]']
    assert [_groups(["a", "a"], blocks=names).name_of(row) for row in range(2)] == names
