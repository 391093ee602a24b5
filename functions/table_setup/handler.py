"""The Lambda function behind the deployment step that creates tables."""

from typing import TYPE_CHECKING, Any

from functions.table_setup.deployment_step import DeploymentStep
from shared.app.wiring import wiring
from shared.lake.catalog.tables import LAKE_TABLES
from shared.lake.table.setup import ensure_all
from shared.runtime.observability import instrument

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def set_up(event: dict[str, Any], _: "LambdaContext") -> None:
    """Create or evolve all tables and report to CloudFormation; deleting the stack leaves the tables alone."""
    with DeploymentStep(event) as step:
        if not step.is_deletion:
            ensure_all(wiring().lake_tables.ensure, LAKE_TABLES)


handler = instrument(set_up)
