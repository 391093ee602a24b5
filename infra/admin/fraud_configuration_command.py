"""The commands for the configuration of fraud analytics: `./tally fraud-configuration ...`."""

from typing import TYPE_CHECKING, Annotated

import typer

from infra.admin.stage import DIRECTORY, LOCAL, DirectoryOption, Stage, StageOption
from infra.local.terminal import JsonOption, echo, echo_json, echo_table

if TYPE_CHECKING:
    from shared.decisions.configuration import FraudConfiguration

app = typer.Typer(help="Show and change the configuration of fraud analytics.", no_args_is_help=True)

_RESOURCE = "fraud_configuration"
_COLUMNS = ("Name", "Value")
_SHOW_EXAMPLES = "Examples: `./tally fraud-configuration show`, `./tally fraud-configuration show --stage dev --json`"
_SET_EXAMPLES = (
    "Example: `./tally fraud-configuration set maturityHorizonDays=60 costParameters.lostShare.review=0.2 "
    "slos.merge.freshnessSeconds=600`"
)
Assignments = Annotated[
    list[str], typer.Argument(metavar="NAME=VALUE...", help="Names as `show` lists them, with numbers.")
]


@app.command(epilog=_SHOW_EXAMPLES)
def show(*, json: JsonOption = False, directory: DirectoryOption = DIRECTORY, stage: StageOption = LOCAL) -> None:
    """Show the values in force, and who set them when."""
    from infra.admin.fraud_configuration import configurations_of  # noqa: PLC0415 - not on the path of --help

    configuration = configurations_of(Stage.find(stage, directory)).get(fresh=True)
    if json:
        echo_json(configuration.model_dump(mode="json", by_alias=True))
    else:
        _show(configuration)


@app.command("set", epilog=_SET_EXAMPLES)
def set_values(assignments: Assignments, *, directory: DirectoryOption = DIRECTORY, stage: StageOption = LOCAL) -> None:
    """Change some values, or none if one is invalid; every function uses them within five seconds."""
    from infra.admin.audited import Administrator  # noqa: PLC0415 - not on the path of --help
    from infra.admin.fraud_configuration import changed, configurations_of  # noqa: PLC0415 - not on the path of --help
    from shared.runtime.errors import InvalidRequest  # noqa: PLC0415 - not on the path of --help

    place = Stage.find(stage, directory)
    configurations, by = configurations_of(place), Administrator.of(place)
    before = configurations.get(fresh=True)
    try:
        values = changed(before, assignments)
    except InvalidRequest as invalid:
        for line in (invalid.message + ".", *(f"  {each.field} {each.message}" for each in invalid.field_errors)):
            echo(line, err=True)
        raise typer.Exit(code=1) from invalid
    after = configurations.put(values, replaces=before, by=by.who)
    states = (each.model_dump(mode="json", by_alias=True) for each in (before, after))
    by.record("fraud-configuration set", _RESOURCE, **dict(zip(("before", "after"), states, strict=True)))
    _show(after)


def _show(configuration: "FraudConfiguration") -> None:
    from infra.admin.fraud_configuration import leaves  # noqa: PLC0415 - not on the path of --help

    echo_table(_COLUMNS, leaves(configuration.document).items())
    if configuration.updated_at is None:
        echo("These are the values of the stage; nobody has changed them.")
    else:
        echo(
            f"Version {configuration.version}, set by {configuration.updated_by} at "
            f"{configuration.updated_at:%Y-%m-%d %H:%M:%S} UTC."
        )
