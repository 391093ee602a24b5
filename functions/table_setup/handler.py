"""The Lambda function behind the deployment step that creates tables."""

from typing import TYPE_CHECKING, Any

from functions.table_setup.deployment_step import DeploymentStep
from shared.app.wiring import wiring
from shared.lake.catalog.tables import LAKE_TABLES
from shared.lake.rollups.compute import ROLLUPS
from shared.lake.table.setup import ensure_all
from shared.runtime.observability import instrument

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


_DEPLOYMENT_SECONDS = 600
"""After so long the roll-up job, too, has the code of the deployment."""


def set_up(event: dict[str, Any], _: "LambdaContext") -> None:
    """Create or evolve all tables and report to CloudFormation; deleting the stack leaves the tables alone.

    Roll-ups of another definition are computed again.
    """
    with DeploymentStep(event) as step:
        if not step.is_deletion:
            ensure_all(wiring().lake_tables.ensure, LAKE_TABLES)
            for data_type in ROLLUPS:
                wiring().rollup_requests.request(data_type, after_seconds=_DEPLOYMENT_SECONDS)


handler = instrument(set_up)
