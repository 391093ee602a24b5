"""Log files can be read from their end, and never fill a disk."""

from pathlib import Path

from infra.local.host.log_files import begin_anew_if_long, by_name, tail
from infra.local.layout import Layout


def test_following_a_file_yields_added_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("one\ntwo\n")
    following = tail(path, lines=1, follow=True)

    first = next(following)
    with path.open("a") as log:
        log.write("three\n")

    assert (first, next(following)) == ("two", "three")


def test_a_long_log_is_rotated_once(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.create()
    path = layout.log("emulator")
    path.write_text("x" * 11)

    begin_anew_if_long(path, most=10)

    assert list(by_name(layout)) == ["emulator.old"]
    assert layout.log("emulator.old").read_text() == "x" * 11


def test_a_short_log_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("x")

    begin_anew_if_long(path, most=10)

    assert path.exists()
