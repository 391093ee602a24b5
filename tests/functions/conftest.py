"""What the tests of all functions ask for."""

from collections.abc import Iterator
from dataclasses import replace

import boto3
import pytest

from functions.manifest import HTTP_FUNCTIONS
from shared.runtime.settings import Resource, Settings
from shared.runtime.wiring import Wiring, wiring
from tests.fakes.clock import Clock


@pytest.fixture
def everywhere(aws: Settings, clock: Clock) -> Iterator[Wiring]:
    """One wiring behind all functions."""
    boto3.client("athena").create_work_group(Name="tally-tests")
    wired = Wiring(replace(aws, names={**aws.names, Resource.WORK_GROUP: "tally-tests"}), clock)
    apps = [function.app() for function in HTTP_FUNCTIONS]
    for app in apps:
        app.dependency_overrides[wiring] = lambda: wired
    yield wired
    for app in apps:
        app.dependency_overrides.clear()
