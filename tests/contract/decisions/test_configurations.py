"""The versions of the configuration over DynamoDB: races, lost answers, outages, and other versions of the platform."""

from datetime import timedelta
from typing import Any

import orjson
import pytest
from botocore.exceptions import EndpointConnectionError

from shared.app.wiring import Wiring
from shared.decisions.configuration import FraudConfiguration, FraudParameters
from shared.decisions.configuration_store import CONFIGURATION_TABLE, FRESH_FOR
from shared.runtime.dynamodb import serialize
from shared.runtime.errors import Conflict
from shared.runtime.paging import Window
from tests.fakes.clock import Clock
from tests.fakes.moto_platforms import MotoPlatforms


def horizon(days: int) -> FraudParameters:
    """The values of a stage with this horizon."""
    return FraudConfiguration.of_stage({"maturityHorizonDays": days})


def stored(wired: Wiring, body: Any, *, version: int = 1) -> None:
    """Store a version as another version of the platform would."""
    item = {
        "name": "fraud",
        "version": f"{version:012d}",
        "body": orjson.dumps(body).decode(),
        "updated_at": "2025-03-01T12:00:00.000Z",
        "updated_by": "ann",
    }
    wired.clients.dynamodb.put_item(TableName=wired.settings.name_of(CONFIGURATION_TABLE), Item=serialize(item))


def test_of_two_changes_that_read_the_same_version_one_is_made(wired: Wiring, clock: Clock) -> None:
    one, other = wired.fraud_configuration, Wiring(wired.settings, clock).fraud_configuration
    read_by_both = one.get(fresh=True), other.get(fresh=True)

    made = one.put(horizon(30), replaces=read_by_both[0], by="ann")
    with pytest.raises(Conflict, match="Version 0"):
        other.put(horizon(90), replaces=read_by_both[1], by="bob")

    assert other.get(fresh=True) == made
    assert one.history(Window(0, 10)).items == [made]


def test_a_change_whose_answer_was_lost_is_not_refused_when_it_is_repeated(wired: Wiring) -> None:
    configurations, calls = wired.fraud_configuration, []
    events = wired.clients.dynamodb.meta.events

    def lose_the_first_answer(**_: Any) -> Any:
        calls.append(1)
        return 0 if len(calls) == 1 else None  # seconds to wait before the client repeats the call

    events.register_first("needs-retry.dynamodb.PutItem", lose_the_first_answer)

    made = configurations.put(horizon(30), replaces=configurations.get(), by="ann")

    assert len(calls) == 2
    assert configurations.get(fresh=True) == made
    assert (made.version, made.updated_by) == (1, "ann")


def test_an_outdated_value_is_not_used_while_the_table_is_unreachable(
    wired: Wiring, platforms: MotoPlatforms, clock: Clock
) -> None:
    configurations = wired.fraud_configuration
    configurations.put(horizon(30), replaces=configurations.get(), by="ann")

    with platforms.outages.of("dynamodb"):
        within = configurations.get()
        clock.pass_by(FRESH_FOR)
        with pytest.raises(EndpointConnectionError):
            configurations.get()

    assert within.maturity_horizon_days == 30
    clock.pass_by(timedelta(seconds=1))
    assert configurations.get().maturity_horizon_days == 30


def test_the_latest_of_many_versions_is_in_force(wired: Wiring) -> None:
    configurations = wired.fraud_configuration
    for number in range(12):
        configurations.put(horizon(number + 1), replaces=configurations.get(), by="ann")

    assert configurations.get(fresh=True).version == 12
    assert [each.maturity_horizon_days for each in configurations.history(Window(8, 3)).items] == [9, 10, 11]


def test_fields_that_an_older_platform_did_not_store_have_the_values_of_the_stage(wired: Wiring) -> None:
    document = horizon(30).document
    del document["slos"]["replay"], document["costParameters"]["lostShare"]

    stored(wired, document)

    found = wired.fraud_configuration.get()
    stage = FraudConfiguration.of_stage({})
    assert found.maturity_horizon_days == 30
    assert found.slos == stage.slos
    assert found.cost_parameters == stage.cost_parameters


def test_fields_that_a_newer_platform_stored_are_left_out(wired: Wiring) -> None:
    document = horizon(30).document
    document["slos"]["mailing"] = {"freshnessSeconds": 1, "completeness": 1}

    stored(wired, {**document, "currency": "EUR"})

    assert wired.fraud_configuration.get().document == horizon(30).document
