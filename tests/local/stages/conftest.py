"""A stage in AWS, as far as its stacks can be asked."""

from collections.abc import Iterator

import pytest

from infra.aws.outputs import output_name
from infra.resources import RESOURCES
from shared.app.wiring import Wiring
from shared.runtime.resources import Queue, Resource
from tests.fakes.stacks import Stacks, serving_stacks


@pytest.fixture
def stacks(wired: Wiring, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stacks]:
    """The stacks of an account, none at first."""
    assert wired
    with serving_stacks() as stacks:
        monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", stacks.url)
        yield stacks


@pytest.fixture
def stage(wired: Wiring, stacks: Stacks) -> str:
    """A stage with all resources, which its stack names."""
    stacks.outputs["tally-dev-data"] = {
        output_name(each): _name(each, wired.settings.name_of(each)) for each in RESOURCES if wired.settings.has(each)
    }
    return "dev"


def _name(resource: Resource, named: str) -> str:
    """Functions receive the URL of a queue, which ends with its name."""
    return named.rpartition("/")[2] if isinstance(resource, Queue) else named
