"""The command that has customers computed now, not when the clock says: `python -m infra.local customers compute`."""

import typer

from infra.local.stage import DIRECTORY, LOCAL, DirectoryOption, Stage, StageOption
from infra.local.terminal import echo

app = typer.Typer(help="Segments, profiles and the model of who buys again.", no_args_is_help=True)

_EPILOG = "Examples: `python -m infra.local customers compute`, `python -m infra.local customers compute --stage dev`"


@app.callback()
def customers() -> None:
    """Segments, profiles and the model of who buys again."""


@app.command("compute", epilog=_EPILOG)
def compute(*, directory: DirectoryOption = DIRECTORY, stage: StageOption = LOCAL) -> None:
    """Start what the clock starts once a day, and return at once; `segmentation_date` tells when it is done."""
    Stage.called(stage, directory).client("lambda").invoke(
        FunctionName=function_that_computes(stage), InvocationType="Event"
    )
    echo("Customers are being computed: `python -m infra.local logs customer_models` tells when it is done.")


def function_that_computes(stage: str) -> str:
    """Return the name of the function that computes the customers of a stage."""
    return f"tally-{stage}-customer-models"
