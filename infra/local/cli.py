"""The laptop's command line: up, down, status, reset, demo, token, keys, audit, customers, rates, rollups, logs."""

import shutil
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console
from rich.table import Table

from infra.local import audit_cli, customers_cli, keys_cli, log_files, rates_cli, rollups_cli, run_state, try_it
from infra.local.background import start_detached, stop
from infra.local.demo.scenario import Scale
from infra.local.demo_loading import load_demo
from infra.local.deploy.outputs import Outputs
from infra.local.emulator.clients import session
from infra.local.emulator.supervisor import answers
from infra.local.failures import AlreadyUp, LaptopError, NoSuchLog, Unwritable
from infra.local.function_logs import FunctionLogs
from infra.local.keys import OwnKey
from infra.local.lake import Lake
from infra.local.layout import PROJECT, Layout, Ports
from infra.local.progress import Progress
from shared.runtime.errors import TallyError

app = typer.Typer(
    help="Tally on this laptop: an AWS emulator with the real app deployed into it, Athena on DuckDB and a front door.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(keys_cli.app, name="keys")
app.add_typer(audit_cli.app, name="audit")
app.add_typer(customers_cli.app, name="customers")
app.add_typer(rates_cli.app, name="rates")
app.add_typer(rollups_cli.app, name="rollups")

_PORTS = Ports()
_HEALTH_SECONDS = 15.0  # the first request after a start waits for its function's
_PROGRAM = "python -m infra.local"
Directory = Annotated[Path, typer.Option("--directory", help="Where state, data and logs are kept.")]
ScaleOption = Annotated[Scale, typer.Option("--scale", help="How much demo data.")]
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
    detach: Annotated[bool, typer.Option("--detach", help="Return once it is up; end it with `down`.")] = False,
) -> None:
    """Bring the platform up and keep it up until Ctrl-C; the next start finds all data again."""
    layout = Layout(directory.resolve())
    if detach:
        start_detached(layout, [argument for argument in sys.argv[1:] if argument != "--detach"])
        status(directory=directory)
        return
    # Only `up` needs DuckDB, the emulator and the servers; the other commands answer at once without them.
    from infra.local.staying_up import stay_up  # noqa: PLC0415

    ports = Ports(front=port, web=web_port, emulator=emulator_port, athena=athena_port)
    if not stay_up(layout, ports, scale=scale if demo else None, console=Console()):
        raise typer.Exit(code=130)


@app.command(epilog=f"Example: `{_PROGRAM} down`")
def down(*, directory: Directory = _DIRECTORY) -> None:
    """Stop the platform that is up, keeping its data."""
    layout = Layout(directory.resolve())
    run = run_state.current(layout)
    if run is None:
        Console().print("Nothing is up.")
        return
    with Progress(Console()).step("Stopping the platform"):
        stop(layout, run)


@app.command(epilog=f"Example: `{_PROGRAM} status`")
def status(*, directory: Directory = _DIRECTORY) -> None:
    """Show what is up and where; exit code 3 when nothing is."""
    run = run_state.current(Layout(directory.resolve()))
    if run is None:
        Console().print("Nothing is up.")
        raise typer.Exit(code=3)
    since = datetime.fromtimestamp(run.started_at, UTC).astimezone()
    state = "up" if run.ready else "starting"
    table = Table.grid(padding=(0, 2))
    table.add_row("Platform", f"{state}, process {run.pid}, since {since:%Y-%m-%d %H:%M:%S}")
    for name, address in try_it.addresses(run.ports).items():
        table.add_row(name, address)
    healthy = answers(f"{run.ports.url('front')}/api/v1/health", _HEALTH_SECONDS)
    table.add_row("Health", "[green]good[/green]" if healthy else "[red]the API does not answer[/red]")
    Console().print(table)


@app.command(epilog=f"Examples: `{_PROGRAM} reset`, `{_PROGRAM} reset --yes`")
def reset(
    *,
    directory: Directory = _DIRECTORY,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Throw all local data and state away, so that the next `up` starts from nothing."""
    layout = Layout(directory.resolve())
    if run_state.current(layout) is not None:
        raise AlreadyUp(layout.directory, f"end it with `{_PROGRAM} down` before its data is thrown away")
    if not layout.directory.exists():
        Console().print("There is nothing to throw away.")
        return
    if not yes:
        typer.confirm(f"Throw away everything in {layout.directory}?", abort=True)
    shutil.rmtree(layout.directory)


@app.command(epilog=f"Example: `{_PROGRAM} demo --scale medium`")
def demo(*, directory: Directory = _DIRECTORY, scale: ScaleOption = Scale.SMALL) -> None:
    """Send demo data to the platform that is up, through its public doors."""
    layout = Layout(directory.resolve())
    ports = run_state.required(layout).ports
    lake = Lake(session(), ports.url("emulator"), Outputs.read(layout.outputs))
    api_url = f"{ports.url('front')}/api/v1"
    shown = OwnKey(layout).token(api_url)
    load_demo(api_url=api_url, token=shown, lake=lake, scale=scale, progress=Progress(Console()))


@app.command(epilog=f"Example: `TOKEN=$({_PROGRAM} token)`")
def token(*, directory: Directory = _DIRECTORY) -> None:
    """Print an access token for the key that `up` made, good for a day and for everything."""
    layout = Layout(directory.resolve())
    ports = run_state.required(layout).ports
    typer.echo(OwnKey(layout).token(f"{ports.url('front')}/api/v1"))


@app.command(epilog=f"Examples: `{_PROGRAM} logs`, `{_PROGRAM} logs emulator`, `{_PROGRAM} logs merger --follow`")
def logs(
    name: Annotated[str | None, typer.Argument(help="A file or a function; without it, those there are.")] = None,
    *,
    directory: Directory = _DIRECTORY,
    lines: Annotated[int, typer.Option("--lines", "-n", help="How many of its last lines.")] = 50,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as it grows, until Ctrl-C.")] = False,
) -> None:
    """Show the end of a log, or which logs there are."""
    layout = Layout(directory.resolve())
    files, functions = log_files.by_name(layout), _function_logs(layout)
    groups = functions.groups() if functions else {}
    if name is None:
        for each in [*files.values(), *groups.values()]:
            typer.echo(each)
    elif name in files:
        _echo(log_files.tail(files[name], lines=lines, follow=follow))
    elif functions and name in groups:
        _echo(functions.tail(groups[name], lines=lines, follow=follow))
    else:
        known = ", ".join([*files, *groups]) or "none yet"
        raise NoSuchLog(f"There is no log called {name}; there are: {known}.")


def _function_logs(layout: Layout) -> FunctionLogs | None:
    run = run_state.current(layout)
    return FunctionLogs(session(), run.ports.url("emulator")) if run is not None and run.ready else None


def _echo(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)


def main() -> None:
    """Run the command line; a failure is one sentence and exit code 1."""
    try:
        app(prog_name=_PROGRAM)
    except (LaptopError, TallyError, BotoCoreError, ClientError) as error:
        _fail(error)
    except OSError as error:
        if error.filename is None:
            raise
        _fail(Unwritable(error))


def _fail(error: Exception) -> NoReturn:
    Console(stderr=True).print(f"[red]{type(error).__name__}[/red]: {error}", soft_wrap=True, highlight=False)
    sys.exit(1)
