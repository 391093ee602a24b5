"""The command that computes the customer snapshot on demand: `./tally customers compute`."""

import typer

from infra.admin.stage import DIRECTORY, LOCAL, DirectoryOption, Stage, StageOption
from infra.local.terminal import echo

app = typer.Typer(help="Customer segments, profiles and the repeat-purchase model.", no_args_is_help=True)

_EPILOG = "Examples: `./tally customers compute`, `./tally customers compute --stage dev`"


@app.callback()
def customers() -> None:
    """Customer segments, profiles and the repeat-purchase model."""


@app.command("compute", epilog=_EPILOG)
def compute(*, directory: DirectoryOption = DIRECTORY, stage: StageOption = LOCAL) -> None:
    """Start the daily snapshot now and return at once; `segmentation_date` changes when it is done."""
    Stage.find(stage, directory).client("lambda").invoke(
        FunctionName=function_that_computes(stage), InvocationType="Event"
    )
    echo("The customer snapshot is being computed; `./tally logs customer_models` shows when it is done.")


def function_that_computes(stage: str) -> str:
    """Return the name of the function that computes the customers of a stage."""
    return f"tally-{stage}-customer-models"
