"""The values of a stage: the defaults, its changes, and every mistake in them."""

import re
from decimal import Decimal
from typing import Any

import pytest

from infra.aws.stages import DEV, STAGES
from shared.decisions.configuration import FraudConfiguration, IllegalConfiguration
from shared.runtime.settings import Settings


def test_the_defaults_are_exact() -> None:
    costs = FraudConfiguration.of_stage({}).cost_parameters

    assert (costs.margin_rate, costs.review_cost) == (Decimal("0.3"), Decimal(3))
    assert (costs.lost_share.decline, costs.lost_share.review) == (Decimal(1), Decimal("0.1"))


def test_the_service_level_of_a_pipeline_is_found_by_its_id() -> None:
    levels = FraudConfiguration.of_stage({"slos": {"live-push": {"freshnessSeconds": 5}}}).slos

    assert levels.of("live-push").freshness_seconds == 5
    assert levels.of("live-push").completeness == Decimal("0.999")
    with pytest.raises(KeyError, match="mailing"):
        levels.of("mailing")


def test_a_stage_changes_single_values_through_the_environment() -> None:
    settings = Settings.from_environment({"TALLY_FRAUD_CONFIGURATION": '{"costParameters": {"marginRate": 0.25}}'})

    costs = FraudConfiguration.of_stage(settings.fraud_configuration).cost_parameters

    assert (costs.margin_rate, costs.lost_share.review) == (Decimal("0.25"), Decimal("0.1"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"maturityHorizonDays": 0}, "maturityHorizonDays must be at least 1"),
        ({"maturity_horizon_days": 30}, "maturity_horizon_days is unknown; remove it"),
        ({"slos": {"mailing": {}}}, "slos.mailing is unknown; remove it"),
        ({"slos": {"merge": {"lag": 1}}}, "slos.merge.lag is unknown; remove it"),
        ({"slos": None}, "slos must be an object"),
        ({"costParameters": {"marginRate": float("nan")}}, "costParameters.marginRate must be a finite number"),
        ({"costParameters": {"reviewCost": 1e308}}, "costParameters.reviewCost must be at most 1000000"),
        (
            {"maturityHorizonDays": "45", "costParameters": {"lostShare": {"review": 2}}},
            "maturityHorizonDays must be a whole number; costParameters.lostShare.review must be at most 1",
        ),
    ],
)
def test_a_stage_with_illegal_values_cannot_be_synthesized(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(IllegalConfiguration, match=f"^{re.escape(message)}$"):
        type(DEV)(**{**vars(DEV), "fraud_configuration": changes})


def test_every_stage_is_configured() -> None:
    assert all(FraudConfiguration.of_stage(stage.fraud_configuration).version == 0 for stage in STAGES.values())
