"""The command that makes roll-ups again: `./tally rollups rebuild`."""

import typer

from infra.admin.stage import DIRECTORY, LOCAL, DirectoryOption, Stage, StageOption
from infra.local.terminal import echo

app = typer.Typer(
    help="Roll-ups: aggregates of the days of a table, computed again when a day changes.", no_args_is_help=True
)

_EPILOG = "Examples: `./tally rollups rebuild`, `./tally rollups rebuild --stage dev`"


@app.callback()
def rollups() -> None:
    """Roll-ups: aggregates of the days of a table, computed again when a day changes."""


@app.command(epilog=_EPILOG)
def rebuild(*, directory: DirectoryOption = DIRECTORY, stage: StageOption = LOCAL) -> None:
    """Have all roll-ups computed again, by the roll-up job of the stage. If interrupted, run it again.

    Queries return the same numbers meanwhile, more slowly, because they read the base tables. Merges may continue.
    """
    from infra.admin.rollup_backfill import rebuild_all  # noqa: PLC0415 - not on the path of --help

    count = rebuild_all(Stage.find(stage, directory))
    echo(f"The roll-ups of {count} days are being computed again.")
