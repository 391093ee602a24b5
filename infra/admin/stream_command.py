"""The commands for stream records that could not be loaded: `./tally stream ...`."""

import typer
from rich.console import Console

from infra.admin.stage import DIRECTORY, LOCAL, DirectoryOption, Stage, StageOption
from infra.local.progress import Progress
from infra.local.terminal import JsonOption, echo, echo_json, echo_table

app = typer.Typer(help="Records of the stream that could not be loaded for six days.", no_args_is_help=True)

_LIST_EXAMPLES = "Examples: `./tally stream failures`, `./tally stream failures --stage prod --json`"
_REDRIVE_EXAMPLES = "Examples: `./tally stream redrive`, `./tally stream redrive --stage prod`"
_COLUMNS = ("Batch", "Records")


@app.command(epilog=_LIST_EXAMPLES)
def failures(*, json: JsonOption = False, directory: DirectoryOption = DIRECTORY, stage: StageOption = LOCAL) -> None:
    """List the batches that the consumer gave up, with the number of their records."""
    from infra.admin.stream_redrive import StreamRedrive  # noqa: PLC0415 - not on the path of --help

    found = list(StreamRedrive.of(Stage.find(stage, directory)).sizes())
    if json:
        echo_json([{"batch": key, "records": records} for key, records in found])
    else:
        echo_table(_COLUMNS, [(key, str(records)) for key, records in found])


@app.command(epilog=_REDRIVE_EXAMPLES)
def redrive(*, directory: DirectoryOption = DIRECTORY, stage: StageOption = LOCAL) -> None:
    """Load all batches that the consumer gave up, once the reason is corrected. It may be interrupted and repeated."""
    from infra.admin.audited import Administrator  # noqa: PLC0415 - not on the path of --help
    from infra.admin.stream_redrive import StreamRedrive  # noqa: PLC0415 - not on the path of --help

    place = Stage.find(stage, directory)
    by = Administrator.of(place)
    with Progress(Console(stderr=True)).step("Loading discarded batches") as step:
        loaded = StreamRedrive.of(place).run(lambda done, of: step.note(f"{done} of {of} batches"))
    by.record("stream redrive", "stream_failures", before=None, after={"records": loaded})
    echo(f"{loaded} records were handed to the stream consumer; GET /api/v1/ingest/ledger shows what became of them.")
