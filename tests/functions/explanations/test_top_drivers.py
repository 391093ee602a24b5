"""`GET /analytics/explain/cohort/{cohortId}/top-drivers`: numbers, edges and wrong requests."""

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from shared.auth.scopes import Scope
from shared.fraud.cohort_ids import CohortId, Dimension
from shared.records.schema import DataType
from tests.fakes.records import good
from tests.functions.explanations.conftest import Explainer
from tests.functions.explanations.oracle import expected_drivers, unit_of

START = datetime(2025, 1, 6, tzinfo=UTC)
END = START + timedelta(days=7)
MERCHANTS = ("Attacked", "Quiet", "x') OR 1=1 --", "(none)", None)
FEATURES = ("amount", "country.risk", "ünïcode 商", "'; DROP TABLE decisions --", "f" * 200, "rare")
Row = dict[str, Any]


def population(seed: int = 13, size: int = 600) -> Iterator[Row]:
    """Decisions of eight days, of which the last is after the range; some in other units, some without attributions."""
    chance = Random(seed)  # noqa: S311 # a population, not a secret
    for number in range(size):
        merchant = chance.choice(MERCHANTS)
        names = [name for name in FEATURES if chance.random() < (0.05 if name == "rare" else 0.9)]
        shift = 0.8 if merchant == "Attacked" else 0.0
        attributions = {name: chance.gauss(shift * (name == "amount"), 0.4) for name in names}
        yield good(
            DataType.DECISIONS,
            decision_id=f"p-{number}",
            timestamp=START + timedelta(seconds=chance.randrange(8 * 86_400)),
            merchant=merchant,
            channel=chance.choice(("web", None)),
            **_scored(chance, attributions),
        )


def _scored(chance: Random, attributions: dict[str, float]) -> Row:
    base = chance.choice((-1.0, None))
    total = (base or 0) + sum(attributions.values())
    odds = {"score": 1 / (1 + math.exp(-total)), "attributions": attributions, "base_value": base}
    kind = chance.random()
    if kind < 0.75:
        return odds
    if kind < 0.85:
        share = {name: abs(each) / 20 for name, each in attributions.items()}
        return {"score": sum(share.values()) + 0.1, "attributions": share, "base_value": 0.1}
    if kind < 0.93:
        return odds | {"score": chance.random()}
    return {"score": chance.random(), "attributions": chance.choice((None, {}))}


ROWS = list(population())
IN_RANGE = [row for row in ROWS if row["timestamp"] < END]


@pytest.fixture(scope="module", autouse=True)
def _loaded(explainer: Explainer) -> None:
    explainer.load([row | {"timestamp": row["timestamp"].isoformat()} for row in ROWS])


def _cohort(value: str | None = "Attacked", dimension: Dimension = Dimension.MERCHANT) -> CohortId:
    return CohortId(dimension, value, START, END)


def _close(found: Any, expected: Any) -> Any:
    return found == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("value", MERCHANTS)
@pytest.mark.parametrize("limit", [1, 3, 100])
def test_the_drivers_equal_those_computed_from_the_records(explainer: Explainer, value: str | None, limit: int) -> None:
    expected = expected_drivers(IN_RANGE, lambda row: row["merchant"] == value, limit)

    answer = explainer.drivers(_cohort(value), limit=str(limit))

    assert answer.status == 200
    body = answer.body
    assert [each["feature"] for each in body["topDrivers"]] == [each["feature"] for each in expected.drivers]
    for found, each in zip(body["topDrivers"], expected.drivers, strict=True):
        assert found.keys() == each.keys()
        for name in each.keys() - {"feature"}:
            assert _close(found[name], each[name]), (each["feature"], name)
    assert (body["unit"], body["decisions"], body["restDecisions"]) == (
        expected.unit,
        expected.decisions,
        expected.rest_decisions,
    )
    assert body["excluded"] == expected.excluded
    counted = body["decisions"] + body["restDecisions"] + sum(body["excluded"].values())
    assert counted == len(IN_RANGE)


def test_an_answer_names_the_cohort(explainer: Explainer) -> None:
    cohort = _cohort(None, Dimension.CHANNEL)

    body = explainer.drivers(cohort).body

    assert {name: body[name] for name in ("cohortId", "dimension", "name", "startDate", "endDate")} == {
        "cohortId": cohort.encode(),
        "dimension": "channel",
        "name": "(none)",
        "startDate": "2025-01-06T00:00:00Z",
        "endDate": "2025-01-13T00:00:00Z",
    }


def test_the_population_has_every_unit() -> None:
    assert {unit_of(row) for row in IN_RANGE} == {"probability", "log_odds", "unknown", "none"}


def test_importances_and_outcome_gaps_add_up_to_1(explainer: Explainer) -> None:
    drivers = explainer.drivers(_cohort(), limit="100").body["topDrivers"]

    assert len(drivers) == len(FEATURES)
    assert _close(sum(each["importance"] for each in drivers), 1)
    assert _close(sum(each["outcomeGap"] for each in drivers), 1)


def test_decisions_after_the_time_of_the_question_or_of_the_cohort_are_left_out(explainer: Explainer) -> None:
    at = sorted(row["timestamp"] for row in IN_RANGE)[len(IN_RANGE) // 2]
    known = [row for row in IN_RANGE if row["timestamp"] <= at]
    expected = expected_drivers(known, lambda row: row["merchant"] == "Attacked", 1)

    asked = explainer.drivers(_cohort(), limit="1", asOf=at.isoformat()).body
    named = explainer.drivers(replace(_cohort(), as_of=at), limit="1").body

    assert named["cohortId"] != asked["cohortId"]
    assert _close(asked["topDrivers"][0]["contribution"], expected.drivers[0]["contribution"])
    assert asked["topDrivers"] == named["topDrivers"]
    assert asked["decisions"] + asked["restDecisions"] + sum(asked["excluded"].values()) == len(known)


def test_an_answer_is_repeated_from_the_cache_until_a_decision_of_the_range_changes(explainer: Explainer) -> None:
    cohort = CohortId(Dimension.DEVICE, "phone", datetime(2024, 3, 1, tzinfo=UTC), datetime(2024, 3, 2, tzinfo=UTC))
    row = good(DataType.DECISIONS, timestamp="2024-03-01T10:00:00Z", device="phone", score=0.5, base_value=0.25)
    explainer.load([row | {"decision_id": "c-1", "attributions": {"a": 0.25}}])
    before = [explainer.drivers(cohort).body for _ in range(2)]

    explainer.load([row | {"decision_id": "c-2", "attributions": {"b": 0.25}}])

    assert before[0] == before[1]
    assert [each["feature"] for each in explainer.drivers(cohort).body["topDrivers"]] == ["a", "b"]


def test_a_client_with_the_current_response_gets_no_other(explainer: Explainer) -> None:
    first = explainer.drivers(_cohort())

    again, other = explainer.drivers(_cohort(), known=first.tag), explainer.drivers(_cohort("Quiet"), known=first.tag)

    assert (again.status, again.body, again.tag) == (304, None, first.tag)
    assert other.status == 200


def _alone(explainer: Explainer, day: int, *rows: Row, value: str = "alone") -> Any:
    """Load decisions of a day of their own, and ask about the merchant `alone`."""
    at = datetime(2024, 5, day, tzinfo=UTC)
    time = {"timestamp": (at + timedelta(hours=1)).isoformat()}
    explainer.load([good(DataType.DECISIONS, decision_id=f"a-{day}-{n}") | time | row for n, row in enumerate(rows)])
    return explainer.drivers(CohortId(Dimension.MERCHANT, value, at, at + timedelta(days=1)))


_ONE: Row = {"merchant": "alone", "score": 0.5, "base_value": 0.25, "attributions": {"a": 0.5, "b": -0.25}}
_OTHER: Row = _ONE | {"merchant": "other"}


def test_a_cohort_that_is_the_whole_range_is_compared_with_nothing(explainer: Explainer) -> None:
    body = _alone(explainer, 1, _ONE).body

    assert (body["decisions"], body["restDecisions"]) == (1, 0)
    for driver in body["topDrivers"]:
        assert [driver[name] for name in ("restContribution", "difference", "interval", "outcomeGap")] == [None] * 4


def test_one_decision_on_either_side_has_a_difference_but_no_interval(explainer: Explainer) -> None:
    driver = _alone(explainer, 2, _ONE, _OTHER | {"score": 0.4, "attributions": {"a": 0.15}}).body["topDrivers"][0]

    assert (driver["difference"], driver["interval"]) == (pytest.approx(0.35), None)


def test_differences_that_cancel_out_are_no_outcome_gap(explainer: Explainer) -> None:
    turned = _OTHER | {"attributions": {"a": -0.25, "b": 0.5}}

    drivers = _alone(explainer, 3, _ONE, _ONE, turned, turned).body["topDrivers"]

    assert [each["outcomeGap"] for each in drivers] == [None, None]
    assert [each["difference"] for each in drivers] == pytest.approx([0.75, -0.75])


def test_equal_contributions_have_an_interval_without_width(explainer: Explainer) -> None:
    driver = _alone(explainer, 4, _ONE, _ONE, _OTHER, _OTHER).body["topDrivers"][0]

    assert driver["interval"] == [0, 0]


def test_a_cohort_without_importance_has_none(explainer: Explainer) -> None:
    body = _alone(explainer, 5, _ONE | {"score": 0.25, "attributions": {"a": 0}}, _OTHER).body

    assert [(each["feature"], each["contribution"], each["importance"]) for each in body["topDrivers"]] == [
        ("a", 0, None),
        ("b", 0, None),
    ]


def test_the_unit_is_the_commonest_of_the_cohort_and_not_of_the_rest(explainer: Explainer) -> None:
    odds = _OTHER | {"score": 1 / (1 + math.exp(-0.5))}

    body = _alone(explainer, 6, _ONE, odds, odds, odds).body

    assert (body["unit"], body["decisions"], body["restDecisions"]) == ("probability", 1, 0)
    assert body["excluded"]["restOtherUnits"] == 3


def test_on_a_tie_of_units_the_probability_is_explained(explainer: Explainer) -> None:
    odds = _ONE | {"score": 1 / (1 + math.exp(-0.5))}

    body = _alone(explainer, 7, odds, _ONE | {"score": 0.9}, _ONE).body

    assert (body["unit"], body["decisions"], body["excluded"]["otherUnits"]) == ("probability", 1, 2)


def test_a_cohort_without_attributions_is_not_explainable(explainer: Explainer) -> None:
    answer = _alone(explainer, 8, _ONE | {"attributions": None}, _OTHER)

    assert (answer.status, answer.body["error"]) == (422, "not_explainable")


@pytest.mark.parametrize(("day", "contribution"), [(9, 1.7e308), (12, 1e200), (13, -1e141)])
def test_attributions_too_large_to_be_averaged_are_not_explainable(
    explainer: Explainer, day: int, contribution: float
) -> None:
    vast = _ONE | {"attributions": {"a": contribution}}

    answers = [_alone(explainer, day, vast, vast, _OTHER) for _ in range(2)]

    assert [(each.status, each.body["error"]) for each in answers] == [(422, "not_explainable")] * 2


def test_a_cohort_without_decisions_is_not_found(explainer: Explainer) -> None:
    answer = _alone(explainer, 10, _OTHER)

    assert (answer.status, answer.body["error"]) == (404, "not_found")


def test_infinite_sums_are_cached(explainer: Explainer) -> None:
    vast = _ONE | {"attributions": {"a": 1.7e308}}
    _alone(explainer, 11, vast, vast)
    statements: list[str] = []
    events = explainer.wired.clients.interactive_athena.meta.events
    day = datetime(2024, 5, 11, tzinfo=UTC)

    events.register("before-call", lambda model, **_: statements.append(model.name), unique_id="statements")
    answer = explainer.drivers(CohortId(Dimension.MERCHANT, "alone", day, day + timedelta(days=1)))
    events.unregister("before-call", unique_id="statements")

    assert (answer.status, statements) == (422, [])


@pytest.mark.parametrize(
    "cohort", [_cohort("unheard of"), replace(_cohort(), start=END + timedelta(days=30), end=END + timedelta(days=31))]
)
def test_a_value_or_a_range_without_decisions_is_not_found(explainer: Explainer, cohort: CohortId) -> None:
    assert explainer.drivers(cohort).status == 404


@pytest.mark.parametrize(
    "text",
    [
        "cohort-1",
        _cohort().encode()[:-1],
        _cohort().encode() + "A",
        "' OR 1=1 --",
        "../../x",
        "商",
        "a" * 5000,
        "eyJhIjoxfQ",
    ],
)
def test_a_text_that_is_no_id_of_a_cohort_is_refused(explainer: Explainer, text: str) -> None:
    answer = explainer.drivers(text)

    assert (answer.status, answer.body["error"], list(answer.fields)) == (400, "validation_error", ["cohortId"])


@pytest.mark.parametrize("limit", ["0", "-1", "101", "1e2", "ten", ""])
def test_a_limit_out_of_range_is_refused(explainer: Explainer, limit: str) -> None:
    answer = explainer.drivers(_cohort(), limit=limit)

    assert (answer.status, answer.fields) == (400, {"limit": "must be a whole number from 1 to 100"})


def test_a_cohort_of_the_future_is_refused(explainer: Explainer) -> None:
    answer = explainer.drivers(replace(_cohort(), as_of=explainer.clock() + timedelta(minutes=1)))

    assert (answer.status, list(answer.fields)) == (400, ["cohortId"])


def test_the_scope_for_fraud_is_required(explainer: Explainer) -> None:
    assert explainer.acting_with(Scope.ANALYTICS_READ).drivers(_cohort()).status == 403
