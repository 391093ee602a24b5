"""After any retries, repetitions, reorderings and kills, the lake equals a small model of it."""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from shared.records.schema import DataType
from tests.fakes.moto_platforms import MotoPlatforms
from tests.functions.model.machine import LakeMachine
from tests.moto_platform import environment
from tests.tiers import sized

RUNS = settings(
    max_examples=sized(quick=10, thorough=100),
    stateful_step_count=6,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(autouse=True)
def named(platforms: MotoPlatforms, monkeypatch: pytest.MonkeyPatch) -> None:
    """Functions find in their environment what every platform here is made of."""
    with platforms.fresh() as made:
        for name, value in environment(made).items():
            monkeypatch.setenv(name, value)


def test_sales_and_products(platforms: MotoPlatforms) -> None:
    run(lambda: LakeMachine(platforms, (DataType.TRANSACTIONS, DataType.PRODUCTS)))


def test_orders_and_events(platforms: MotoPlatforms) -> None:
    run(lambda: LakeMachine(platforms, (DataType.ORDERS, DataType.EVENTS)))


def run(machine: Callable[[], LakeMachine]) -> None:
    """Let hypothesis look for a history that ends otherwise than the model says."""
    run_state_machine_as_test(machine, settings=RUNS)  # type: ignore[arg-type] # it is only called
