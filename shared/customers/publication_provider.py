"""Provides the last step of a computation of all customers, and the files of computations."""

from shared.customers.provider import customer_store
from shared.customers.publication import CustomerPublication
from shared.customers.run_files import CUSTOMER_RUNS_BUCKET, RunFiles
from shared.events.provider import platform_events
from shared.lake.storage.object_store import LakeStore
from shared.runtime.deployment import Deployment, provider


@provider
def run_files(deployment: Deployment) -> RunFiles:
    """Build the files that steps hand to each other."""
    bucket = deployment.name_of(CUSTOMER_RUNS_BUCKET)
    return RunFiles(LakeStore(deployment.clients.s3, bucket), bucket)


@provider
def customer_publication(deployment: Deployment) -> CustomerPublication:
    """Build the last step."""
    return CustomerPublication(
        store=customer_store(deployment), files=run_files(deployment), events=platform_events(deployment)
    )
