"""The demo registers its experiment through the API, once."""

from datetime import UTC, datetime

import pytest

from functions.experiments.handler import handler
from infra.local.demo.experiment import ExperimentNotRegistered, register_experiment
from infra.local.demo.fraud import EXPERIMENT
from infra.local.demo.window import DemoWindow
from shared.app.wiring import Wiring
from shared.auth.scopes import Scope
from shared.experiments.vocabulary import ExperimentStatus
from tests.fakes.function_door import front_door
from tests.fakes.identities import Visitor

WINDOW = DemoWindow(datetime(2025, 3, 1, 12, 0, tzinfo=UTC))


def test_the_demo_registers_and_starts_its_experiment_once(everywhere: Wiring) -> None:
    token = Visitor(everywhere.identity, Scope.EXPERIMENTS_WRITE).token

    with front_door(handler) as url:
        first, again = (register_experiment(api_url=url, token=token, window=WINDOW) for _ in range(2))

    found = everywhere.experiments.get(EXPERIMENT)
    assert (first, again) == (True, False)
    assert (found.status, [each.id for each in found.variants]) == (
        ExperimentStatus.RUNNING,
        ["control", "treatment"],
    )


def test_a_refusal_is_reported(everywhere: Wiring) -> None:
    token = Visitor(everywhere.identity, Scope.EXPERIMENTS_READ).token

    with front_door(handler) as url, pytest.raises(ExperimentNotRegistered, match="answered 403"):
        register_experiment(api_url=url, token=token, window=WINDOW)
