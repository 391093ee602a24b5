"""The reference rates of a stage, located by the outputs of its stacks."""

from infra.admin.stage import Stage
from shared.currency.rates import ReferenceRates
from shared.lake.catalog.versions import TableVersions
from shared.lake.storage.object_store import LakeStore
from shared.runtime.models import now


def rates_of(stage: Stage) -> ReferenceRates:
    """Return the rates that a stage holds.

    Raises:
        NotDeployed: the stage is older than reference rates are.
    """
    return ReferenceRates(
        LakeStore(stage.client("s3"), stage.output("LakeBucketName")),
        TableVersions(stage.client("dynamodb"), stage.output("VersionsTableName")),
        now,
        reporting_currency=stage.output("ReportingCurrency"),
    )
