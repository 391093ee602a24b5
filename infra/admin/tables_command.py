"""The commands for snapshots of tables: `./tally tables ...`."""

from typing import Annotated

import typer

from infra.admin.stage import DIRECTORY, LOCAL, DirectoryOption, Stage, StageOption
from infra.local.terminal import JsonOption, echo, echo_json, echo_table

app = typer.Typer(help="Base tables of the lake, and their snapshots.", no_args_is_help=True)

_SNAPSHOTS_EXAMPLES = "Examples: `./tally tables snapshots transactions`, `./tally tables snapshots events --json`"
_RESTORE_EXAMPLE = "Example: `./tally tables restore transactions 6154208716520923413 --stage prod`"
_COLUMNS = ("Snapshot", "Committed", "Current")
TableName = Annotated[str, typer.Argument(help="The base table, such as `transactions`.")]


@app.command(epilog=_SNAPSHOTS_EXAMPLES)
def snapshots(
    table: TableName, *, json: JsonOption = False, directory: DirectoryOption = DIRECTORY, stage: StageOption = LOCAL
) -> None:
    """List the snapshots of a table that are kept, oldest first."""
    from infra.admin.table_snapshots import TableSnapshots  # noqa: PLC0415 - not on the path of --help
    from shared.runtime.models import rfc3339  # noqa: PLC0415 - not on the path of --help

    of = TableSnapshots.of(Stage.find(stage, directory), table)
    found = [(each, rfc3339(committed), each == of.current) for each, committed in of.all()]
    if json:
        echo_json([{"snapshot": each, "committed": at, "current": current} for each, at, current in found])
    else:
        echo_table(_COLUMNS, [(str(each), at, "yes" if current else "-") for each, at, current in found])


@app.command(epilog=_RESTORE_EXAMPLE)
def restore(
    table: TableName,
    snapshot: Annotated[int, typer.Argument(help="The snapshot, as `snapshots` lists it.")],
    *,
    directory: DirectoryOption = DIRECTORY,
    stage: StageOption = LOCAL,
) -> None:
    """Make an earlier snapshot the current one. Stop the merger first: docs/runbook.md has the steps before and after.

    Later snapshots are kept as long as they would have been, so this can be undone in the same way.
    """
    from infra.admin.audited import Administrator  # noqa: PLC0415 - not on the path of --help
    from infra.admin.table_snapshots import TableSnapshots  # noqa: PLC0415 - not on the path of --help

    place = Stage.find(stage, directory)
    by, of = Administrator.of(place), TableSnapshots.of(place, table)
    before = of.current
    of.restore(snapshot)
    by.record("tables restore", table, before={"snapshot": before}, after={"snapshot": snapshot})
    echo(f"{table} is at snapshot {snapshot}; it was at {before}.")
