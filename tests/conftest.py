"""What all tests may ask for: the platform's resources in moto, and a wiring over them."""

import gc
import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest

from functions.manifest import HTTP_FUNCTIONS
from shared.app.wiring import Wiring, wiring
from shared.athena.client import WORK_GROUP
from shared.runtime.observability import logger
from shared.runtime.settings import Settings
from tests.datasets import summary_of_absent
from tests.fakes.clock import Clock
from tests.fakes.moto_platforms import MotoPlatforms
from tests.moto_platform import CREDENTIALS, environment
from tests.tiers import register_profiles
from tests.together import Together

register_profiles()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    """Let tests that share what takes long to make run in one worker."""
    return Together(config, log)


@pytest.fixture(scope="session")
def all_platforms() -> MotoPlatforms:
    """Makes platforms for all tests, so that service models are read once."""
    return MotoPlatforms()


@pytest.fixture
def platforms(all_platforms: MotoPlatforms, monkeypatch: pytest.MonkeyPatch) -> MotoPlatforms:
    """Makes platforms under credentials of an account that does not exist."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    return all_platforms


@pytest.fixture
def aws(platforms: MotoPlatforms) -> Iterator[Settings]:
    """Every declared resource in moto, and the settings that name them."""
    with platforms.fresh() as settings:
        yield settings


@pytest.fixture
def clock() -> Clock:
    """A clock that is fixed at midday until the test sets it."""
    return Clock()


@pytest.fixture
def wired(aws: Settings, clock: Clock) -> Wiring:
    """A wiring over the resources in moto, at the time of the test's clock."""
    return Wiring(aws, clock)


@pytest.fixture
def deployed(aws: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wiring]:
    """The wiring that functions make for themselves from their environment."""
    for name, value in environment(aws).items():
        monkeypatch.setenv(name, value)
    wiring.cache_clear()
    yield wiring()
    wiring.cache_clear()


@pytest.fixture
def everywhere(aws: Settings, clock: Clock) -> Iterator[Wiring]:
    """One wiring behind all functions."""
    boto3.client("athena").create_work_group(Name="tally-tests")
    wired = Wiring(replace(aws, names={**aws.names, WORK_GROUP.variable: "tally-tests"}), clock)
    apps = [function.app() for function in HTTP_FUNCTIONS]
    for app in apps:
        app.dependency_overrides[wiring] = lambda: wired
    yield wired
    for app in apps:
        app.dependency_overrides.clear()


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """The log output of the functions."""
    stream, handler = io.StringIO(), logger().registered_handler
    before = handler.setStream(stream)  # type: ignore[attr-defined] # a StreamHandler, as Lambda needs
    yield stream
    handler.setStream(before)  # type: ignore[attr-defined] # as above


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Report which comparisons with real data were skipped, so that a green run is not overrated."""
    for line in summary_of_absent(terminalreporter.stats.get("skipped", [])):
        terminalreporter.write_line(line, yellow=True)


def pytest_unconfigure() -> None:
    """Let go of what hypothesis leaves in the garbage collector: DuckDB would report it after pytest's summary."""
    gc.callbacks.clear()
