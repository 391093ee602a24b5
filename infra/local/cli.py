"""The laptop's command line: the life of the platform, its credentials, data and logs, and administration."""

import shutil
import sys
import webbrowser
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from infra.admin import (
    audit_command,
    customers_command,
    dead_letters_command,
    fraud_configuration_command,
    import_command,
    keys_command,
    migrate_command,
    preview_command,
    rates_command,
    rollups_command,
    stream_command,
    tables_command,
)
from infra.local import run_state
from infra.local.demo.scale import Scale
from infra.local.deploy.outputs import StackOutputs
from infra.local.emulator.credentials import EmulatorCredentials, session
from infra.local.errors import AlreadyUp, LaptopError, NoSuchLog, Unwritable
from infra.local.host import getting_started, log_files
from infra.local.host.daemon import start_detached, stop
from infra.local.host.function_logs import FunctionLogs
from infra.local.layout import PROJECT, Layout, Ports
from infra.local.progress import Progress
from infra.local.sign_in_codes import SignInCodes, sign_in_address
from infra.local.terminal import JsonOption, echo, echo_json, echo_table, printable

app = typer.Typer(
    help="Tally on this laptop: an AWS emulator with the real app deployed into it, Athena on DuckDB and a front door.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(keys_command.app, name="keys")
app.add_typer(audit_command.app, name="audit")
app.add_typer(customers_command.app, name="customers")
app.add_typer(dead_letters_command.app, name="dead-letters")
app.add_typer(fraud_configuration_command.app, name="fraud-configuration")
app.add_typer(rates_command.app, name="rates")
app.add_typer(rollups_command.app, name="rollups")
app.add_typer(stream_command.app, name="stream")
app.add_typer(tables_command.app, name="tables")
app.command("import", epilog=import_command.EPILOG)(import_command.import_file)
app.command(epilog=migrate_command.EPILOG)(migrate_command.migrate)
app.command(epilog=preview_command.EPILOG)(preview_command.preview)

_PORTS = Ports()
_HEALTH_SECONDS = 15.0  # the first request after a start waits for its function's
_PROGRAM = "./tally"
Directory = Annotated[Path, typer.Option("--directory", help="Directory of state, data and logs.")]
ScaleOption = Annotated[Scale, typer.Option("--scale", help="Amount of demo data.")]
_DIRECTORY = PROJECT / ".local"


@app.command(epilog=f"Examples: `{_PROGRAM} up`, `{_PROGRAM} up --no-demo --port 9090`, `{_PROGRAM} up --detach`")
def up(  # noqa: PLR0913 - each is one option of the command
    *,
    directory: Directory = _DIRECTORY,
    port: Annotated[int, typer.Option("--port", help="Port of the front door.")] = _PORTS.front,
    web_port: Annotated[int, typer.Option("--web-port", help="Port of the web page.")] = _PORTS.web,
    emulator_port: Annotated[int, typer.Option("--emulator-port", help="Port of the emulator.")] = _PORTS.emulator,
    athena_port: Annotated[int, typer.Option("--athena-port", help="Port of Athena.")] = _PORTS.athena,
    demo: Annotated[bool, typer.Option("--demo/--no-demo", help="Load demo data if the lake is empty.")] = True,
    scale: ScaleOption = Scale.SMALL,
    detach: Annotated[bool, typer.Option("--detach", help="Return when it is up; stop it with `down`.")] = False,
) -> None:
    """Start the platform and keep it running until Ctrl-C; data is kept for the next start."""
    layout = Layout(directory.resolve())
    if detach:
        start_detached(layout, [argument for argument in sys.argv[1:] if argument != "--detach"])
        status(directory=directory)
        getting_started.show_link(Console(), layout, run_state.require_current(layout).ports)
        return
    from infra.local.host.foreground import stay_up  # noqa: PLC0415 - not on the path of --help

    ports = Ports(front=port, web=web_port, emulator=emulator_port, athena=athena_port)
    if not stay_up(layout, ports, scale=scale if demo else None, console=Console()):
        raise typer.Exit(code=130)


@app.command(epilog=f"Example: `{_PROGRAM} down`")
def down(*, directory: Directory = _DIRECTORY) -> None:
    """Stop the running platform and keep its data."""
    layout = Layout(directory.resolve())
    run = run_state.current(layout)
    if run is None:
        Console().print("The platform is not running.")
        return
    with Progress(Console()).step("Stopping the platform"):
        stop(layout, run)


@app.command(epilog=f"Examples: `{_PROGRAM} status`, `{_PROGRAM} status --json`")
def status(*, json: JsonOption = False, directory: Directory = _DIRECTORY) -> None:
    """Show the running platform and its addresses; exit code 3 if it is not running."""
    from infra.local.emulator.supervisor import answers  # noqa: PLC0415 - not on the path of --help

    run = run_state.current(Layout(directory.resolve()))
    if run is None:
        if json:
            echo_json({"state": "down"})
        else:
            echo("The platform is not running.")
        raise typer.Exit(code=3)
    healthy = answers(f"{run.ports.url('front')}/api/v1/health", seconds=_HEALTH_SECONDS)
    if json:
        echo_json(_document(run, healthy=healthy))
    else:
        echo_table(("Part", "State"), _parts(run, healthy=healthy))


def _document(run: run_state.PlatformRun, *, healthy: bool) -> dict[str, object]:
    return {
        "state": run.state,
        "process": run.pid,
        "since": run.since.isoformat(timespec="seconds"),
        "healthy": healthy,
        "addresses": {name: run.ports.url(name) for name in run.ports.names()},
    }


def _parts(run: run_state.PlatformRun, *, healthy: bool) -> Iterable[tuple[str, str]]:
    yield "Platform", f"{run.state}, process {run.pid}, since {run.since.astimezone():%Y-%m-%d %H:%M:%S}"
    yield from getting_started.addresses(run.ports).items()
    yield "Health", "good" if healthy else "the API does not respond"


@app.command(epilog=f"Examples: `{_PROGRAM} reset`, `{_PROGRAM} reset --yes`")
def reset(
    *,
    directory: Directory = _DIRECTORY,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
) -> None:
    """Delete all local data and state, so that the next `up` starts from scratch."""
    layout = Layout(directory.resolve())
    if run_state.current(layout) is not None:
        raise AlreadyUp(layout.directory, f"stop it with `{_PROGRAM} down` before deleting its data")
    if not layout.directory.exists():
        Console().print("There is nothing to delete.")
        return
    if not yes:
        typer.confirm(f"Delete everything in {layout.directory}?", abort=True)
    shutil.rmtree(layout.directory)


@app.command(epilog=f"Example: `{_PROGRAM} demo --scale medium`")
def demo(*, directory: Directory = _DIRECTORY, scale: ScaleOption = Scale.SMALL) -> None:
    """Send demo data to the running platform through its public API and stream."""
    from infra.local.demo.loader import load_demo  # noqa: PLC0415 - not on the path of --help
    from infra.local.keys import LocalApiKey  # noqa: PLC0415 - not on the path of --help
    from infra.local.lake import Lake  # noqa: PLC0415 - not on the path of --help

    layout = Layout(directory.resolve())
    ports = run_state.require_current(layout).ports
    lake = Lake(session(layout), ports.url("emulator"), StackOutputs.read(layout.outputs))
    api_url = f"{ports.url('front')}/api/v1"
    shown = LocalApiKey(layout).token(api_url)
    load_demo(api_url=api_url, token=shown, lake=lake, scale=scale, progress=Progress(Console()))


@app.command(epilog=f"Example: `TOKEN=$({_PROGRAM} token)`")
def token(*, directory: Directory = _DIRECTORY) -> None:
    """Print an access token for the API key created by `up`; it is valid for a day and has every scope."""
    from infra.local.keys import LocalApiKey  # noqa: PLC0415 - not on the path of --help

    layout = Layout(directory.resolve())
    ports = run_state.require_current(layout).ports
    echo(LocalApiKey(layout).token(f"{ports.url('front')}/api/v1"))


@app.command("open", epilog=f"Examples: `{_PROGRAM} open`, `{_PROGRAM} open --print`")
def open_application(
    *,
    directory: Directory = _DIRECTORY,
    only_print: Annotated[bool, typer.Option("--print", help="Print the link and start no browser.")] = False,
) -> None:
    """Open the web application in the browser, signed in by a link that is valid once and for ten minutes."""
    layout = Layout(directory.resolve())
    ports = run_state.require_current(layout).ports
    link = sign_in_address(ports, SignInCodes(layout).create())
    if only_print or not webbrowser.open(link):
        echo(link)
    else:
        echo("The web application opens in your browser. If it does not, `--print` prints the link.")


@app.command(epilog=f'Example: `eval "$({_PROGRAM} credentials)"`, then `aws kinesis list-streams` or boto3')
def credentials(*, directory: Directory = _DIRECTORY) -> None:
    """Print shell commands that point AWS clients to the platform that is up, with this installation's credentials."""
    layout = Layout(directory.resolve())
    ports = run_state.require_current(layout).ports
    for line in getting_started.exports(EmulatorCredentials.of(layout), ports):
        echo(line)


@app.command(epilog=f"Examples: `{_PROGRAM} logs`, `{_PROGRAM} logs emulator`, `{_PROGRAM} logs merger --follow`")
def logs(
    name: Annotated[str | None, typer.Argument(help="Name of a log file or function (default: list all).")] = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="Print the list of logs as one JSON document.")] = False,
    directory: Directory = _DIRECTORY,
    lines: Annotated[int, typer.Option("--lines", "-n", help="Number of last lines to show.")] = 50,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Follow the log until Ctrl-C.")] = False,
) -> None:
    """Show the end of a log, or list all logs."""
    if json and name is not None:
        raise typer.BadParameter("only the list of logs is a JSON document; leave out the name.", param_hint="--json")
    layout = Layout(directory.resolve())
    files, functions = log_files.by_name(layout), _function_logs(layout)
    groups = functions.groups() if functions else {}
    if name is None:
        _list_logs({**groups, **files}, json=json)
    elif name in files:
        _echo(log_files.tail(files[name], lines=lines, follow=follow))
    elif functions and name in groups:
        _echo(functions.tail(groups[name], lines=lines, follow=follow))
    else:
        known = ", ".join([*files, *groups]) or "none yet"
        raise NoSuchLog(f"The log {name} does not exist; choose one of: {known}.")


def _list_logs(logs: Mapping[str, object], *, json: bool) -> None:
    listed = {name: str(logs[name]) for name in sorted(logs)}
    if json:
        echo_json([{"name": name, "location": location} for name, location in listed.items()])
    else:
        echo_table(("Name", "Location"), listed.items())


def _function_logs(layout: Layout) -> FunctionLogs | None:
    run = run_state.current(layout)
    return FunctionLogs(session(layout), run.ports.url("emulator")) if run is not None and run.ready else None


def _echo(lines: Iterable[str]) -> None:
    for line in lines:
        echo(line)


def main() -> None:
    """Run the command line; a failure prints one sentence and exits with code 1."""
    try:
        app(prog_name=_PROGRAM)
    except Exception as error:
        if isinstance(error, OSError) and error.filename is not None:
            _fail(Unwritable(error))
        if not _is_designed(error):
            raise
        _fail(error)


def _is_designed(error: Exception) -> bool:
    """Return whether an error's text is the message to the user."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - not on the path of --help

    from shared.runtime.errors import TallyError  # noqa: PLC0415 - not on the path of --help

    return isinstance(error, (LaptopError, TallyError, BotoCoreError, ClientError))


def _fail(error: Exception) -> NoReturn:
    said = escape(printable(str(error)))
    Console(stderr=True).print(f"[red]{type(error).__name__}[/red]: {said}", soft_wrap=True, highlight=False)
    sys.exit(1)
