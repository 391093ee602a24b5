"""The commands for messages and notifications that failed repeatedly: `./tally dead-letters ...`."""

from typing import Annotated

import typer

from infra.admin.stage import DIRECTORY, LOCAL, DirectoryOption, Stage, StageOption
from infra.local.terminal import JsonOption, echo, echo_json, echo_table

app = typer.Typer(help="Messages and notifications of a stage that failed repeatedly.", no_args_is_help=True)

_LIST_EXAMPLES = "Examples: `./tally dead-letters list`, `./tally dead-letters list --stage prod --json`"
_SHOW_EXAMPLE = "Example: `./tally dead-letters show merge-queue-dead-letters --stage prod`"
_REDRIVE_EXAMPLES = (
    "Examples: `./tally dead-letters redrive merge-queue-dead-letters`, "
    "`./tally dead-letters redrive notifications --stage prod`"
)
_COLUMNS = ("Queue", "Messages")
QueueName = Annotated[str, typer.Argument(help="The dead-letter queue, as `list` names it, or `notifications`.")]


@app.command("list", epilog=_LIST_EXAMPLES)
def list_queues(
    *, json: JsonOption = False, directory: DirectoryOption = DIRECTORY, stage: StageOption = LOCAL
) -> None:
    """List the dead-letter queues with the number of their messages, and the notifications that were given up."""
    from infra.admin.dead_letters import DeadLetters  # noqa: PLC0415 - not on the path of --help

    found = list(DeadLetters.of(Stage.find(stage, directory)).counts())
    if json:
        echo_json([{"queue": name, "messages": messages} for name, messages in found])
    else:
        echo_table(_COLUMNS, [(name, str(messages)) for name, messages in found])


@app.command(epilog=_SHOW_EXAMPLE)
def show(queue: QueueName, *, directory: DirectoryOption = DIRECTORY, stage: StageOption = LOCAL) -> None:
    """Show up to ten messages, one a line; they stay in the queue."""
    from infra.admin.dead_letters import DeadLetters  # noqa: PLC0415 - not on the path of --help

    for body in DeadLetters.of(Stage.find(stage, directory)).bodies(queue):
        echo(body)


@app.command(epilog=_REDRIVE_EXAMPLES)
def redrive(queue: QueueName, *, directory: DirectoryOption = DIRECTORY, stage: StageOption = LOCAL) -> None:
    """Move all messages back to their queue, once the reason is corrected. It may be interrupted and repeated.

    Messages of `schedule-failures` tell of runs that failed on a schedule: their functions are started again.
    `notifications` are tried for another day.
    """
    from infra.admin.audited import Administrator  # noqa: PLC0415 - not on the path of --help
    from infra.admin.dead_letters import DeadLetters  # noqa: PLC0415 - not on the path of --help
    from shared.runtime.words import counted  # noqa: PLC0415 - not on the path of --help

    place = Stage.find(stage, directory)
    by = Administrator.of(place)
    redriven = DeadLetters.of(place).redrive(queue)
    by.record("dead-letters redrive", queue, before=None, after={"messages": redriven.moved})
    echo(f"{counted(redriven.moved, 'message')} {_DONE.get(queue, 'moved back to the queue')}.")
    if redriven.left:
        echo(f"{counted(redriven.left, _LEFT[queue][0])} left: {_LEFT[queue][1]}.")


_DONE = {
    "schedule-failures": "removed; the functions were started again",
    "notifications": "waiting for the notifier, which runs every minute",
}
_LEFT = {
    "schedule-failures": ("message", "Lambda did not write them, so they name no function to start"),
    "notifications": ("notification", "the rules do not notify these targets any more"),
}
