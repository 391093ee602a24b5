"""The command that loads a file into a running platform: `./tally import FILE`."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console

from infra.admin.stage import DIRECTORY, DirectoryOption
from infra.local.progress import Progress
from infra.local.terminal import JsonOption, echo, echo_json, echo_table
from shared.records.schema import DataType

if TYPE_CHECKING:
    from infra.admin.file_import import FileImport
    from shared.lake.files.options import FileFormat

EPILOG = (
    "Examples: `./tally import orders.csv --source my-shop --type transactions --preset shopify_orders_csv`, "
    "`./tally import sales.jsonl.gz --source till --type transactions --json`"
)

_SHOWN_ERRORS = 10
_LONGEST_VALUE = 40
FileArgument = Annotated[
    Path,
    typer.Argument(
        exists=True, dir_okay=False, readable=True, help="File, plain or in gzip or zstd.", show_default=False
    ),
]
SourceOption = Annotated[str, typer.Option("--source", help="Id of the source that the records belong to.")]
TypeOption = Annotated[DataType, typer.Option("--type", help="Type of the records.")]
PresetOption = Annotated[str | None, typer.Option("--preset", help="Known export to read the file as.")]
ZoneOption = Annotated[str | None, typer.Option("--timezone", help="IANA zone of times without one (default: UTC).")]
FormatOption = Annotated[
    Literal["json", "csv", "xml", "parquet"] | None,
    typer.Option("--format", help="Format of the file (default: detected)."),
]
ReplaceOption = Annotated[bool, typer.Option("--replace", help="Replace another mapping or time zone of the source.")]
UrlOption = Annotated[
    str | None,
    typer.Option("--url", help="Platform elsewhere; its key is in TALLY_CLIENT_ID and TALLY_CLIENT_SECRET."),
]


def import_file(  # noqa: PLR0913 - each is one option of the command
    file: FileArgument,
    *,
    source: SourceOption,
    data_type: TypeOption,
    preset: PresetOption = None,
    timezone: ZoneOption = None,
    file_format: FormatOption = None,
    replace: ReplaceOption = False,
    url: UrlOption = None,
    json: JsonOption = False,
    directory: DirectoryOption = DIRECTORY,
) -> None:
    """Load a file into the running platform, and wait until its records are in the answers.

    With a preset, the source is configured with it first; without one, the source's own mapping applies. Exit code 1
    if the file is refused or rows are in quarantine.
    """
    from infra.admin.api_client import api_client  # noqa: PLC0415 - not on the path of --help
    from infra.admin.file_import import FileImport, format_of  # noqa: PLC0415 - not on the path of --help
    from shared.lake.files.options import FileFormat  # noqa: PLC0415 - not on the path of --help

    written = FileFormat(file_format) if file_format else format_of(file)
    with api_client(directory, url) as api:
        found = FileImport(api=api, source_id=source, data_type=data_type)
        found.configure(preset=preset, timezone=timezone, replace=replace)
        status = _load(found, file, written)
        rejected = status["outcome"]["quarantined"]
        errors = found.row_errors(status["batch_id"], _SHOWN_ERRORS) if rejected else []
        if json:
            echo_json({**status, "row_errors": errors})
        else:
            _show(file.name, status, errors)
            if rejected:
                echo(f"\nEvery error of every row: GET {api.api_url}/ingest/batches/{status['batch_id']}/errors")
                echo("The rows are kept: correct the mapping, then POST /ingest/quarantine/redrive loads them.")
    if status["status"] != "completed" or rejected:
        raise typer.Exit(code=1)


def _load(found: "FileImport", file: Path, file_format: "FileFormat") -> dict[str, Any]:
    progress = Progress(Console(stderr=True))
    with progress.step(f"Uploading {file.name}") as step:
        batch_id = found.upload(file, file_format, step.note)
    with progress.step(f"Loading {batch_id}") as step:
        return found.wait(batch_id, step.note)


def _show(name: str, status: dict[str, Any], row_errors: list[dict[str, Any]]) -> None:
    counts = {outcome: number for outcome, number in status["outcome"].items() if number}
    echo(f"{name}: {status['status']}, {', '.join(f'{n} {outcome}' for outcome, n in counts.items()) or 'no rows'}")
    kinds = status.get("errors") or []
    if kinds:
        echo("")
        echo_table(("Errors", "Code", "Message"), ((each["count"], each["code"], each["message"]) for each in kinds))
    if row_errors:
        echo("")
        echo_table(("Row", "Field", "Value", "Message"), _rows(row_errors))


def _rows(errors: list[dict[str, Any]]) -> Iterator[tuple[object, ...]]:
    for each in errors:
        yield each["row"], each["field"], str(each.get("rejected_value", ""))[:_LONGEST_VALUE], each["message"]
