"""The registered thresholds of rule versions."""

from typing import Any
from urllib.parse import quote

import pytest

from shared.auth.scopes import Scope
from tests.functions.replay.conftest import World, failing

RULES = "policy/rules"
BOTH = {"fraud_threshold": 0.9, "review_threshold": 0.6}


def test_thresholds_are_registered_and_replaced_by_rule_version(world: World) -> None:
    admin = world.visitor(Scope.ADMIN)

    first = world.put(f"{RULES}/replaced", {"thresholds": BOTH}, admin)
    world.put(f"{RULES}/replaced", {"thresholds": {**BOTH, "review_threshold": None}}, admin)

    assert first.status == 200
    assert (first.body["ruleVersion"], first.body["thresholds"]) == ("replaced", BOTH)
    assert first.body["registeredBy"] == admin.key.owner
    listed = [each for each in world.get(RULES).body["rules"] if each["ruleVersion"] == "replaced"]
    assert [each["thresholds"] for each in listed] == [{"fraud_threshold": 0.9, "review_threshold": None}]


def test_registered_versions_are_listed_by_name_in_pages(world: World) -> None:
    names = ["page-b", "page-ä/1", "page-a", "p" * 900]
    for name in names:
        assert (
            world.put(f"{RULES}/{quote(name, safe='')}", {"thresholds": BOTH}, world.visitor(Scope.ADMIN)).status == 200
        )

    listed = world.get(RULES, limit="1000").body
    page = world.get(RULES, limit="1", offset="1")

    shown = [each["ruleVersion"] for each in listed["rules"]]
    assert shown == sorted(shown)
    assert set(names) <= set(shown)
    assert [each["ruleVersion"] for each in page.body["rules"]] == shown[1:2]
    assert page.headers["x-total-count"] == str(len(shown))


@pytest.mark.parametrize(
    ("thresholds", "fields"),
    [
        ({"fraud_threshold": 0.3, "review_threshold": 0.6}, {"thresholds.review_threshold"}),
        (
            {"fraud_threshold": 1.1, "review_threshold": -1},
            {"thresholds.fraud_threshold", "thresholds.review_threshold"},
        ),
        ({"fraud_threshold": 0.3}, {"thresholds.review_threshold"}),
        ({**BOTH, "other": 1}, {"thresholds.other"}),
        (None, {"thresholds"}),
    ],
    ids=["crossed", "out of range", "one missing", "unknown", "none"],
)
def test_thresholds_that_no_policy_has_are_refused(world: World, thresholds: Any, fields: set[str]) -> None:
    answer = world.put(f"{RULES}/wrong", {"thresholds": thresholds}, world.visitor(Scope.ADMIN))

    assert failing(answer).keys() == fields


def test_only_an_administrator_registers_thresholds(world: World) -> None:
    assert world.put(f"{RULES}/mine", {"thresholds": BOTH}, world.visitor(Scope.REPLAY_RUN)).status == 403
