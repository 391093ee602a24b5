"""A function's process is ended with all that it started, at once."""

import subprocess
import sys

from infra.local.emulator.workers import descendants, end_all

_WITH_A_CHILD = (
    "import subprocess, sys\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import sys; sys.stdin.read()'], stdin=subprocess.PIPE)\n"
    "print('up', flush=True)\n"
    "child.wait()"
)


def test_all_descendants_are_ended_but_not_the_process_itself() -> None:
    parent = subprocess.Popen([sys.executable, "-c", _WITH_A_CHILD], stdout=subprocess.PIPE)  # noqa: S603 # our own program
    with parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        [child] = descendants(parent.pid)

        end_all([child])

        assert parent.wait() == 0
    assert not child.is_running()


def test_a_process_that_has_ended_has_no_descendants() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()

        assert descendants(ended.pid) == []
