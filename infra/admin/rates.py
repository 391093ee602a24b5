"""The reference rates of a stage, located by the outputs of its stacks."""

from infra.admin.stage import Stage
from shared.currency.rates import ReferenceRates
from shared.events.bus import PlatformEvents
from shared.lake.catalog.states import TableStates
from shared.lake.storage.object_store import LakeStore
from shared.lake.table.iceberg import IcebergTables
from shared.runtime.models import now


def rates_of(stage: Stage) -> ReferenceRates:
    """Return the rates that a stage holds.

    Raises:
        NotDeployed: the stage is older than reference rates are.
    """
    s3 = stage.client("s3")
    return ReferenceRates(
        LakeStore(s3, stage.output("LakeBucketName")),
        IcebergTables(
            stage.client("glue"), s3, database=stage.output("DatabaseName"), bucket=stage.output("TablesBucketName")
        ),
        TableStates(stage.client("dynamodb"), stage.output("TableStatesTableName")),
        now,
        reporting_currency=stage.output("ReportingCurrency"),
        events=PlatformEvents(stage.client("events"), stage.output("EventBusName")),
    )
