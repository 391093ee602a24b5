"""The commands for records of streams that functions gave up: `./tally stream ...`."""

from typing import Annotated

import typer
from rich.console import Console

from infra.admin.stage import DIRECTORY, LOCAL, DirectoryOption, Stage, StageOption
from infra.admin.stream_names import StreamName
from infra.local.progress import Progress
from infra.local.terminal import JsonOption, echo, echo_json, echo_table

app = typer.Typer(help="Records of streams that a function failed with until they were too old.", no_args_is_help=True)

_LIST_EXAMPLES = "Examples: `./tally stream failures`, `./tally stream failures --stage prod --json`"
_REDRIVE_EXAMPLES = "Examples: `./tally stream redrive`, `./tally stream redrive decisions --stage prod`"
_COLUMNS = ("Stream", "Batch", "Records")
StreamArgument = Annotated[
    StreamName | None, typer.Argument(help="The stream: what is received, or changed decisions for live clients.")
]


@app.command(epilog=_LIST_EXAMPLES)
def failures(*, json: JsonOption = False, directory: DirectoryOption = DIRECTORY, stage: StageOption = LOCAL) -> None:
    """List the batches that functions gave up, with the number of their records."""
    from infra.admin.stream_redrive import StreamRedrive  # noqa: PLC0415 - not on the path of --help

    place = Stage.find(stage, directory)
    found = [(stream, key, size) for stream in StreamName for key, size in StreamRedrive.of(place, stream).sizes()]
    if json:
        echo_json([{"stream": stream, "batch": key, "records": records} for stream, key, records in found])
    else:
        echo_table(_COLUMNS, [(stream, key, str(records)) for stream, key, records in found])


@app.command(epilog=_REDRIVE_EXAMPLES)
def redrive(
    stream: StreamArgument = None, *, directory: DirectoryOption = DIRECTORY, stage: StageOption = LOCAL
) -> None:
    """Hand all batches to their function again, once the reason is corrected. It may be interrupted and repeated."""
    from infra.admin.audited import Administrator  # noqa: PLC0415 - not on the path of --help
    from infra.admin.stream_redrive import StreamRedrive  # noqa: PLC0415 - not on the path of --help
    from shared.runtime.words import counted  # noqa: PLC0415 - not on the path of --help

    place = Stage.find(stage, directory)
    by = Administrator.of(place)
    for each in [stream] if stream else StreamName:
        with Progress(Console(stderr=True)).step(f"Loading discarded batches of {each}") as step:
            loaded = StreamRedrive.of(place, each).run(lambda done, of: step.note(f"{done} of {of} batches"))
        by.record("stream redrive", each, before=None, after={"records": loaded})
        echo(f"{counted(loaded, 'record')} of {each} handed over; {_SEEN[each]}")


_SEEN = {
    StreamName.EVENTS: "GET /api/v1/ingest/ledger shows what became of them.",
    StreamName.DECISIONS: "live clients receive those that are still current.",
}
