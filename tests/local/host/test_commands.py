"""The command line answers in sentences, with an exit code, and leaves nothing running."""

import json
import os
import re
import socket
import subprocess
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from infra.local import run_state
from infra.local.cli import app
from infra.local.layout import PROJECT, Layout, Ports
from tests.local.host.free_ports import free_ports
from tests.local.host.test_emulator import processes_using


def run(*arguments: str, cwd: Path = PROJECT) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user does."""
    environment = {**os.environ, "COLUMNS": "200"}
    command = [str(PROJECT / "tally"), *arguments]
    return subprocess.run(  # noqa: S603 - our own program
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def options(directory: Path, ports: Ports) -> list[str]:
    named = {"--port": ports.front, "--web-port": ports.web, "--emulator-port": ports.emulator}
    return ["--directory", str(directory), "--athena-port", str(ports.athena)] + [
        str(word) for pair in named.items() for word in pair
    ]


def test_up_with_a_busy_port_names_it_and_leaves_nothing(tmp_path: Path) -> None:
    ports = free_ports()

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", ports.front))
        taken.listen()
        answer = run("up", "--no-demo", *options(tmp_path, ports))

    assert answer.returncode == 1
    assert f"Port {ports.front} (front) is in use by another program" in answer.stderr
    assert "--port" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert processes_using(tmp_path) == []
    assert run_state.current(Layout(tmp_path)) is None


def test_up_in_the_background_reports_why_it_failed(tmp_path: Path) -> None:
    ports = free_ports()

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", ports.athena))
        taken.listen()
        answer = run("up", "--detach", "--no-demo", *options(tmp_path, ports))

    assert answer.returncode == 1
    assert f"Port {ports.athena} (athena) is in use" in answer.stderr


COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined] # the commands of a group


@pytest.mark.parametrize("command", [name for name, each in COMMANDS.items() if not hasattr(each, "commands")])
def test_every_command_explains_itself_with_an_example(command: str) -> None:
    answer = CliRunner().invoke(app, [command, "--help"])

    assert answer.exit_code == 0
    assert "./tally" in answer.output


def test_the_readme_lists_every_command() -> None:
    sentence = (PROJECT / "README.md").read_text().split("Its commands are ")[1].split(";")[0]

    assert sorted(re.findall(r"`([a-z-]+)`", sentence)) == sorted(COMMANDS)


def test_status_without_a_platform_exits_with_3(tmp_path: Path) -> None:
    answer = CliRunner().invoke(app, ["status", "--directory", str(tmp_path)])

    assert (answer.exit_code, answer.output) == (3, "The platform is not running.\n")


def test_status_without_a_platform_is_json_too(tmp_path: Path) -> None:
    answer = CliRunner().invoke(app, ["status", "--json", "--directory", str(tmp_path)])

    assert (answer.exit_code, json.loads(answer.output)) == (3, {"state": "down"})


def test_status_shows_the_address_and_health_of_every_part(tmp_path: Path) -> None:
    layout, ports = Layout(tmp_path), free_ports()

    with run_state.exclusive(layout):
        run_state.PlatformRun(os.getpid(), 0.0, ports).write(layout)
        shown = CliRunner().invoke(app, ["status", "--directory", str(tmp_path)])
        read = CliRunner().invoke(app, ["status", "--json", "--directory", str(tmp_path)])

    rows = [line.split() for line in shown.output.splitlines()]
    assert (shown.exit_code, read.exit_code) == (0, 0)
    assert rows[0] == ["Part", "State"]
    assert rows[1][:4] == ["Platform", "starting,", "process", f"{os.getpid()},"]
    assert rows[2] == ["API", f"{ports.url('front')}/api/v1"]
    assert rows[-1] == ["Health", "the", "API", "does", "not", "respond"]
    assert json.loads(read.output) == {
        "state": "starting",
        "process": os.getpid(),
        "since": "1970-01-01T00:00:00+00:00",
        "healthy": False,
        "addresses": {name: ports.url(name) for name in ("front", "web", "emulator", "athena")},
    }


def test_down_without_a_platform_succeeds(tmp_path: Path) -> None:
    answer = CliRunner().invoke(app, ["down", "--directory", str(tmp_path)])

    assert (answer.exit_code, answer.output) == (0, "The platform is not running.\n")


def test_reset_asks_and_can_be_declined(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()

    answer = CliRunner().invoke(app, ["reset", "--directory", str(tmp_path)], input="n\n")

    assert answer.exit_code == 1
    assert (tmp_path / "state").exists()


def test_reset_deletes_everything(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()

    answer = CliRunner().invoke(app, ["reset", "--yes", "--directory", str(tmp_path)])

    assert answer.exit_code == 0
    assert not tmp_path.exists()


def test_reset_refuses_a_running_platform(tmp_path: Path) -> None:
    layout = Layout(tmp_path)

    with run_state.exclusive(layout):
        run_state.PlatformRun(os.getpid(), 0.0, Ports()).write(layout)
        answer = run("reset", "--yes", "--directory", str(tmp_path))

    assert answer.returncode == 1
    assert "stop it with `./tally down`" in answer.stderr
    assert tmp_path.exists()


def test_demo_needs_a_running_platform(tmp_path: Path) -> None:
    answer = run("demo", "--directory", str(tmp_path))

    assert answer.returncode == 1
    assert "No platform is running" in answer.stderr


@pytest.fixture
def sales(tmp_path: Path) -> Path:
    """A file to import."""
    file = tmp_path / "sales.csv"
    file.write_text("transaction_id,timestamp,product_id,quantity,unit_price\n")
    return file


def _imported(sales: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return run("import", str(sales), "--source", "a-shop", "--type", "transactions", *options)


def test_import_needs_a_running_platform(tmp_path: Path, sales: Path) -> None:
    answer = _imported(sales, "--directory", str(tmp_path))

    assert answer.returncode == 1
    assert "No platform is running" in answer.stderr


def test_import_elsewhere_needs_a_key_and_an_address_that_answers(sales: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"http://127.0.0.1:{free_ports().front}"
    keyless = _imported(sales, "--url", url)
    monkeypatch.setenv("TALLY_CLIENT_ID", "k-1")
    monkeypatch.setenv("TALLY_CLIENT_SECRET", "hidden")
    unanswered = _imported(sales, "--url", url)

    assert (keyless.returncode, unanswered.returncode) == (1, 1)
    assert keyless.stderr.startswith("NoApiKey: Set TALLY_CLIENT_ID and TALLY_CLIENT_SECRET")
    assert unanswered.stderr.startswith(f"RequestFailed: {url}/api/v1/auth/token cannot be reached")
    assert "hidden" not in unanswered.stderr


def test_import_names_the_types_it_knows(sales: Path) -> None:
    answer = run("import", str(sales), "--source", "a-shop", "--type", "sales")

    assert answer.returncode == 2
    assert "transactions" in answer.stderr


def test_logs_lists_all_logs_and_shows_the_end_of_one(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.create()
    layout.log("emulator").write_text("".join(f"line {number}\n" for number in range(100)))

    listed = CliRunner().invoke(app, ["logs", "--directory", str(tmp_path)])
    read = CliRunner().invoke(app, ["logs", "--json", "--directory", str(tmp_path)])
    shown = CliRunner().invoke(app, ["logs", "emulator", "-n", "2", "--directory", str(tmp_path)])

    location = str(layout.log("emulator"))
    assert [line.split() for line in listed.output.splitlines()] == [["Name", "Location"], ["emulator", location]]
    assert json.loads(read.output) == [{"name": "emulator", "location": location}]
    assert shown.output == "line 98\nline 99\n"


def test_a_log_is_printed_as_lines_and_not_as_json(tmp_path: Path) -> None:
    answer = run("logs", "emulator", "--json", "--directory", str(tmp_path))

    assert answer.returncode == 2
    assert "leave out the name" in answer.stderr


def test_an_unknown_log_lists_the_existing_ones(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.create()
    layout.log("deploy").touch()

    answer = run("logs", "nope", "--directory", str(tmp_path))

    assert answer.returncode == 1
    assert "choose one of: deploy" in answer.stderr


@pytest.mark.parametrize("command", ["up --no-demo", "up --no-demo --detach"])
def test_up_in_an_unwritable_directory_fails_in_one_sentence(tmp_path: Path, command: str) -> None:
    (tmp_path / "file").write_text("no directory")

    answer = run(*command.split(), *options(tmp_path / "file" / "platform", free_ports()))

    assert answer.returncode == 1
    assert answer.stderr.startswith(f"Unwritable: {tmp_path}/file")
    assert answer.stderr.count("\n") == 1


def test_up_in_the_background_uses_the_directory_as_its_caller_sees_it(tmp_path: Path) -> None:
    ports = free_ports()

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", ports.athena))
        taken.listen()
        answer = run("up", "--detach", "--no-demo", *options(Path("platform"), ports), cwd=tmp_path)

    assert f"Port {ports.athena} (athena) is in use" in answer.stderr
    assert Layout(tmp_path / "platform").credentials.exists()
    assert not (PROJECT / "platform").exists()


def test_a_second_up_in_the_background_does_not_touch_the_first_log(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    layout.create()
    layout.log("host").write_text("of the first")

    with run_state.exclusive(layout):
        run_state.PlatformRun(os.getpid(), 0.0, Ports()).write(layout)
        answer = run("up", "--detach", "--no-demo", *options(tmp_path, free_ports()))

    assert answer.returncode == 1
    assert "AlreadyUp" in answer.stderr
    assert layout.log("host").read_text() == "of the first"
