"""Baselines are frozen on request and by themselves, once, and never change."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.drift_baselines.handler import handler
from shared.app.wiring import Wiring, wiring
from shared.athena.pinned_queries import PinnedQueries
from shared.drift.baseline import BaselineSource
from shared.drift.freezer import AUTOMATIC_DAYS, FEWEST_DECISIONS, BaselineFreezer, first_days
from shared.drift.question import NO_MODEL
from shared.metrics.split import Interval
from shared.records.schema import DataType
from shared.runtime.models import rfc3339
from tests.events.api_gateway import context
from tests.events.schedule import schedule_event
from tests.functions.drift.conftest import Desk, Uncached
from tests.functions.drift.decisions import OPENED, Decided, table_of
from tests.moto_platform import environment

DAY = timedelta(days=1)
BODY = {"startDate": rfc3339(OPENED), "endDate": rfc3339(OPENED + 7 * DAY), "modelVersion": "model-1"}
LATER = {"startDate": rfc3339(OPENED + 10 * DAY), "endDate": rfc3339(OPENED + 12 * DAY)}


def decide(desk: Desk, start: datetime, end: datetime, *, per_day: int = 40, value: str = "1", **fields: Any) -> None:
    """Let a model decide evenly over a range."""
    count = int((end - start) / DAY * per_day)
    decisions = [
        Decided(decision_id=f"{start:%j}-{number}", at=start + number * DAY / per_day, features={"x": value}, **fields)
        for number in range(count)
    ]
    desk.lake.keep_table(DataType.DECISIONS, table_of(decisions))


def racing(desk: Desk, freezer: BaselineFreezer) -> BaselineFreezer:
    """Freeze without the cache, which would let one of several compute for all."""
    queries = PinnedQueries(desk.wired.athena.run, Uncached(), desk.wired.table_states)  # type: ignore[arg-type] # see it
    return replace(freezer, queries=queries)


def test_a_frozen_baseline_is_in_force_from_then_on(desk: Desk) -> None:
    decide(desk, OPENED, OPENED + 12 * DAY)
    before = desk.get(**LATER).body["baseline"]

    frozen = desk.freeze(BODY)

    assert frozen.status == 201
    assert frozen.body == {
        "source": "requested",
        "modelVersion": "model-1",
        "startDate": BODY["startDate"],
        "endDate": BODY["endDate"],
        "id": frozen.body["id"],
        "version": 1,
        "decisions": 7 * 40,
        "createdAt": frozen.body["createdAt"],
        "createdBy": desk.admin.key.owner,
    }
    answer = desk.get(**LATER)
    assert before["source"] == "preceding"
    assert answer.body["baseline"] == frozen.body
    assert all(each["baseline"] == frozen.body for each in answer.body["driftMetrics"])
    assert desk.get(f"/baselines/{frozen.body['id']}").body == frozen.body


def test_a_frozen_baseline_stays_when_its_days_change(desk: Desk) -> None:
    decide(desk, OPENED, OPENED + 12 * DAY)
    desk.freeze(BODY)
    before = desk.get(**LATER).body

    decide(desk, OPENED + DAY, OPENED + 2 * DAY, per_day=500, value='"other"')

    after = desk.get(**LATER).body
    assert (after["baseline"], after["driftMetrics"]) == (before["baseline"], before["driftMetrics"])


def test_the_newest_version_of_a_model_is_in_force(desk: Desk) -> None:
    decide(desk, OPENED, OPENED + 12 * DAY)
    first = desk.freeze(BODY).body
    second = desk.freeze({**BODY, "endDate": rfc3339(OPENED + 8 * DAY)}).body

    assert [first["version"], second["version"]] == [1, 2]
    assert desk.get(**LATER).body["baseline"] == second
    assert desk.get(f"/baselines/{first['id']}").body == first


def test_freezing_the_newest_range_again_returns_it(desk: Desk) -> None:
    decide(desk, OPENED, OPENED + 7 * DAY)
    first = desk.freeze(BODY)

    again = desk.freeze(BODY)

    assert again.body == first.body
    assert again.status == 200


def test_several_who_freeze_the_same_at_once_get_one_baseline(desk: Desk) -> None:
    decide(desk, OPENED, OPENED + 7 * DAY)

    freezers = [racing(desk, Wiring(desk.lake.settings, desk.clock).baseline_freezer) for _ in range(4)]
    whole = Interval(OPENED, OPENED + 7 * DAY)

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda each: each.freeze(whole, "model-1", "somebody"), freezers))

    assert len({baseline.baseline_id for baseline, _ in made}) == 1
    assert [is_new for _, is_new in made].count(True) == 1
    assert desk.get("/baselines").body["total"] == 1


def test_baselines_are_listed_in_pages(desk: Desk) -> None:
    decide(desk, OPENED, OPENED + 7 * DAY)
    decide(desk, OPENED + 8 * DAY, OPENED + 9 * DAY, model_version=None)
    made = [
        desk.freeze(BODY).body,
        desk.freeze({**BODY, "modelVersion": NO_MODEL, "endDate": rfc3339(OPENED + 9 * DAY)}).body,
    ]

    first, second = desk.get("/baselines", limit="1"), desk.get("/baselines", limit="1", offset="1")

    assert first.body["baselines"] + second.body["baselines"] == sorted(made, key=lambda each: each["createdAt"])
    assert first.headers["x-total-count"] == "2"
    assert desk.get("/baselines", modelVersion=NO_MODEL).body["baselines"] == made[1:]
    assert desk.get("/baselines", modelVersion="nobody's").body == {"baselines": [], "total": 0}


def test_a_baseline_has_one_id_only(desk: Desk) -> None:
    decide(desk, OPENED, OPENED + DAY)
    made = desk.freeze({**BODY, "endDate": rfc3339(OPENED + DAY)}).body["id"]

    assert desk.get(f"/baselines/{made}").status == 200
    assert desk.get(f"/baselines/{made[:-1]}0{made[-1]}").status == 404


@pytest.mark.parametrize("path", ["", "/data-quality"])
def test_a_lake_without_decisions_has_an_answer(desk: Desk, path: str) -> None:
    answer = desk.get(path, **LATER)

    assert answer.status == 200
    assert (answer.body["modelVersion"], answer.body["decisions"]) == (None, 0)
    assert answer.body["provisional"] is True


def test_the_first_full_days_of_a_model_with_enough_decisions_become_its_baseline(desk: Desk) -> None:
    opened = OPENED + timedelta(hours=12)
    decide(desk, opened, opened + 20 * DAY, per_day=FEWEST_DECISIONS // AUTOMATIC_DAYS + 1)
    decide(desk, opened + 30 * DAY, opened + 31 * DAY, model_version="model-2")

    made = desk.wired.scheduled_baseline_freezer.freeze_due()
    again = desk.wired.scheduled_baseline_freezer.freeze_due()

    (baseline,) = made
    assert again == []
    assert (baseline.source, baseline.model_version) == (BaselineSource.AUTOMATIC, "model-1")
    assert (baseline.start, baseline.end) == (OPENED + DAY, OPENED + (1 + AUTOMATIC_DAYS) * DAY)
    answer = desk.get(startDate=rfc3339(OPENED + 16 * DAY), endDate=rfc3339(OPENED + 18 * DAY)).body
    assert answer["baseline"]["source"] == "automatic"
    assert "createdBy" not in answer["baseline"]


def test_the_schedule_freezes_what_is_due(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    decide(desk, OPENED, OPENED + 16 * DAY, per_day=400)
    for name, value in environment(desk.lake.settings).items():
        monkeypatch.setenv(name, value)
    wiring.cache_clear()

    handler(schedule_event(), context())

    (baseline,) = desk.get("/baselines").body["baselines"]
    assert (baseline["source"], baseline["decisions"]) == ("automatic", AUTOMATIC_DAYS * 400)
    wiring.cache_clear()


def test_several_automatic_freezes_at_once_make_one_baseline(desk: Desk) -> None:
    decide(desk, OPENED, OPENED + 16 * DAY, per_day=400)
    freezers = [racing(desk, Wiring(desk.lake.settings, desk.clock).scheduled_baseline_freezer) for _ in range(2)]

    with ThreadPoolExecutor(2) as pool:
        made = [each for found in pool.map(lambda each: each.freeze_due(), freezers) for each in found]

    assert len(made) == 1
    assert desk.get("/baselines").body["total"] == 1


def test_days_whose_roll_ups_are_outdated_are_frozen_from_the_base(desk: Desk) -> None:
    decide(desk, OPENED, OPENED + 3 * DAY)
    late = [Decided(decision_id=f"late-{n}", at=OPENED + DAY, features={"y": "1"}) for n in range(7)]
    desk.lake.merge_table(DataType.DECISIONS, table_of(late))

    assert desk.freeze(BODY).body["decisions"] == 3 * 40 + 7


def test_first_days_wait_until_they_are_over() -> None:
    days = {(OPENED + number * DAY).date(): 400 for number in range(15)}

    assert first_days(days, OPENED + 15 * DAY - timedelta(milliseconds=1)) is None
    found = first_days(days, OPENED + 15 * DAY)
    assert found
    assert (found.start, found.end) == (OPENED + DAY, OPENED + 15 * DAY)


def test_first_days_with_too_few_decisions_are_passed_over() -> None:
    slow = {(OPENED + number * DAY).date(): 10 for number in range(10)}
    fast = {(OPENED + number * DAY).date(): 1000 for number in range(10, 40)}

    found = first_days({**slow, **fast}, OPENED + 40 * DAY)

    assert found
    assert (
        found.start == OPENED + DAY
    )  # four fast days and ten slow ones have fewer than 5 000 decisions, five have more
