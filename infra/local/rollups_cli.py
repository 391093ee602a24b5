"""The command that makes roll-ups again: `python -m infra.local rollups rebuild`."""

import typer

from infra.local.stage import DIRECTORY, LOCAL, DirectoryOption, Stage, StageOption
from infra.local.terminal import echo

app = typer.Typer(help="What is computed of the lake's partitions whenever they change.", no_args_is_help=True)

_EPILOG = "Examples: `python -m infra.local rollups rebuild`, `python -m infra.local rollups rebuild --stage dev`"


@app.callback()
def rollups() -> None:
    """What is computed of the lake's partitions whenever they change."""


@app.command(epilog=_EPILOG)
def rebuild(*, directory: DirectoryOption = DIRECTORY, stage: StageOption = LOCAL) -> None:
    """Make what is missing, and what this version computes otherwise than the one that wrote it; cut short, run again.

    Reads every partition of sales, inventory, events and products once. Merges may go on meanwhile.
    """
    # The other commands answer at once without Arrow.
    from infra.local.rebuilding import rebuild_all  # noqa: PLC0415

    count = rebuild_all(Stage.called(stage, directory))
    echo(f"{count} partitions are rolled up as this version does it; cached answers are computed anew.")
