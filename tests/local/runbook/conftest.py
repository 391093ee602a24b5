"""An operator at a platform of their own, on which things may break."""

from collections.abc import Iterator

import pytest

from tests.local.conftest import RunningPlatform, running_platform
from tests.local.end_to_end.client import Client, connected
from tests.local.runbook.operator import Operator


@pytest.fixture(scope="package")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPlatform]:
    """A platform on which every incident of the page happens: tests of others would notice."""
    with running_platform(tmp_path_factory) as running:
        yield running


@pytest.fixture(scope="package")
def operator(broken: RunningPlatform, tmp_path_factory: pytest.TempPathFactory) -> Operator:
    """An operator who has done what the page asks for before anything else."""
    return Operator.at(broken, tmp_path_factory.mktemp("operator"))


@pytest.fixture
def client(broken: RunningPlatform) -> Iterator[Client]:
    """A customer of the platform."""
    with connected(broken) as client:
        yield client
