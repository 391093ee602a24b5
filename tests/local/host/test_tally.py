"""`./tally` finds its project and its virtual environment by itself and adds nothing to what it runs."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from infra.local.host.getting_started import commands
from infra.local.layout import PROJECT, Layout, Ports

TALLY = PROJECT / "tally"
HEAVY = ("boto3", "botocore", "pyarrow", "numpy", "duckdb", "aiohttp", "ministack", "psutil", "shared.runtime")


def run(program: Path | str, *arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a directory."""
    return subprocess.run(  # noqa: S603 - our own program
        [program, *arguments],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def copy_without_environment(folder: Path) -> Path:
    """Copy the program to a project that is not installed."""
    copy = folder / "tally"
    copy.write_bytes(TALLY.read_bytes())
    copy.chmod(0o755)
    return copy


def test_it_runs_from_any_directory_and_ignores_modules_there(tmp_path: Path) -> None:
    for name in ("infra", "typer", "json"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('imported from the current directory')")

    answer = run(TALLY, "--help", cwd=tmp_path)

    assert answer.returncode == 0, answer.stderr
    assert "Usage: ./tally" in answer.stdout


def test_it_follows_symlinks_to_its_project(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "a link").symlink_to(TALLY)
    (tmp_path / "bin" / "tally").symlink_to("../a link")

    answer = run("tally", "--help", cwd=tmp_path, PATH=f"{tmp_path / 'bin'}:{os.environ['PATH']}")

    assert answer.returncode == 0, answer.stderr


def test_without_a_virtual_environment_it_names_the_command_to_run(tmp_path: Path) -> None:
    copy = copy_without_environment(tmp_path)

    answer = run(copy, "status", cwd=PROJECT)

    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr == f"Tally is not installed in {tmp_path}; run `make run` or `make setup-run` there first.\n"


def test_arguments_and_exit_codes_pass_through(tmp_path: Path) -> None:
    nothing_up = run(TALLY, "status", "--directory", "a folder", cwd=tmp_path)
    unknown = run(TALLY, "no such", cwd=tmp_path)
    failure = run(TALLY, "token", "--directory", "a folder", cwd=tmp_path)

    assert (nothing_up.returncode, unknown.returncode, failure.returncode) == (3, 2, 1)
    assert f"No platform is running in {tmp_path}/a folder; start it with `./tally up`." in failure.stderr


def test_signals_reach_the_command_itself(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.create()
    layout.log("emulator").write_text("a line\n")
    command = [str(TALLY), "logs", "emulator", "--follow", "--directory", str(tmp_path)]

    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own program
        assert process.stdout is not None
        assert process.stdout.readline() == b"a line\n"
        process.terminate()

    assert process.returncode == -signal.SIGTERM


def test_the_module_behaves_like_the_program(tmp_path: Path) -> None:
    answer = run(sys.executable, "-m", "infra.local", "status", "--directory", str(tmp_path), cwd=PROJECT)

    assert (answer.returncode, answer.stdout) == (3, "The platform is not running.\n")


@pytest.mark.parametrize("command", ["", "token", "keys", "keys list", "audit verify", "rates show", "rollups rebuild"])
def test_help_imports_neither_aws_clients_nor_the_lake(command: str) -> None:
    program = (
        "import atexit, sys\n"
        "from infra.local.cli import main\n"
        f"atexit.register(lambda: print('loaded:', *[name for name in {HEAVY} if name in sys.modules]))\n"
        "main()"
    )

    answer = run(sys.executable, "-c", program, *command.split(), "--help", cwd=PROJECT)

    assert answer.stdout.splitlines()[-1] == "loaded:", answer.stdout
    assert f"Usage: ./tally {command}".rstrip() in answer.stdout


def test_printed_commands_name_the_program_as_seen_from_where_they_are_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(PROJECT)
    at_home = commands(Layout(PROJECT / ".local"), Ports(), "a-stream", datetime.now(UTC))
    monkeypatch.chdir(tmp_path)
    elsewhere = commands(Layout(tmp_path / "a folder"), Ports(), "a-stream", datetime.now(UTC))

    assert all("$(./tally token)" in text or '"$(./tally credentials)"' in text for text in at_home.values())
    for text in elsewhere.values():
        assert f"$({TALLY} token --directory '{tmp_path}/a folder')" in text or f"$({TALLY} credentials" in text
