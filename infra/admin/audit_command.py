"""The command that verifies the audit log: `./tally audit verify`."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import typer

from infra.admin.stage import DIRECTORY, LOCAL, DirectoryOption, Stage, StageOption
from infra.local.errors import LaptopError
from infra.local.terminal import JsonOption, echo, echo_json, echo_table

if TYPE_CHECKING:
    from shared.audit.verification import ChainVerification

app = typer.Typer(help="Verify the integrity of the audit log.", no_args_is_help=True)

_TOUCHED, _NOT_CHECKED = 1, 2
_EPILOG = "Examples: `./tally audit verify`, `./tally audit verify --stage dev --json`"


@app.callback()
def audit() -> None:
    """Verify the integrity of the audit log."""


@app.command("verify", epilog=_EPILOG)
def verify_log(*, json: JsonOption = False, directory: DirectoryOption = DIRECTORY, stage: StageOption = LOCAL) -> None:
    """Detect edited, deleted, moved or cut-off entries; exit code 1 if there are any, 2 if the check failed."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - not on the path of --help

    try:
        verifications = _verdicts(Stage.find(stage, directory))
    except (LaptopError, BotoCoreError, ClientError) as error:
        echo(f"The audit log of {stage} could not be checked: {error}", err=True)
        raise typer.Exit(code=_NOT_CHECKED) from error
    if json:
        echo_json(document(verifications))
    else:
        echo_table(
            ("Chain", "Entries", "Verified"), ((each.chain, each.entries, each.verified) for each in verifications)
        )
        for line in summary(verifications):
            echo(line)
    if any(verification.findings for verification in verifications):
        raise typer.Exit(code=_TOUCHED)


def summary(verifications: "Sequence[ChainVerification]") -> Iterator[str]:
    """Format every finding, and the total."""
    yield from (str(finding) for verification in verifications for finding in verification.findings)
    findings = sum(len(verification.findings) for verification in verifications)
    entries = sum(verification.entries for verification in verifications)
    found = _many(findings, "sign of tampering", "signs of tampering") if findings else "no sign of tampering"
    yield f"{_many(entries, 'entry', 'entries')} in {len(verifications)} chains: {found}."


def document(verifications: "Sequence[ChainVerification]") -> dict[str, Any]:
    """Return the result of every chain with its findings, for programs."""
    chains = [
        {
            "chain": each.chain,
            "entries": each.entries,
            "verified": each.verified,
            "findings": [{"sequence": one.sequence, "tampering": one.tampering} for one in each.findings],
        }
        for each in verifications
    ]
    return {"intact": not any(each.findings for each in verifications), "chains": chains}


def _verdicts(stage: Stage) -> "list[ChainVerification]":
    from shared.audit.checkpoints import Anchors  # noqa: PLC0415 - not on the path of --help
    from shared.audit.trail import AuditTrail  # noqa: PLC0415 - not on the path of --help
    from shared.audit.verification import verify  # noqa: PLC0415 - not on the path of --help
    from shared.runtime.models import now  # noqa: PLC0415 - not on the path of --help

    trail = AuditTrail(stage.client("dynamodb"), stage.output("AuditTableName"), now)
    return verify(trail, Anchors(stage.client("s3"), stage.output("AnchorsBucketName"), now))


def _many(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"
