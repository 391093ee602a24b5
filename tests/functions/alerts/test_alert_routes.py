"""Alerts over HTTP: raised by the evaluator from a silent source, listed, acknowledged, resolved."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.alert_evaluator.handler import evaluate
from shared.alerts.default_rules import DEFAULT_RULES
from shared.alerts.models import RuleDefinition
from shared.app.wiring import Wiring, wiring
from shared.athena.client import WORK_GROUP
from shared.auth.scopes import Scope
from shared.records.schema import DataType
from tests.events.api_gateway import context
from tests.events.sqs import sqs_event
from tests.fakes.clock import Clock
from tests.fakes.deliveries import delivery
from tests.fakes.records import sale
from tests.functions.alerts.conftest import RULES, Ask, asking, rule

ALERTS = "/api/v1/alerts"


@pytest.fixture
def clock() -> Clock:
    """A clock at the present: moto's streams and buckets have no other."""
    return Clock(datetime.now(UTC))


def silent(ask: Ask, wired: Wiring, clock: Clock, *severities: str) -> list[str]:
    """Let a source fall silent, with a rule of each severity about it; return the rules."""
    wired.loader.load(delivery(DataType.TRANSACTIONS, [sale(1)], origin="batch-1", at=clock(), source_id="web-shop"))
    bodies = [rule(metric="ingest:web-shop:silence", severity=each) for each in severities]
    made = [ask("POST", RULES, body=body).data["rule_id"] for body in bodies]
    clock.pass_by(timedelta(minutes=15))
    wired.alert_evaluator.evaluate()
    return made


def test_alerts_are_listed_newest_first_with_a_summary_of_all_that_match(
    ask: Ask, served: Wiring, clock: Clock
) -> None:
    first, second, third = silent(ask, served, clock, "low", "high", "high")
    listed = ask(query={"limit": ["2"]}).data
    ids = {each["rule_id"]: each["alert_id"] for each in ask().data["alerts"]}
    ask("POST", f"{ALERTS}/{ids[first]}/resolve")
    ask("POST", f"{ALERTS}/{ids[second]}/acknowledge", body={"note": "on it"})

    assert len(listed["alerts"]) == 2
    assert listed["alerts"] == sorted(listed["alerts"], key=lambda each: each["alert_id"], reverse=True)
    assert listed["summary"] == {
        "total": 3,
        "by_severity": {"low": 1, "medium": 0, "high": 2, "critical": 0},
        "by_status": {"active": 3, "acknowledged": 0, "resolved": 0},
    }
    for asked, rules in (
        ({}, {second, third}),
        ({"status": ["resolved"]}, {first}),
        ({"status": ["resolved"], "rule_id": [second]}, set()),
        ({"status": ["resolved"], "rule_id": [first]}, {first}),
        ({"status": ["acknowledged"]}, {second}),
        ({"severity": ["low"]}, set()),
        ({"severity": ["low"], "status": ["resolved"]}, {first}),
        ({"rule_id": [third]}, {third}),
    ):
        found = ask(query=asked).data
        assert {each["rule_id"] for each in found["alerts"]} == rules, asked
        assert found["summary"]["total"] == len(rules)


def test_an_acknowledgement_is_answered_as_the_contract_says(ask: Ask, served: Wiring, clock: Clock) -> None:
    silent(ask, served, clock, "high")
    (alert,) = ask().data["alerts"]
    path = f"{ALERTS}/{alert['alert_id']}"

    first = ask("POST", f"{path}/acknowledge")
    again = asking(served, Scope.ALERTS_WRITE)("POST", f"{path}/acknowledge", body={"note": "me too"})
    resolved = ask("POST", f"{path}/resolve", body={"note": "back again"})

    assert first.data.keys() == {"alert_id", "status", "acknowledged_at", "acknowledged_by"}
    assert first.data == again.data
    assert (resolved.data["status"], resolved.data["note"]) == ("resolved", "back again")
    assert [each["status"] for each in resolved.data["history"]] == ["active", "acknowledged", "resolved"]
    assert ask("POST", f"{path}/acknowledge").code == "CONFLICT"
    assert ask("POST", f"{path}/resolve").code == "CONFLICT"


def test_an_alert_shows_what_was_found(ask: Ask, served: Wiring, clock: Clock) -> None:
    silent(ask, served, clock, "critical")
    (alert,) = ask().data["alerts"]

    assert alert["metric_type"] == "ingest:web-shop:silence"
    assert alert["threshold_value"] == 600
    assert alert["current_value"] == pytest.approx(900, abs=1)
    assert alert["title"] == "The merge is late"
    assert "above 600" in alert["description"]


def test_a_source_that_delivers_again_clears_its_alert(ask: Ask, served: Wiring, clock: Clock) -> None:
    silent(ask, served, clock, "high")
    served.loader.load(delivery(DataType.TRANSACTIONS, [sale(2)], origin="batch-2", at=clock(), source_id="web-shop"))
    clock.pass_by(timedelta(minutes=2))
    served.alert_evaluator.evaluate()

    (alert,) = ask(query={"status": ["resolved"]}).data["alerts"]
    assert alert["resolved_by"] == "system"


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"severity": ["loud"]}, "severity"),
        ({"status": ["gone"]}, "status"),
        ({"limit": ["0"]}, "limit"),
        ({"limit": ["1001"]}, "limit"),
        ({"page": ["1"]}, "page"),
    ],
)
def test_a_wrong_parameter_is_named(ask: Ask, asked: Any, field: str) -> None:
    assert set(ask(query=asked).fields) == {field}


def test_what_does_not_exist_is_not_found_and_scopes_are_required(ask: Ask, served: Wiring) -> None:
    assert ask("POST", f"{ALERTS}/nothing/acknowledge").status == 404
    assert ask("POST", f"{ALERTS}/nothing/resolve").status == 404
    assert asking(served, Scope.ALERTS_READ)("POST", f"{ALERTS}/nothing/resolve").status == 403
    assert asking(served, Scope.ALERTS_WRITE)().status == 403


def test_messages_of_the_queue_start_one_pass(deployed: Wiring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(WORK_GROUP.variable, "tally-tests")
    wiring.cache_clear()
    made = deployed.alert_rules.put(replace(DEFAULT_RULES[-1], definition=RuleDefinition.model_validate(rule())))

    evaluate(sqs_event(["{}", "{}"]), context())

    assert deployed.alert_rules.state(made.rule_id).version == 1
