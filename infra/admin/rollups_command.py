"""The command that makes roll-ups again: `./tally rollups rebuild`."""

import typer

from infra.admin.stage import DIRECTORY, LOCAL, DirectoryOption, Stage, StageOption
from infra.local.terminal import echo

app = typer.Typer(
    help="Roll-ups: aggregates of the lake's partitions, refreshed when a partition changes.", no_args_is_help=True
)

_EPILOG = "Examples: `./tally rollups rebuild`, `./tally rollups rebuild --stage dev`"


@app.callback()
def rollups() -> None:
    """Roll-ups: aggregates of the lake's partitions, refreshed when a partition changes."""


@app.command(epilog=_EPILOG)
def rebuild(*, directory: DirectoryOption = DIRECTORY, stage: StageOption = LOCAL) -> None:
    """Rebuild missing and outdated roll-ups. If interrupted, run it again.

    Reads every partition of sales, inventory, events and products once. Merges may continue meanwhile.
    """
    from infra.admin.rollup_backfill import rebuild_all  # noqa: PLC0415 - not on the path of --help

    count = rebuild_all(Stage.find(stage, directory))
    echo(f"{count} partitions have current roll-ups; cached results are recomputed.")
