"""The reference rates of a stage, as its stacks say where they are held."""

from typing import TYPE_CHECKING

from infra.admin.stage import Stage
from shared.lake.catalog.versions import TableVersions
from shared.lake.storage.object_store import LakeStore
from shared.runtime.models import now

if TYPE_CHECKING:
    from shared.currency.rates import ReferenceRates


def rates_of(stage: Stage) -> "ReferenceRates":
    """Return the rates that a stage holds.

    Raises:
        NotDeployed: the stage is older than reference rates are.
    """
    # The other commands answer at once without Arrow.
    from shared.currency.rates import ReferenceRates  # noqa: PLC0415

    return ReferenceRates(
        LakeStore(stage.client("s3"), stage.output("LakeBucketName")),
        TableVersions(stage.client("dynamodb"), stage.output("VersionsTableName")),
        now,
        reporting_currency=stage.output("ReportingCurrency"),
    )
