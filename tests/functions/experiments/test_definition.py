"""Experiments over HTTP: created, listed, changed, and refused with every mistake."""

from datetime import timedelta
from typing import Any

import pytest

from shared.app.wiring import Wiring
from shared.auth.scopes import Scope
from shared.runtime.models import rfc3339
from tests.fakes.clock import Clock
from tests.functions.experiments.conftest import Join, User, design, variant, wrong


def test_a_new_experiment_is_a_draft_with_every_default(ann: User, clock: Clock) -> None:
    made = ann.make()

    now = rfc3339(clock())
    assert made == {
        "id": made["id"],
        "name": "Higher review threshold",
        "description": "",
        "hypothesis": "",
        "status": "draft",
        "variants": [
            variant("control", isControl=True, description="", configuration={}),
            variant("treatment", isControl=False, description="", configuration={"review": 0.45}),
        ],
        "primaryMetric": "approvalRate",
        "primaryDirection": "up",
        "guardrails": [],
        "unit": "customer",
        "minimumDurationDays": 3,
        "minimumUnits": 1000,
        "startDate": None,
        "endDate": None,
        "createdAt": now,
        "updatedAt": now,
        "createdBy": ann.name,
        "version": 1,
        "history": [{"status": "draft", "at": now, "by": ann.name}],
    }
    assert ann.ask("GET", f"/{made['id']}").body == made


def test_the_direction_is_that_in_which_the_metric_improves_unless_it_is_given(ann: User) -> None:
    assert ann.make(primaryMetric="fraudRate")["primaryDirection"] == "down"
    assert ann.make(primaryMetric="reviewRate", primaryDirection="up")["primaryDirection"] == "up"


def test_the_id_that_decisions_carry_can_be_chosen_once(ann: User) -> None:
    assert ann.make(id="review-threshold")["id"] == "review-threshold"

    again = ann.ask("POST", body=design(id="review-threshold"))

    assert again.status == 409
    assert "review-threshold" in again.body["message"]


def test_every_mistake_is_named_at_once_by_its_pointer(ann: User) -> None:
    bad = {
        "id": "no spaces",
        "name": "",
        "variants": [
            variant("a", 0.5, isControl=True),
            variant("a", 0.4, isControl=True),
            {"id": "b", "name": "B", "allocation": "0.1", "configuration": {"x": "y" * 15_000}, "more": 1},
        ],
        "primaryMetric": "decisionThroughput",
        "primaryDirection": "sideways",
        "guardrails": [
            {"metric": "recall", "maximumHarm": -1},
            {"metric": "recall", "maximumHarm": 0.1},
            {"metric": "luck", "maximumHarm": 0.1},
        ],
        "unit": "visit",
        "minimumDurationDays": 0,
        "minimumUnits": 1.5,
        "startDate": "2025-03-02",
        "endDate": "2025-03-01",
        "status": "running",
    }

    assert wrong(ann.ask("POST", body=bad)).keys() == {
        "/id",
        "/name",
        "/variants/1/id",
        "/variants/1/isControl",
        "/variants/2/allocation",
        "/variants/2/configuration",
        "/variants/2/more",
        "/primaryMetric",
        "/primaryDirection",
        "/guardrails/0/maximumHarm",
        "/guardrails/1/metric",
        "/guardrails/2/metric",
        "/unit",
        "/minimumDurationDays",
        "/minimumUnits",
        "/endDate",
        "/status",
    }


@pytest.mark.parametrize(
    ("variants", "field"),
    [
        ([variant("a", 0.5, isControl=True), variant("b", 0.4)], "/variants"),
        ([variant("a", 0.5, isControl=True), variant("b", 0.5 + 1e-8)], "/variants"),
        ([variant("a", 0.5), variant("b", 0.5)], "/variants"),
        ([variant("a", 0.5, isControl=True), variant("b", 0.5, isControl=True)], "/variants/1/isControl"),
        ([variant("a", 0.5, isControl=True)], "/variants"),
        ([variant(str(each), 1 / 11, isControl=not each) for each in range(11)], "/variants"),
        ([variant("a", 1.0, isControl=True), variant("b", 0.0)], "/variants/1/allocation"),
        ("control", "/variants"),
    ],
)
def test_variants_add_up_to_one_and_have_one_control(ann: User, variants: Any, field: str) -> None:
    assert field in wrong(ann.ask("POST", body=design(variants=variants)))


def test_allocations_may_be_fractions_that_binary_numbers_cannot_add_up_exactly(ann: User) -> None:
    tenths = [variant(f"v{each}", 0.1, isControl=not each) for each in range(10)]

    assert len(ann.make(variants=tenths)["variants"]) == 10


def test_a_configuration_is_neither_too_large_nor_too_deep(ann: User) -> None:
    deep: Any = 1
    for _ in range(60):
        deep = [deep]
    variants = [
        variant("a", isControl=True, configuration={"x": deep}),
        variant("b", configuration={"x": "y" * 16_000}),
    ]

    told = wrong(ann.ask("POST", body=design(variants=variants)))

    assert told.keys() == {"/variants/0/configuration", "/variants/1/configuration"}


def test_a_list_has_pages_a_total_and_a_filter(ann: User, clock: Clock) -> None:
    made = []
    for number in range(5):
        made.append(ann.make(name=f"Number {number}")["id"])
        clock.pass_by(timedelta(seconds=1))
    ann.move(made[1], "start")
    ann.move(made[3], "start")

    page = ann.ask("GET", query={"limit": ["2"], "offset": ["1"]})
    running = ann.ask("GET", query={"status": ["running"]})

    assert [each["id"] for each in page.body["experiments"]] == made[1:3]
    assert (page.body["total"], page.headers["x-total-count"]) == (5, "5")
    assert (page.headers["x-page-limit"], page.headers["x-page-offset"]) == ("2", "1")
    assert [each["id"] for each in running.body["experiments"]] == [made[1], made[3]]
    assert running.body["total"] == 2


def test_a_list_refuses_parameters_that_it_does_not_know(ann: User) -> None:
    answer = ann.ask("GET", query={"status": ["won"], "limit": ["0"], "sort": ["name"]})

    assert wrong(answer).keys() == {"status", "limit", "sort"}


def test_a_change_replaces_what_is_sent_and_raises_the_version(ann: User, clock: Clock) -> None:
    made = ann.make()
    clock.pass_by(timedelta(minutes=1))

    answer = ann.ask("PUT", f"/{made['id']}", body={"name": "Another", "primaryMetric": "recall", "version": 1})

    expected = {"name": "Another", "primaryMetric": "recall", "version": 2, "updatedAt": rfc3339(clock())}
    assert answer.status == 200
    assert answer.body == made | expected


def test_an_experiment_can_be_sent_back_as_it_was_read(ann: User) -> None:
    made = ann.make()
    sent = {name: value for name, value in made.items() if name != "history"}

    assert ann.ask("PUT", f"/{made['id']}", body=sent | {"hypothesis": "Better"}).body["hypothesis"] == "Better"
    assert wrong(ann.ask("PUT", f"/{made['id']}", body={"id": "x", "status": "promoted", "version": 2})).keys() == {
        "/id",
        "/status",
    }


def test_a_partial_change_is_checked_with_what_it_leaves(ann: User) -> None:
    made = ann.make(startDate="2025-03-01")

    told = wrong(ann.ask("PUT", f"/{made['id']}", body={"endDate": "2025-02-01", "name": None, "version": 1}))

    assert told.keys() == {"/endDate", "/name"}


@pytest.mark.parametrize("parts", [{"body": {"name": "x", "version": 1}}, {"body": {"name": "x", "version": 3}}])
def test_a_stale_change_is_refused(ann: User, parts: Any) -> None:
    made = ann.make()
    assert ann.ask("PUT", f"/{made['id']}", body={"name": "Newer", "version": 1}).status == 200

    answer = ann.ask("PUT", f"/{made['id']}", **parts)

    assert (answer.status, answer.body["error"]) == (409, "conflict")
    assert ann.ask("GET", f"/{made['id']}").body["name"] == "Newer"


def test_the_etag_is_as_good_as_the_version(ann: User) -> None:
    made = ann.make()
    tag = ann.ask("GET", f"/{made['id']}").headers["etag"]

    first, second = (
        ann.ask("PUT", f"/{made['id']}", body={"name": name}, headers={"If-Match": tag}) for name in ("One", "Two")
    )

    assert (first.status, second.status) == (200, 409)
    assert ann.ask("GET", f"/{made['id']}").headers["etag"] != tag


def test_a_change_that_names_no_state_is_refused(ann: User) -> None:
    made = ann.make()

    assert "If-Match" in wrong(ann.ask("PUT", f"/{made['id']}", body={"name": "x"}))["/version"]


def test_unknown_experiments_are_404_and_wrong_changes_of_them_400(ann: User) -> None:
    assert ann.ask("GET", "/nobody").status == 404
    assert ann.ask("PUT", "/nobody", body={"name": "x", "version": 1}).status == 404
    assert ann.ask("POST", "/nobody/start").status == 404
    assert wrong(ann.ask("PUT", "/nobody", body={"name": "", "version": 1})).keys() == {"/name"}


def test_readers_do_not_write(join: Join, ann: User) -> None:
    reader = join(Scope.EXPERIMENTS_READ)
    made = ann.make()

    assert reader.ask("GET", f"/{made['id']}").status == 200
    assert reader.ask("POST", body=design()).status == 403
    assert reader.ask("PUT", f"/{made['id']}", body={"name": "x", "version": 1}).status == 403
    assert reader.ask("POST", f"/{made['id']}/start").status == 403


def test_a_repeated_creation_makes_one_experiment(ann: User, served: Wiring) -> None:
    first, second = (ann.ask("POST", body=design(), headers={"Idempotency-Key": "k-1"}) for _ in range(2))

    assert first.body == second.body
    assert len(served.experiments.list_all()) == 1
