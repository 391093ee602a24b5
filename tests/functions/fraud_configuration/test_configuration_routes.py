"""The configuration of fraud analytics over HTTP: read, replaced as a whole, refused with every mistake, on record."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.app.wiring import Wiring
from shared.audit.entry import parse
from shared.audit.trail import Asked
from shared.auth.scopes import Scope
from shared.decisions.configuration_store import CONFIGURATION_TABLE, FRESH_FOR
from shared.runtime.models import rfc3339
from shared.runtime.paging import Window
from tests.fakes.answers import Answer
from tests.fakes.clock import Clock
from tests.functions.fraud_configuration.conftest import PATH, Ask, asking

HISTORY = f"{PATH}/history"
PIPELINES = {
    "batch-ingest",
    "file-ingest",
    "stream-analytics",
    "merge",
    "customer-models",
    "drift-profiles",
    "live-push",
    "replay",
}


def values(ask: Ask, **changes: Any) -> dict[str, Any]:
    """The values in force without their version, with some changed."""
    added = {"version", "updatedAt", "updatedBy", "currency"}
    document = {name: value for name, value in ask().body.items() if name not in added}
    return document | changes


def wrong(answer: Answer) -> dict[str, str]:
    """The invalid fields that a response names."""
    return {each["field"]: each["message"] for each in answer.body["details"]["fields"]}


def test_unless_it_is_changed_the_configuration_is_that_of_the_stage(ask: Ask) -> None:
    answer = ask()

    assert answer.status == 200
    assert answer.body["maturityHorizonDays"] == 45
    assert answer.body["costParameters"] == {
        "marginRate": 0.3,
        "lostShare": {"decline": 1, "review": 0.1},
        "reviewCost": 3,
    }
    assert answer.body["slos"].keys() == PIPELINES
    assert {level["completeness"] for level in answer.body["slos"].values()} == {0.999}
    assert [answer.body[name] for name in ("version", "updatedAt", "updatedBy")] == [0, None, None]


def test_the_configuration_names_the_currency_of_all_amounts(served: Wiring) -> None:
    served.settings = replace(served.settings, reporting_currency="EUR")

    assert asking(served, Scope.FRAUD_READ)().body["currency"] == "EUR"


def test_a_stage_may_have_its_own_values(served: Wiring) -> None:
    own = {"maturityHorizonDays": 60, "slos": {"merge": {"freshnessSeconds": 120}}}
    served.settings = replace(served.settings, fraud_configuration=own)

    body = asking(served, Scope.FRAUD_READ)().body

    assert body["maturityHorizonDays"] == 60
    assert body["slos"]["merge"] == {"freshnessSeconds": 120, "completeness": 0.999}
    assert body["costParameters"]["marginRate"] == 0.3


def test_a_change_is_answered_with_its_version_and_author_and_is_in_force(ask: Ask, clock: Clock) -> None:
    wanted = values(ask, maturityHorizonDays=30)

    answer = ask("PUT", body={**wanted, "version": 0})

    assert answer.status == 200
    assert answer.body == {**wanted, "version": 1, "updatedAt": rfc3339(clock()), "updatedBy": answer.body["updatedBy"]}
    assert answer.body["updatedBy"]
    assert ask().body == {**answer.body, "currency": "USD"}


def test_decimals_are_returned_as_they_were_sent(ask: Ask, served: Wiring) -> None:
    costs = {"marginRate": 0.2875, "lostShare": {"decline": 0.3333, "review": 0}, "reviewCost": 999999.9999}

    changed = ask("PUT", body={**values(ask, costParameters=costs), "version": 0})

    assert changed.body["costParameters"] == costs
    assert str(served.fraud_configuration.get().cost_parameters.review_cost) == "999999.9999"


def test_of_two_changes_of_one_version_the_second_is_refused_and_the_first_stays(ask: Ask) -> None:
    first = ask("PUT", body={**values(ask, maturityHorizonDays=30), "version": 0})

    second = ask("PUT", body={**values(ask, maturityHorizonDays=90), "version": 0})

    assert (first.status, second.status, second.body["error"]) == (200, 409, "conflict")
    assert "Version 1" in second.body["message"]
    assert ask().body["maturityHorizonDays"] == 30


def test_a_version_of_the_future_is_refused(ask: Ask) -> None:
    assert ask("PUT", body={**values(ask), "version": 7}).status == 409
    assert ask().body["version"] == 0


def test_an_etag_names_the_version_to_replace(ask: Ask) -> None:
    tag = ask().headers["etag"]

    first = ask("PUT", body=values(ask, maturityHorizonDays=30), headers={"If-Match": tag})
    second = ask("PUT", body=values(ask, maturityHorizonDays=31), headers={"If-Match": tag})
    third = ask("PUT", body=values(ask, maturityHorizonDays=32), headers={"If-Match": f'"x", {ask().headers["etag"]}'})
    whichever = ask("PUT", body=values(ask, maturityHorizonDays=33), headers={"If-Match": "*"})

    assert [each.status for each in (first, second, third, whichever)] == [200, 409, 200, 200]
    assert ask().body["version"] == 3


def test_an_etag_and_a_version_must_both_be_current(ask: Ask) -> None:
    tag = ask().headers["etag"]

    answers = [
        ask("PUT", body={**values(ask), "version": version}, headers={"If-Match": condition})
        for version, condition in ((1, tag), (0, '"other"'), (0, tag))
    ]

    assert [each.status for each in answers] == [409, 409, 200]


def test_a_change_that_names_no_version_is_refused(ask: Ask) -> None:
    answer = ask("PUT", body=values(ask))

    assert (answer.status, wrong(answer)) == (400, {"version": "is required unless If-Match is sent"})


def test_a_client_with_the_current_configuration_gets_304_until_it_changes(ask: Ask) -> None:
    tag = ask().headers["etag"]

    unchanged = ask(headers={"If-None-Match": tag})
    ask("PUT", body={**values(ask, maturityHorizonDays=30), "version": 0})
    changed = ask(headers={"If-None-Match": tag})

    assert (unchanged.status, changed.status) == (304, 200)


def test_every_mistake_is_named_at_once(ask: Ask) -> None:
    body = values(ask)
    body["maturityHorizonDays"] = 366
    body["costParameters"] = {"marginRate": 1.1, "lostShare": {"decline": -0.1}, "reviewCost": "3.00", "tax": 1}
    body["slos"]["merge"] = {"freshnessSeconds": 0, "completeness": 0.99999}
    body["slos"].pop("replay")
    body["slos"]["mailing"] = {"freshnessSeconds": 60, "completeness": 1}
    body["updatedBy"] = "mallory"

    answer = ask("PUT", body={**body, "version": True})

    assert answer.status == 400
    assert wrong(answer) == {
        "maturityHorizonDays": "must be at most 365",
        "costParameters.marginRate": "must be at most 1",
        "costParameters.lostShare.decline": "must be at least 0",
        "costParameters.lostShare.review": "costParameters.lostShare.review is required",
        "costParameters.reviewCost": "must be a number",
        "costParameters.tax": "is unknown; remove it",
        "slos.merge.freshnessSeconds": "must be at least 1",
        "slos.merge.completeness": "must have at most 4 decimal places",
        "slos.replay": "slos.replay is required",
        "slos.mailing": "is unknown; remove it",
        "updatedBy": "is unknown; remove it",
        "version": "must be a whole number",
    }


@pytest.mark.parametrize("days", [0, -1, 45.0, 45.5, "45", None, True, [45], 10**30, 1e308])
def test_a_horizon_is_a_whole_number_of_days_from_1_to_365(ask: Ask, days: Any) -> None:
    sent = json.dumps({**values(ask, maturityHorizonDays=days), "version": 0})

    answer = ask("PUT", raw=sent)

    assert (answer.status, [*wrong(answer)]) == (400, ["maturityHorizonDays"])


@pytest.mark.parametrize("raw", ["", "[]", "{", '{"version": NaN}', '{"version": 0, "version": 0}', "null", "45"])
def test_what_is_no_object_is_refused(ask: Ask, raw: str) -> None:
    assert ask("PUT", raw=raw).status == 400


def test_reading_does_not_allow_to_change(served: Wiring) -> None:
    reader = asking(served, Scope.FRAUD_READ)

    assert reader("PUT", body={**values(reader), "version": 0}).status == 403
    assert reader().body["version"] == 0


def test_a_change_is_audited_with_both_states_and_a_refused_one_is_not(ask: Ask, served: Wiring) -> None:
    before = {name: value for name, value in ask().body.items() if name != "currency"}
    after = ask("PUT", body={**values(ask, maturityHorizonDays=30), "version": 0}).body
    ask("PUT", body={**values(ask, maturityHorizonDays=90), "version": 0})

    [entry] = [parse(each.body) for each in served.audit_trail.find(Asked(), Window(0, 10)).items]

    assert entry["action"] == f"PUT {PATH}"
    assert (entry["before"], entry["after"]) == (before, after)
    assert entry["user_id"] == after["updatedBy"]


def test_all_versions_are_listed_oldest_first_in_pages(ask: Ask) -> None:
    made = [ask("PUT", body={**values(ask, maturityHorizonDays=30 + n), "version": n}).body for n in range(5)]

    everything = ask(path=HISTORY)
    page = ask(path=HISTORY, query={"limit": ["2"], "offset": ["3"]})
    beyond = ask(path=HISTORY, query={"offset": ["9"]})

    assert everything.body == {"versions": made, "total": 5}
    assert page.body == {"versions": made[3:], "total": 5}
    assert beyond.body == {"versions": [], "total": 5}
    assert [page.headers[name] for name in ("x-total-count", "x-page-limit", "x-page-offset")] == ["5", "2", "3"]


def test_before_the_first_change_the_list_of_versions_is_empty(ask: Ask) -> None:
    assert ask(path=HISTORY).body == {"versions": [], "total": 0}


@pytest.mark.parametrize("query", [{"limit": ["0"]}, {"limit": ["1001"]}, {"offset": ["-1"]}, {"page": ["1"]}])
def test_an_impossible_page_is_refused(ask: Ask, query: dict[str, list[str]]) -> None:
    answer = ask(path=HISTORY, query=query)

    assert (answer.status, [*wrong(answer)]) == (400, [*query])


def test_a_change_applies_in_other_functions_after_five_seconds(ask: Ask, served: Wiring, clock: Clock) -> None:
    other = Wiring(served.settings, clock).fraud_configuration
    assert other.get().maturity_horizon_days == 45
    ask("PUT", body={**values(ask, maturityHorizonDays=30), "version": 0})

    clock.pass_by(FRESH_FOR - timedelta(milliseconds=1))
    shortly_before = other.get().maturity_horizon_days
    clock.pass_by(timedelta(milliseconds=1))

    assert (shortly_before, other.get().maturity_horizon_days) == (45, 30)


def test_a_missing_table_is_an_error_and_not_the_default(ask: Ask, served: Wiring) -> None:
    served.clients.dynamodb.delete_table(TableName=served.settings.name_of(CONFIGURATION_TABLE))

    assert ask().status == 500
