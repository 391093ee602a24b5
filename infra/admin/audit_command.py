"""The command that verifies the audit log: `./tally audit verify`."""

from collections.abc import Iterator, Sequence

import typer
from botocore.exceptions import BotoCoreError, ClientError

from infra.admin.stage import DIRECTORY, LOCAL, DirectoryOption, Stage, StageOption
from infra.local.failures import LaptopError
from infra.local.terminal import echo
from shared.audit.anchors import Anchors
from shared.audit.trail import AuditTrail
from shared.audit.verification import Verdict, verify
from shared.runtime.models import now

app = typer.Typer(help="Verify the integrity of the audit log.", no_args_is_help=True)

_TOUCHED, _NOT_CHECKED = 1, 2
_EPILOG = "Examples: `./tally audit verify`, `./tally audit verify --stage dev`"


@app.callback()
def audit() -> None:
    """Verify the integrity of the audit log."""


@app.command("verify", epilog=_EPILOG)
def verify_log(*, directory: DirectoryOption = DIRECTORY, stage: StageOption = LOCAL) -> None:
    """Detect edited, deleted, moved or cut-off entries; exit code 1 if there are any, 2 if the check failed."""
    try:
        verdicts = _verdicts(Stage.called(stage, directory))
    except (LaptopError, BotoCoreError, ClientError) as error:
        echo(f"The audit log of {stage} could not be checked: {error}", err=True)
        raise typer.Exit(code=_NOT_CHECKED) from error
    for line in told(verdicts):
        echo(line)
    if any(verdict.findings for verdict in verdicts):
        raise typer.Exit(code=_TOUCHED)


def told(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Format the result of every chain, its findings, and the total."""
    for verdict in verdicts:
        yield f"{verdict.chain}: {verdict.verified} of {_many(verdict.entries, 'entry', 'entries')} verified"
        yield from (f"  {finding}" for finding in verdict.findings)
    findings = sum(len(verdict.findings) for verdict in verdicts)
    entries = sum(verdict.entries for verdict in verdicts)
    found = _many(findings, "sign of tampering", "signs of tampering") if findings else "no sign of tampering"
    yield f"{_many(entries, 'entry', 'entries')} in {len(verdicts)} chains: {found}."


def _verdicts(stage: Stage) -> list[Verdict]:
    trail = AuditTrail(stage.client("dynamodb"), stage.output("AuditTableName"), now)
    return verify(trail, Anchors(stage.client("s3"), stage.output("AnchorsBucketName"), now))


def _many(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"
