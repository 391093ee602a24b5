"""The journal: changes are read back in order, without a truncated line."""

from pathlib import Path

from infra.local.emulator.journal import Journal


def written(directory: Path) -> list[object]:
    return list(Journal(directory).changes())


def test_changes_are_read_in_the_order_in_which_they_were_written(tmp_path: Path) -> None:
    journal = Journal(tmp_path)

    journal.write(["set", 1], ["set", 2])
    journal.write(["removed", 1])

    assert written(tmp_path) == [["set", 1], ["set", 2], ["removed", 1]]


def test_the_next_process_continues_after_a_killed_one(tmp_path: Path) -> None:
    Journal(tmp_path).write("first")

    Journal(tmp_path).write("second")

    assert written(tmp_path) == ["first", "second"]


def test_a_change_truncated_by_a_kill_is_ignored_as_a_whole(tmp_path: Path) -> None:
    Journal(tmp_path).write("kept")
    Journal(tmp_path).write("one", "two")
    last = max(tmp_path.iterdir())
    last.write_bytes(last.read_bytes()[:-4])

    Journal(tmp_path).write("after")

    assert written(tmp_path) == ["kept", "after"]


def test_rotation_returns_all_files_but_the_last_for_deletion(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.write("before the first save")
    Journal.drop(journal.turn())
    journal.write("before the second save")

    Journal.drop(journal.turn())
    journal.write("after it")

    assert written(tmp_path) == ["before the second save", "after it"]
