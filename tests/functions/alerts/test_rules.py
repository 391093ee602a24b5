"""Rules over HTTP: created, read, replaced at the version that was read, silenced, deleted, refused."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from shared.alerts.default_rules import DEFAULT_RULES
from shared.app.wiring import Wiring
from shared.auth.scopes import Scope
from shared.runtime.models import rfc3339
from tests.fakes.clock import Clock
from tests.functions.alerts.conftest import RULES, Ask, asking, rule

HOOK = {"type": "webhook", "url": "https://hooks.example.com/tally"}


def create(ask: Ask, **changes: Any) -> Any:
    """Create a rule and return it."""
    made = ask("POST", RULES, body=rule(**changes))
    assert made.status == 201, made.body
    return made.data


def test_a_rule_is_created_with_defaults_and_read_back(ask: Ask) -> None:
    made = create(ask)

    assert made["version"] == 1
    assert made["enabled"] is True
    assert (made["evaluate_every"], made["for"], made["no_data"]) == ("PT1M", "PT0S", "ignore")
    assert made["created_at"] == made["updated_at"]
    assert ask("GET", f"{RULES}/{made['rule_id']}").data == made


def test_rules_that_come_with_the_platform_are_listed_disabled(ask: Ask) -> None:
    listed = ask("GET", RULES).data["rules"]

    assert [each["rule_id"] for each in listed] == sorted(each.rule_id for each in DEFAULT_RULES)
    assert {each["enabled"] for each in listed} == {False}
    assert {each["created_by"] for each in listed} == {"system"}


def test_a_rule_of_the_platform_is_changed_and_deleted_like_any_other(ask: Ask) -> None:
    (first, *others) = ask("GET", RULES).data["rules"]
    path = f"{RULES}/{first['rule_id']}"

    changed = ask("PUT", path, body=rule(name="Own", version=1))
    deleted = ask("DELETE", path)

    assert (changed.status, changed.data["version"], changed.data["name"]) == (200, 2, "Own")
    assert deleted.status == 204
    assert ask("GET", path).status == 404
    assert ask("GET", RULES).data["rules"] == others


def test_an_untouched_rule_of_the_platform_can_be_deleted(ask: Ask) -> None:
    path = f"{RULES}/{DEFAULT_RULES[0].rule_id}"

    assert ask("DELETE", path).status == 204
    assert ask("GET", path).status == 404


def test_a_rule_is_replaced_at_the_version_that_was_read(ask: Ask) -> None:
    made = create(ask)
    path = f"{RULES}/{made['rule_id']}"
    tag = ask("GET", path).headers["etag"]

    by_tag = ask("PUT", path, body=rule(name="Second"), headers={"If-Match": tag})
    by_version = ask("PUT", path, body=rule(name="Third", version=2))

    assert [each.data["version"] for each in (by_tag, by_version)] == [2, 3]
    assert by_version.data["created_at"] == made["created_at"]


def test_a_rule_can_be_disabled_although_what_it_names_is_gone(ask: Ask) -> None:
    path = f"{RULES}/{create(ask)['rule_id']}"
    gone = rule(version=1, metric="ingest:closed-shop:silence")

    kept = ask("PUT", path, body=gone)
    disabled = ask("PUT", path, body={**gone, "enabled": False})

    assert (kept.status, kept.error["field_errors"][0]["field"]) == (400, "metric")
    assert (disabled.status, disabled.data["enabled"]) == (200, False)


def test_a_stale_change_is_refused(ask: Ask) -> None:
    made = create(ask)
    path = f"{RULES}/{made['rule_id']}"
    tag = ask("GET", path).headers["etag"]
    ask("PUT", path, body=rule(version=1))

    assert ask("PUT", path, body=rule(version=1)).code == "CONFLICT"
    assert ask("PUT", path, body=rule(), headers={"If-Match": tag}).code == "CONFLICT"
    assert "version" in ask("PUT", path, body=rule()).fields


def test_a_secret_is_shown_once_if_it_was_generated_and_never_if_it_was_given(ask: Ask) -> None:
    made = create(ask, notify=[HOOK])
    given = create(ask, notify=[HOOK | {"secret": "s" * 20}])
    path = f"{RULES}/{made['rule_id']}"

    replaced = ask("PUT", path, body=rule(version=1, notify=[HOOK]))

    assert len(made["notify"][0]["secret"]) >= 32
    assert given["notify"] == replaced.data["notify"] == ask("GET", path).data["notify"] == [HOOK]


def test_no_refusal_repeats_a_secret(ask: Ask) -> None:
    secret = "hunter2-hunter2-hunter2"
    for wrong in (
        [HOOK | {"secret": secret, "more": 1}],
        [HOOK | {"secret": secret, "url": "ftp://x"}],
        [{"type": "fax", "secret": secret}],
        [{"type": "webhook", "secret": secret}],
        [HOOK | {"secret": secret}, HOOK | {"secret": secret}],
        [HOOK | {"secret": secret[:5]}],
        {"secret": secret},
    ):
        refused = ask("POST", RULES, body=rule(notify=wrong, severity="bad"))

        assert refused.status == 400
        assert secret[:5] not in str(refused.body), wrong


def test_every_mistake_is_named_at_once(ask: Ask) -> None:
    refused = ask(
        "POST",
        RULES,
        body={
            "name": "",
            "severity": "loud",
            "metric": "precision",
            "condition": {"type": "above", "threshold": 1.5, "low": 2},
            "window": "PT7M",
            "evaluate_every": "PT1S",
            "for": "soon",
            "recovery": 2,
            "filters": {"region": ["EU"]},
            "group_by": "colour",
            "no_data": "shrug",
            "extra": 1,
        },
    )

    assert refused.status == 400
    assert set(refused.fields) == {
        "name",
        "severity",
        "condition.threshold",
        "condition.low",
        "window",
        "evaluate_every",
        "for",
        "recovery",
        "filters.region",
        "group_by",
        "no_data",
        "extra",
    }


def above(threshold: float) -> Mapping[str, Any]:
    """A condition."""
    return {"type": "above", "threshold": threshold}


_BAD = {
    "an unknown metric": ({"metric": "profit"}, "metric"),
    "a metric without its aggregation": ({"metric": "revenue"}, "metric"),
    "an aggregation that the metric lacks": ({"metric": "conversion:sum"}, "metric"),
    "bounds of a KPI without any": ({"metric": "bounds:low:approval_rate"}, "metric"),
    "an unknown pipeline": ({"metric": "pipeline:mario:freshness"}, "metric"),
    "an unknown measure of a pipeline": ({"metric": "pipeline:merge:speed"}, "metric"),
    "a source that never delivered": ({"metric": "ingest:nobody:silence"}, "metric"),
    "a feature without a name": ({"metric": "drift:"}, "metric"),
    "a ratio above 1": ({"metric": "recall", "condition": above(1.2)}, "condition.threshold"),
    "a ratio above 1 at most": ({"metric": "recall", "condition": above(1)}, "condition.threshold"),
    "a ratio below 0": ({"metric": "recall", "condition": {"type": "below", "threshold": 0}}, "condition.threshold"),
    "a band without inside": ({"condition": {"type": "outside", "low": 5, "high": 5}}, "condition.high"),
    "a band around everything": (
        {"metric": "recall", "condition": {"type": "outside", "low": 0, "high": 1}},
        "condition.high",
    ),
    "a band without an end": ({"condition": {"type": "outside", "low": 5}}, "condition.high"),
    "a decrease by more than everything": (
        {"metric": "transactions:count", "window": "PT1H", "condition": {"type": "change_below", "percent": -120}},
        "condition.percent",
    ),
    "an anomaly at once": (
        {"metric": "revenue:sum", "window": "PT1H", "condition": {"type": "anomaly", "k": 0}},
        "condition.k",
    ),
    "no threshold": ({"condition": {"type": "below"}}, "condition.threshold"),
    "no condition": ({"condition": {"type": "odd"}}, "condition.type"),
    "not a number": ({"condition": {"type": "above", "threshold": "7"}}, "condition.threshold"),
    "a recovery on the wrong side": ({"recovery": 700}, "recovery"),
    "a recovery that cannot be": ({"recovery": -1}, "recovery"),
    "a window shorter than an hour of a metric": ({"metric": "revenue:sum", "window": "PT30M"}, "window"),
    "a window shorter than a day of drift": ({"metric": "drift:score", "window": "PT12H"}, "window"),
    "a window that ends within an hour": ({"metric": "revenue:sum", "window": "PT90M"}, "window"),
    "an anomaly over weeks": (
        {"metric": "revenue:sum", "window": "P8D", "condition": {"type": "anomaly"}},
        "window",
    ),
    "a window of years": ({"window": "P300D"}, "window"),
    "a change of the present": ({"condition": {"type": "change_above", "percent": 5}}, "condition.type"),
    "a provisional pipeline": ({"use_provisional": True}, "use_provisional"),
    "a filter that the metric lacks": ({"filters": {"region": ["EU"]}}, "filters.region"),
    "several currencies": (
        {"metric": "revenue:sum", "window": "PT1H", "filters": {"currency": ["EUR", "USD"]}},
        "filters.currency",
    ),
    "two dimensions of a KPI": (
        {"metric": "recall", "condition": above(0.5), "filters": {"channel": ["web"], "device": ["x"]}},
        "filters",
    ),
    "an unknown data type": (
        {"metric": "quality_score", "window": "PT1H", "condition": above(5), "filters": {"data_type": ["x"]}},
        "filters.data_type",
    ),
    "groups of everything": ({"metric": "revenue:sum", "window": "PT1H", "group_by": "region"}, "group_by"),
    "groups of a pipeline": ({"group_by": "stage"}, "group_by"),
    "too many groups": (
        {
            "metric": "revenue:sum",
            "window": "PT1H",
            "group_by": "region",
            "filters": {"region": [f"r-{n}" for n in range(51)]},
        },
        "group_by",
    ),
    "groups of another dimension than the filter": (
        {"metric": "recall", "condition": above(0.5), "filters": {"channel": ["web"]}, "group_by": "device"},
        "group_by",
    ),
    "a local webhook of another scheme": (
        {"notify": [{"type": "webhook", "url": "gopher://x"}]},
        "notify.0.url",
    ),
    "a webhook of the metadata service": (
        {"notify": [{"type": "webhook", "url": "https://169.254.169.254/latest"}]},
        "notify.0.url",
    ),
    "a webhook on this host": ({"notify": [{"type": "webhook", "url": "https://localhost/"}]}, "notify.0.url"),
}


@pytest.mark.parametrize(("changes", "field"), _BAD.values(), ids=_BAD)
def test_a_wrong_rule_is_refused(ask: Ask, changes: Mapping[str, Any], field: str) -> None:
    refused = ask("POST", RULES, body=rule(**changes))

    assert refused.status == 400, refused.body
    assert set(refused.fields) == {field}


def test_rules_need_their_scopes(served: Wiring) -> None:
    reader = asking(served, Scope.ALERTS_READ)
    stranger = asking(served, Scope.ANALYTICS_READ)

    assert reader("GET", RULES).status == 200
    assert reader("POST", RULES, body=rule()).status == 403
    assert stranger("GET", RULES).status == 403


def test_a_silence_lasts_until_its_end_and_leaves_the_version(ask: Ask, clock: Clock) -> None:
    made = create(ask)
    path = f"{RULES}/{made['rule_id']}"
    until = rfc3339(clock() + timedelta(hours=2))

    silenced = ask("POST", f"{path}/silence", body={"until": until, "reason": "Maintenance"})
    clock.pass_by(timedelta(hours=2))

    assert silenced.data["silenced"]["until"] == until
    assert silenced.data["silenced"]["reason"] == "Maintenance"
    assert silenced.data["version"] == 1
    assert "silenced" not in ask("GET", path).data


def test_a_silence_can_be_ended(ask: Ask, clock: Clock) -> None:
    path = f"{RULES}/{create(ask)['rule_id']}"
    ask("POST", f"{path}/silence", body={"until": rfc3339(clock() + timedelta(hours=2))})

    assert "silenced" not in ask("POST", f"{path}/silence", body={"until": None}).data


@pytest.mark.parametrize("ahead", [timedelta(), timedelta(hours=-1), timedelta(days=91)])
def test_a_silence_ends_in_the_future(ask: Ask, clock: Clock, ahead: timedelta) -> None:
    path = f"{RULES}/{create(ask)['rule_id']}"

    assert "until" in ask("POST", f"{path}/silence", body={"until": rfc3339(clock() + ahead)}).fields


def test_what_does_not_exist_is_not_found(ask: Ask) -> None:
    path = f"{RULES}/nothing"

    assert ask("GET", path).status == 404
    assert ask("PUT", path, body=rule(version=1)).status == 404
    assert ask("DELETE", path).status == 404
    assert ask("POST", f"{path}/silence", body={"until": None}).status == 404
