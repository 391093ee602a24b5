"""Results over simulated decisions in a lake in moto equal an independent computation with pandas."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from moto import mock_aws
from scipy import stats

from functions.experiments.handler import app
from shared.app.wiring import Wiring, wiring
from shared.experiments.vocabulary import METRICS
from shared.records.schema import DataType
from shared.runtime.models import rfc3339
from tests.fakes.clock import Clock
from tests.fakes.identities import Visitor
from tests.functions.experiments.conftest import SCOPES, User, variant
from tests.functions.experiments.simulated import EXPERIMENT, NOW, START, Oracle, Record, decisions
from tests.functions.metrics.lake import TestLake, lake_with_athena
from tests.moto_platform import CREDENTIALS
from tests.oracles import fraud


@dataclass(frozen=True)
class World:
    """Decisions in a lake, and a user."""

    user: User
    wired: Wiring
    clock: Clock
    decisions: list[Record]
    labels: list[Record]

    def oracle(self, as_of: Any = NOW, **times: Any) -> Oracle:
        """The expected results."""
        return Oracle.of(self.decisions, self.labels, as_of, **times)

    def results(self, **query: str) -> Any:
        """The results of the experiment."""
        answer = self.user.ask("GET", f"/{EXPERIMENT}", query={name: [each] for name, each in query.items()})
        assert answer.status == 200, answer.body
        return answer.body["results"]


def _noting(asked: list[str]) -> Any:
    """Return what notes each request before it is sent."""
    return lambda event_name, **_: asked.append(event_name.rpartition(".")[2])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A running experiment with all metrics as guardrails."""
    made, labels = decisions()
    stray = {**made[0], "decision_id": "stray", "variant_id": "nobody", "customer_id": "c-stray"}
    other = {**made[0], "decision_id": "other", "experiment_id": "another"}
    early = {**made[0], "decision_id": "early", "timestamp": START - timedelta(seconds=1)}
    clock = Clock(NOW)
    with pytest.MonkeyPatch.context() as environment:
        for name, value in CREDENTIALS.items():
            environment.setenv(name, value)
        with mock_aws(), lake_with_athena(tmp_path_factory.mktemp("athena")) as (lake, athena):
            environment.setenv("AWS_ENDPOINT_URL_ATHENA", athena)
            _fill(lake, [*made, stray, other, early], labels)
            wired = Wiring(lake.settings, clock)
            app.dependency_overrides[wiring] = lambda: wired
            user = User(Visitor(wired.identity, *SCOPES))
            guarded = [{"metric": each, "maximumHarm": 1000} for each in METRICS]
            user.make(id=EXPERIMENT, startDate=rfc3339(START), guardrails=guarded, minimumUnits=100)
            user.move(EXPERIMENT, "start")
            yield World(user, wired, clock, made, labels)
            app.dependency_overrides.clear()


def _fill(lake: TestLake, made: list[Record], labels: list[Record]) -> None:
    lake.keep(DataType.LABELS, labels)
    lake.keep(DataType.DECISIONS, made)


def test_all_metrics_of_all_variants_are_one_question_of_the_lake(world: World) -> None:
    asked, events = list[str](), world.wired.clients.interactive_athena.meta.events
    events.register("before-send.athena.StartQueryExecution", _noting(asked), unique_id="asked")

    world.results(asOf=rfc3339(NOW - timedelta(hours=7)))

    events.unregister("before-send.athena.StartQueryExecution", unique_id="asked")
    assert asked == ["StartQueryExecution"]


def test_each_variant_has_the_kpis_and_the_maturity_of_its_decisions(world: World) -> None:
    oracle = world.oracle()
    results = world.results()

    assert results["asOf"] == rfc3339(NOW)
    assert [each["variantId"] for each in results["variants"]] == ["control", "treatment"]
    for told in results["variants"]:
        arm = oracle.arm(told["variantId"])
        expected = fraud.kpis(arm)
        assert (told["decisions"], told["units"]) == (len(arm), arm.unit.nunique())
        assert {name: told["metrics"][name] for name in expected} == pytest.approx(expected, abs=1e-4)
        maturity = fraud.maturity(arm, NOW)
        assert {name: told["maturity"][name] for name in ("labelled", "pending", "presumed", "unverified")} == {
            name: maturity[name] for name in ("labelled", "pending", "presumed", "unverified")
        }


@pytest.mark.parametrize("metric", METRICS)
def test_each_difference_and_interval_is_that_of_the_units(world: World, metric: str) -> None:
    oracle = world.oracle()

    told = next(each for each in world.results()["comparisons"] if each["metric"] == metric)

    assert told["difference"] == pytest.approx(oracle.difference(metric), rel=1e-7, abs=1e-9)
    assert told["interval"] == pytest.approx(oracle.interval(metric), rel=1e-6, abs=1e-9)
    assert told["relativeLift"] == pytest.approx(told["difference"] / told["controlValue"])
    assert told["asymptotic"] is True


def test_units_in_several_variants_and_strangers_are_left_out_and_counted(world: World) -> None:
    oracle, results = world.oracle(), world.results()

    assert 1 <= oracle.crossed <= 3
    units = oracle.truth.unit.nunique() + oracle.crossed
    assert results["crossover"] == {"units": oracle.crossed, "share": pytest.approx(oracle.crossed / units)}
    assert results["unassigned"] == 1
    assert sum(each["decisions"] for each in results["variants"]) == len(oracle.truth)


def test_the_test_of_the_allocation_is_that_of_scipy(world: World) -> None:
    units = [world.oracle().arm(each).unit.nunique() for each in ("control", "treatment")]
    expected = stats.chisquare(units)

    told = world.results()["sampleRatioMismatch"]

    assert told == {
        "chiSquare": pytest.approx(expected.statistic),
        "pValue": pytest.approx(expected.pvalue),
        "failed": False,
    }


def test_results_as_of_an_earlier_time_leave_out_what_came_later(world: World) -> None:
    as_of = START + timedelta(days=50)
    oracle = world.oracle(as_of)

    results = world.results(asOf=rfc3339(as_of))

    told = next(each for each in results["comparisons"] if each["metric"] == "approvalRate")
    assert results["asOf"] == rfc3339(as_of)
    assert sum(each["decisions"] for each in results["variants"]) == len(oracle.truth)
    assert told["difference"] == pytest.approx(oracle.difference("approvalRate"))


def test_results_can_be_left_out(world: World) -> None:
    answer = world.user.ask("GET", f"/{EXPERIMENT}", query={"includeResults": ["false"]})

    assert "results" not in answer.body
    assert "results" not in world.user.ask("GET").body["experiments"][0]


def test_a_time_in_the_future_is_refused(world: World) -> None:
    answer = world.user.ask("GET", f"/{EXPERIMENT}", query={"asOf": [rfc3339(NOW + timedelta(days=1))]})

    assert answer.status == 400


def test_a_draft_and_an_experiment_without_decisions_have_no_results(world: World) -> None:
    draft = world.user.make(id="draft", startDate=rfc3339(START))
    empty = world.user.started(id="empty", startDate=rfc3339(START))

    assert "results" not in world.user.ask("GET", f"/{draft['id']}").body
    assert "results" not in world.user.ask("GET", f"/{empty['id']}").body


def test_decisions_after_the_end_do_not_count(world: World) -> None:
    end = START + timedelta(days=20)
    design = {"startDate": rfc3339(START + timedelta(days=10)), "endDate": rfc3339(end)}
    world.user.make(id="other-window", **design, variants=[variant("control", isControl=True), variant("treatment")])
    oracle = world.oracle(start=START + timedelta(days=10), end=end)
    stored = world.wired.experiments.get("other-window")
    window = stored.model_copy(update={"id": EXPERIMENT, "status": "running"})

    results = world.wired.experiment_reports.results(window, None)

    assert results
    assert {
        each.variant_id: each.decisions for each in results.variants
    } == oracle.truth.variant.value_counts().to_dict()
