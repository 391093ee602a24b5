"""A market of its own."""

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from shared.app.wiring import Wiring
from tests.fakes import glue_versions, s3_conditions
from tests.fakes.clock import Clock
from tests.fakes.serialized_calls import SerializedCalls
from tests.functions.metric_merges.market import Market
from tests.functions.metrics.lake import lake_with_athena
from tests.moto_platform import CREDENTIALS


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Market]:
    """A market in which nothing has happened."""
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        for name, value in CREDENTIALS.items():
            environment.setenv(name, value)
        boto3.DEFAULT_SESSION = session = boto3.Session()  # moto puts the one before back
        s3_conditions.listen(session.events)
        SerializedCalls().listen(session.events)
        glue_versions.listen(session.events)
        with lake_with_athena(tmp_path_factory.mktemp("athena")) as (lake, athena):
            environment.setenv("AWS_ENDPOINT_URL_ATHENA", athena)
            clock = Clock()
            yield Market(lake, clock, Wiring(lake.settings, clock))
