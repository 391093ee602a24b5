"""The demo enables the rules of the platform through its API, and leaves rules that somebody changed."""

import pytest

from functions.alerts.handler import handler
from infra.local.demo.alert_rules import RulesNotEnabled, enable_rules
from shared.alerts.default_rules import DEFAULT_RULES
from shared.app.wiring import Wiring
from shared.auth.scopes import Scope
from tests.fakes.function_door import front_door
from tests.fakes.identities import Visitor


def test_the_demo_enables_the_rules_of_the_platform_once(everywhere: Wiring) -> None:
    visitor = Visitor(everywhere.identity, Scope.ALERTS_READ, Scope.ALERTS_WRITE)
    everywhere.rule_changes.delete(DEFAULT_RULES[0].rule_id)

    with front_door(handler) as url:
        first, again = (enable_rules(api_url=url, token=visitor.token) for _ in range(2))

    assert (first, again) == (len(DEFAULT_RULES) - 1, 0)
    assert {each.definition.enabled for each in everywhere.alert_rules.list_all()} == {True}


def test_a_refusal_is_reported(everywhere: Wiring) -> None:
    visitor = Visitor(everywhere.identity, Scope.ANALYTICS_READ)

    with front_door(handler) as url, pytest.raises(RulesNotEnabled, match="answered 403"):
        enable_rules(api_url=url, token=visitor.token)
