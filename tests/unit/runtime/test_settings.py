"""The settings of a function from its environment."""

from datetime import timedelta

import pytest

from infra.resources import RESOURCES
from shared.ledger.store import LEDGER_TABLE
from shared.runtime.settings import SettingMissing, Settings


def test_the_name_of_a_resource_is_never_read_as_another_setting() -> None:
    environment = {resource.variable: f"the-{resource.label}" for resource in RESOURCES}

    settings = Settings.from_environment(environment)

    assert settings == Settings(names=environment)


def test_a_resource_without_a_grant_is_reported_by_the_name_of_its_grant() -> None:
    with pytest.raises(SettingMissing, match="add ledger_table to the function's reads or writes"):
        Settings().name_of(LEDGER_TABLE)


def test_the_interval_of_renewals_is_zero_unless_it_is_set() -> None:
    told = {"TALLY_DASHBOARD_RENEWAL_SECONDS": "60"}

    assert Settings.from_environment(told).dashboard_renewal == timedelta(minutes=1)
    assert Settings.from_environment({}).dashboard_renewal == timedelta(0)


def test_query_and_response_limits_are_configurable() -> None:
    told = {"TALLY_QUERIES_AT_ONCE": "7", "TALLY_LARGEST_ANSWER_BYTES": "1000"}

    settings = Settings.from_environment(told)

    assert (settings.queries_at_once, settings.largest_answer_bytes) == (7, 1000)
    assert (Settings().queries_at_once, Settings().largest_answer_bytes) == (20, 5 * 1024 * 1024)
