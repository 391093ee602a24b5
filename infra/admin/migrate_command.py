"""The command that converts a lake of the former format: `./tally migrate`."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from infra.admin.stage import DIRECTORY, LOCAL, DirectoryOption, Stage, StageOption
from infra.local.terminal import JsonOption, echo, echo_json, echo_table

if TYPE_CHECKING:
    from shared.merging.migration import Progress
    from shared.records.schema import DataType

EPILOG = "Examples: `./tally migrate --stage dev`, `./tally migrate --stage dev --check --json`"

_RESOURCE = "lake"
CheckOption = Annotated[bool, typer.Option("--check", help="Only show what remains to be converted.")]


def migrate(
    *,
    check: CheckOption = False,
    json: JsonOption = False,
    directory: DirectoryOption = DIRECTORY,
    stage: StageOption = LOCAL,
) -> None:
    """Convert a lake of the former format, one object for each day, into tables. If interrupted, run it again.

    Run it right after the deployment: until it is done, answers lack the rows that are not converted. Exit code 1 if
    objects remain.
    """
    from infra.admin.audited import Administrator  # noqa: PLC0415 - not on the path of --help
    from infra.admin.migration import StageMigration  # noqa: PLC0415 - not on the path of --help

    place = Stage.find(stage, directory)
    migration = StageMigration.of(place)
    before = after = migration.remaining()
    if before and not check:
        by = Administrator.of(place)
        try:
            with _bars() as progress:
                migration.run(progress)
        finally:
            after = migration.remaining()
            by.record("lake migrate", _RESOURCE, before={"objects": before}, after={"objects": after})
    _show(before, after, json=json)
    if after:
        raise typer.Exit(code=1)


def _show(before: Mapping[str, int], after: Mapping[str, int], *, json: bool) -> None:
    rows = [(table, before[table] - after.get(table, 0), after.get(table, 0)) for table in sorted(before)]
    if json:
        echo_json([{"table": table, "converted": done, "remaining": left} for table, done, left in rows])
    elif rows:
        echo_table(("Table", "Converted objects", "Remaining"), rows)
    else:
        echo("Nothing in the former format remains.")


@contextmanager
def _bars() -> "Iterator[Progress]":
    """Show a bar for each data type, on the error output, which programs that read the result do not read."""
    from rich.console import Console  # noqa: PLC0415 - not on the path of --help
    from rich.progress import Progress as Bars  # noqa: PLC0415 - not on the path of --help
    from rich.progress import TaskID  # noqa: PLC0415 - not on the path of --help

    with Bars(console=Console(stderr=True)) as bars:
        tasks = dict["DataType", TaskID]()

        def show(data_type: "DataType", done: int, of_all: int) -> None:
            if data_type not in tasks:
                tasks[data_type] = bars.add_task(data_type)
            bars.update(tasks[data_type], completed=done, total=of_all)

        yield show
