"""The command that computes customers on demand: `./tally customers compute`."""

import typer
from rich.console import Console

from infra.admin.stage import DIRECTORY, LOCAL, DirectoryOption, Stage, StageOption
from infra.local.progress import Progress
from infra.local.terminal import echo

app = typer.Typer(help="Customer segments, profiles and the repeat-purchase model.", no_args_is_help=True)

_EPILOG = "Examples: `./tally customers compute`, `./tally customers compute --stage dev`"


@app.callback()
def customers() -> None:
    """Customer segments, profiles and the repeat-purchase model."""


@app.command("compute", epilog=_EPILOG)
def compute(*, directory: DirectoryOption = DIRECTORY, stage: StageOption = LOCAL) -> None:
    """Compute segments and profiles now, and wait until they are served. If interrupted, the computation goes on."""
    from infra.admin.customer_run import CustomerExecution  # noqa: PLC0415 - not on the path of --help

    with Progress(Console(stderr=True)).step("Computing customers") as step:
        execution = CustomerExecution.start(Stage.find(stage, directory))
        done = execution.wait(lambda computed, slices: step.note(f"{computed} of {slices} slices"))
    echo(f"{done['customers']} customers are computed, {done['removed']} of the previous ones were removed.")
    if not done["published"]:
        echo("They are not served, because a computation that started later ended before this one.")
