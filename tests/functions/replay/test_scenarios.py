"""Scenarios: what is accepted, what is refused and why, and how they are listed."""

from datetime import timedelta
from typing import Any

import pytest

from shared.auth.scopes import Scope
from tests.functions.replay.conftest import SCENARIOS, WINDOW, World, failing, scenario

RULE = {"when": [{"feature": "TX_AMOUNT", "operator": ">=", "value": 200}], "outcome": "review"}


def test_a_scenario_is_created_as_a_draft_and_shown_as_it_was_created(world: World) -> None:
    user = world.visitor()
    asked = scenario(
        description="Fewer reviews?",
        filters={"channel": ["web"]},
        overrides={"thresholds": {"fraud_threshold": 0.8}, "rules": [RULE]},
        asOf="2018-09-01T00:00:00Z",
    )

    answer = world.post(SCENARIOS, asked, user)

    assert answer.status == 201
    made = answer.body
    assert {name: made[name] for name in asked} == {**asked, "overrides": {**asked["overrides"], "rules": [RULE]}}
    assert (made["status"], made["createdBy"]) == ("draft", user.key.owner)
    assert made["progress"] == {"total": 0, "processed": 0, "percentage": 0}
    assert made.keys().isdisjoint({"runId", "startedAt", "completedAt", "estimatedCompletionTime", "error"})
    assert world.get(f"{SCENARIOS}/{made['id']}").body == made


@pytest.mark.parametrize(
    ("window", "field"),
    [
        ({"start": WINDOW["start"], "end": WINDOW["start"]}, "timeWindow.end"),
        ({"start": WINDOW["end"], "end": WINDOW["start"]}, "timeWindow.end"),
        ({"start": WINDOW["start"], "end": "2019-09-14T10:20:31Z"}, "timeWindow.end"),
        ({"start": "2019-10-01", "end": "2019-11-01"}, "timeWindow.start"),
        ({"start": "1989-12-31", "end": "2018-08-01"}, "timeWindow.start"),
        ({"start": WINDOW["start"]}, "timeWindow.end"),
        ({"start": 1, "end": "tomorrow"}, "timeWindow.start"),
    ],
    ids=["empty", "inverted", "ends in the future", "future", "before records", "open", "no times"],
)
def test_a_window_without_a_past_is_refused(world: World, window: Any, field: str) -> None:
    assert field in failing(world.post(SCENARIOS, scenario(timeWindow=window)))


def test_a_window_of_ten_years_is_accepted(world: World) -> None:
    made = world.create(timeWindow={"start": "2008-08-15T00:00:00Z", "end": WINDOW["end"]})

    assert made["timeWindow"]["start"] == "2008-08-15T00:00:00Z"


@pytest.mark.parametrize("as_of", ["2019-09-14T10:20:31Z", "2018-07-25T00:00:00Z"], ids=["future", "before decisions"])
def test_a_time_of_the_labels_without_decisions_before_it_is_refused(world: World, as_of: str) -> None:
    assert failing(world.post(SCENARIOS, scenario(asOf=as_of))).keys() == {"asOf"}


def test_every_wrong_field_is_named_at_once(world: World) -> None:
    wrong = scenario(
        name="",
        timeWindow={"start": WINDOW["end"], "end": WINDOW["start"]},
        filters={"weather": ["rain"], "channel": []},
        overrides={"thresholds": {"fraud_threshold": 1.5}},
        colour="red",
    )

    assert failing(world.post(SCENARIOS, wrong)).keys() >= {
        *("name", "timeWindow.end", "filters.channel", "overrides.thresholds.fraud_threshold", "colour"),
    }


def test_crossed_thresholds_are_refused(world: World) -> None:
    crossed = {"thresholds": {"fraud_threshold": 0.3, "review_threshold": 0.7}}

    assert failing(world.post(SCENARIOS, scenario(overrides=crossed))).keys() == {
        "overrides.thresholds.review_threshold"
    }


def test_features_that_no_decision_has_are_refused_with_the_known_ones(world: World) -> None:
    model = {"type": "logistic", "intercept": -1, "coefficients": {"TX_AMOUNT": 1, "TX_AMUONT": 1}}
    rules = [{"when": [{"feature": "NO_SUCH", "operator": "==", "value": 1}], "outcome": "decline"}]

    wrong = failing(world.post(SCENARIOS, scenario(overrides={"model": model, "rules": rules})))

    assert wrong.keys() == {"overrides.model.coefficients.TX_AMUONT", "overrides.rules.0.when.0.feature"}
    assert "TX_AMOUNT, TX_DURING_NIGHT" in wrong["overrides.rules.0.when.0.feature"]


def test_without_decisions_in_the_window_no_feature_is_known(world: World) -> None:
    quiet = scenario(timeWindow={"start": "2018-01-01", "end": "2018-02-01"}, overrides={"rules": [RULE]})

    assert failing(world.post(SCENARIOS, quiet)) == {
        "overrides.rules.0.when.0.feature": "is unknown: no decision of the window has features"
    }


def test_filters_that_would_not_fit_into_the_store_are_refused(world: World) -> None:
    large = {"merchant": [f"{number}{'m' * 4000}" for number in range(20)]}

    assert failing(world.post(SCENARIOS, scenario(filters=large))).keys() == {"filters"}


def test_scenarios_are_listed_in_pages_the_oldest_first(world: World) -> None:
    made = []
    for number in range(3):
        world.clock.pass_by(timedelta(milliseconds=1))
        made.append(world.create(name=f"Page {number}")["id"])

    listed = world.get(SCENARIOS, limit="1000")
    assert [each["id"] for each in listed.body["scenarios"]][-3:] == made
    total = listed.body["total"]
    page = world.get(SCENARIOS, limit="2", offset=str(total - 3))

    assert [each["id"] for each in page.body["scenarios"]] == made[:2]
    headers = {name: page.headers[name] for name in ("x-total-count", "x-page-limit", "x-page-offset")}
    assert headers == {"x-total-count": str(total), "x-page-limit": "2", "x-page-offset": str(total - 3)}


def test_scenarios_are_listed_by_status(world: World) -> None:
    world.create()

    drafts = world.get(SCENARIOS, status="draft", limit="1000").body

    assert drafts["total"] == len(drafts["scenarios"]) > 0
    assert {each["status"] for each in drafts["scenarios"]} == {"draft"}
    assert failing(world.get(SCENARIOS, status="asleep")).keys() == {"status"}


@pytest.mark.parametrize("scenario_id", ["none", "20180914T102030000-00000000", "x" * 2000])
def test_an_unknown_scenario_does_not_exist(world: World, scenario_id: str) -> None:
    assert world.get(f"{SCENARIOS}/{scenario_id}").status == 404


def test_a_reader_may_not_create_scenarios(world: World) -> None:
    reader = world.visitor(Scope.REPLAY_READ)

    assert world.post(SCENARIOS, scenario(), reader).status == 403
    assert world.get(SCENARIOS, reader).status == 200


def test_a_user_creates_at_most_five_scenarios_an_hour(world: World) -> None:
    user = world.visitor()

    statuses = [world.post(SCENARIOS, scenario(), user).status for _ in range(6)]

    assert statuses == [201] * 5 + [429]
