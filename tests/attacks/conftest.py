"""The whole platform behind its functions, for an attacker who may do everything."""

from collections.abc import Iterator
from dataclasses import replace

import boto3
import pytest

from functions.manifest import HTTP_FUNCTIONS
from shared.app.wiring import Wiring, wiring
from shared.athena.client import WORK_GROUP
from shared.limits.classes import RATE_CLASSES
from tests.fakes.clock import Clock
from tests.fakes.identities import Visitor
from tests.fakes.moto_platforms import MotoPlatforms
from tests.functions.ingest.conftest import call, submit
from tests.moto_platform import CREDENTIALS

__all__ = ["attacker", "call", "platform", "submit"]

UNLIMITED = {rate_class.name: {"limit": 1_000_000} for rate_class in RATE_CLASSES}


@pytest.fixture(scope="module")
def platform(all_platforms: MotoPlatforms) -> Iterator[Wiring]:
    """One wiring behind all functions, which counts no requests against a limit."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in CREDENTIALS.items():
            environment.setenv(name, value)
        with all_platforms.fresh() as settings:
            boto3.client("athena").create_work_group(Name="tally-tests")
            names = {**settings.names, WORK_GROUP.variable: "tally-tests"}
            wired = Wiring(replace(settings, names=names, rate_limits=UNLIMITED), Clock())
            apps = [function.app() for function in HTTP_FUNCTIONS]
            for app in apps:
                app.dependency_overrides[wiring] = lambda: wired
            yield wired
            for app in apps:
                app.dependency_overrides.clear()


@pytest.fixture(scope="module")
def attacker(platform: Wiring) -> Visitor:
    """A caller with every scope."""
    return Visitor(platform.identity)
