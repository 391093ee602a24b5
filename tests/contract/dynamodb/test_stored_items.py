"""Stores write the items that they have always written, and read those that were written before."""

import json
import zlib
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256, shake_256
from pathlib import Path
from typing import Any

import boto3
import pytest

from infra.resources import DYNAMO_TABLES
from shared.alerts.alert_store import ALERTS_TABLE, AlertStore
from shared.alerts.models import Alert, HistoryEntry, RuleDefinition, Silence
from shared.alerts.rule_store import StoredState
from shared.alerts.state import UNGROUPED, Episode, GroupState, OpenAlert, RuleState, Side
from shared.alerts.stored_alert import StoredAlert
from shared.alerts.stored_rule import StoredRule
from shared.alerts.vocabulary import AlertSeverity, AlertStatus
from shared.app.wiring import Wiring
from shared.athena.cached_results import LARGEST_BODY, CachedResult, Results
from shared.athena.result_cache import RESULT_CACHE_TABLE
from shared.audit.trail import AUDIT_TABLE, AuditTrail
from shared.auth.key_store import KEYS_TABLE
from shared.auth.models import Caller, NewApiKey
from shared.auth.refresh_tokens import FAMILIES_TABLE, RefreshTokenFamilies, TokenReused
from shared.auth.scopes import Scope
from shared.auth.tokens import TokenClaims
from shared.customers.store import CUSTOMERS_TABLE, CustomerStore
from shared.dashboards.answers import WIDGET_ANSWERS_TABLE, WidgetAnswer, WidgetAnswers
from shared.dashboards.models import DashboardRequest
from shared.dashboards.questions import WidgetQuestion
from shared.dashboards.store import DASHBOARDS_TABLE, Dashboards
from shared.decisions.configuration import FraudConfiguration
from shared.decisions.models import IndexedDecision, ResolvedDecision
from shared.drift.baseline import Baseline, BaselineSource
from shared.drift.profile import BaselineProfile, Profile
from shared.events.bus import PlatformEvents
from shared.experiments.models import StoredExperiment
from shared.exports.job import ExportJob
from shared.exports.models import ExportState
from shared.exports.store import EXPORTS_TABLE, ExportStore
from shared.idempotency.store import IDEMPOTENCY_TABLE
from shared.ingestion.models import DataFormat
from shared.ingestion.stream.positions import StreamPosition
from shared.ingestion.stream.provider import accepted_records
from shared.ingestion.uploads.state import Upload
from shared.ingestion.uploads.store import UPLOADS_TABLE, UploadStore
from shared.lake.catalog.state import WHOLE_TABLE, TableState
from shared.ledger.entry import DeliveryKind, LedgerEntry, Outcomes
from shared.limits.classes import RateClass, Subject
from shared.limits.counter import RATE_LIMITS_TABLE, RateLimiter
from shared.live.event_log import Claim
from shared.notifications.models import Notification, TopicTarget, WebhookTarget, from_store
from shared.notifications.outbox import target_key
from shared.policies.models import DecisionPolicy, HeldBack
from shared.quality.state import Count, QualityCounts
from shared.quarantine.index import QUARANTINE_INDEX_TABLE, QuarantinedDelivery, QuarantineIndex
from shared.records.schema import DataType
from shared.replay.records import StoredRun, StoredScenario
from shared.replay.scenario_models import RegisteredThresholds, ReplayScenarioRequest
from shared.replay.states import ReplayStatus
from shared.runtime.dialects import Dialect
from shared.runtime.dynamodb import transact
from shared.runtime.models import sortable
from shared.runtime.paging import Window
from shared.runtime.query_metadata import TimeRange
from shared.runtime.resources import Resource
from shared.sources.freshness import PendingRange
from shared.sources.models import SourceConfiguration
from tests.attacks.test_ids import any_segmentation, profile_of
from tests.contract.live.connections import connection
from tests.fakes.audit import change
from tests.fakes.clock import Clock
from tests.fakes.customer_runs import customer_run
from tests.fakes.records import NOW

RECORDED = Path(__file__).parent / "stored_items.json"
RUN = customer_run("20260501T043000000-1a2b3c4d")
RANDOM = {"holder", "salt", "digest", "change_id", "profile"}
TABLES = [each for each in DYNAMO_TABLES if each is not IDEMPOTENCY_TABLE]
UPLOAD = Upload(
    batch_id="batch-1",
    source_id="web-shop",
    data_type=DataType.ORDERS,
    format=DataFormat.CSV,
    created_at=NOW,
    expires_at=NOW + timedelta(hours=1),
    options={"strict": True, "most": 10, "none": None},
    cuts=(10, 12),
)
ENTRY = LedgerEntry(
    delivery_id="batch-1",
    kind=DeliveryKind.BATCH,
    source_id="web-shop",
    data_type="orders",
    received_at=NOW,
    received=10,
    rejected=2,
    batch_id="batch-1",
    redrives={"1": 1},
    resumes=("1",),
    restated=("2025-02-27",),
    problems=({"code": "type", "message": "m", "stage": "validate", "count": 1, "first_row": 0, "sample": None},),
    quality=QualityCounts({"accuracy": Count(10, 2, 1)}, {"accuracy": ("row 3",)}),
    latest_event=NOW,
)
DONE = ENTRY.with_written(NOW).with_merged("2025-02-28", Outcomes(loaded=9), NOW)
KEPT = QuarantinedDelivery(
    delivery_id="batch-1",
    source_id="web-shop",
    data_type="orders",
    received_at=NOW,
    rows=2,
    reasons=3,
    codes={"type": 2, "missing": 1},
)
SNAPSHOT = 2**63 - 1
MODEL_ID = sha256(b"m-1").hexdigest()[:16]
STATE = TableState(
    name="orders",
    snapshot=SNAPSHOT,
    sequence=7,
    days={"2025-02-27": 3, "2025-02-28": 7},
    derived={"orders_daily": SNAPSHOT - 1},
    rolled_up=6,
    cost_days=("2025-02-27",),
    tags={"2025-03-01": SNAPSHOT - 2},
    definition=1,
    catalogue=SNAPSHOT - 3,
    restated_days=("2025-02-28",),
    commits={sortable(NOW): 7},
)
DASHBOARD = DashboardRequest.model_validate(
    {
        "name": "Sales",
        "category": "finance",
        "is_public": True,
        "widgets": [
            {
                "widget_id": "revenue",
                "type": "metric_card",
                "title": "Revenue",
                "position": {"x": 0, "y": 0, "w": 3, "h": 2},
                "configuration": {"source": "metrics", "metric_type": "revenue", "time_window": "30d"},
                "refresh_interval": 60,
            }
        ],
    }
)
QUESTION = WidgetQuestion.of("metrics", {"metric_type": ["revenue"]})
ANSWER = WidgetAnswer.of({"value": 1}, tag='W/"1"', computed_at=NOW, data_freshness=NOW)
POSITION = StreamPosition(
    shard_id="shardId-000000000000",
    sequence_number="4964",
    arrived_at=NOW - timedelta(seconds=1),
    processed_at=NOW,
)
PENDING = PendingRange(NOW - timedelta(days=1), NOW)
CONFIGURATION = SourceConfiguration.model_validate({"name": "Web shop", "thresholds": {"orders": 90}})
CONNECTION = connection("c-1", subscription={"revision": 1}, progress={"cursor": 7})
CALLER = Caller(key_id="key-1", subject="ann", scopes=frozenset({Scope.ADMIN}))
DECISION = IndexedDecision(decision_id="d-1", timestamp=NOW, version=NOW, body='{"decision_id":"d-1","score":0.5}')
FRAUD = FraudConfiguration.of_stage({"maturityHorizonDays": 60, "costParameters": {"reviewCost": 2.5}})
BASELINE = Baseline(
    source=BaselineSource.REQUESTED,
    model_version="m-1",
    start=NOW - timedelta(days=14),
    end=NOW,
    created_at=NOW,
    created_by="ann",
)
SCENARIO = StoredScenario(
    scenario_id="20250301T120000000-1a2b3c4d",
    request=ReplayScenarioRequest.model_validate(
        {"name": "Stricter", "timeWindow": {"start": "2025-01-01", "end": "2025-02-01"}, "overrides": {}}
    ),
    created_at=NOW,
    created_by="ann",
)
REPLAY = StoredRun(
    scenario_id=SCENARIO.scenario_id,
    run_id="20250301T120000000-5e6f7a8b",
    work_id="20250301T120000000-5e6f7a8b",
    status=ReplayStatus.QUEUED,
    as_of=NOW,
    requested_at=NOW,
    requested_by="ann",
    estimated_at=NOW,
    changed_at=NOW,
)
THRESHOLDS = RegisteredThresholds(fraud_threshold=0.9, review_threshold=None)
EXPORT = ExportJob.model_validate(
    {
        "export_id": "export-1",
        "user_id": "ann",
        "key_id": "key-1",
        "request_id": "req-1",
        "request": {
            "format": "csv",
            "dataType": "decisions",
            "filters": {"startDate": "2025-01-01T00:00:00Z", "endDate": "2025-02-01T00:00:00Z"},
        },
        "as_of": NOW,
        "horizon_days": 45,
        "snapshots": {"decisions": 1},
        "watermark": NOW,
        "created_at": NOW,
        "rows": 60_000,
    }
)
EXPERIMENT = StoredExperiment.model_validate(
    {
        "id": "review-threshold",
        "name": "Higher review threshold",
        "variants": [
            {"id": "control", "name": "As today", "isControl": True, "allocation": 0.5},
            {"id": "treatment", "name": "From 0.45 on", "allocation": 0.5, "configuration": {"review": 0.45}},
        ],
        "primaryMetric": "approvalRate",
        "primaryDirection": "up",
        "guardrails": [{"metric": "fraudRate", "maximumHarm": 0.002}],
        "status": "completed",
        "startDate": NOW,
        "createdAt": NOW,
        "updatedAt": NOW,
        "createdBy": "ann",
        "version": 1,
        "completedAt": NOW,
        "history": [{"status": "draft", "at": NOW, "by": "ann"}],
    }
)
POLICY = DecisionPolicy(
    version=1,
    configuration={"review": 0.45},
    experiment_id="review-threshold",
    variant_id="treatment",
    held_back=HeldBack(share=0.05, variant_id="control", configuration={}),
    in_force_since=NOW,
    promoted_by="ann",
)
HOOK = WebhookTarget.model_validate({"type": "webhook", "url": "https://hooks.example.com/", "secret": "s" * 16})
NOTIFICATION = Notification(
    id="alert-1:fired",
    subject="Revenue is low",
    body="Revenue was 93.50 USD.",
    targets=[TopicTarget(type="topic"), HOOK],
    data={"value": 93.5},
    attributes={"severity": "high"},
)
RULE = StoredRule(
    rule_id="rule-1",
    definition=RuleDefinition.model_validate(
        {
            "name": "Revenue is low",
            "severity": "high",
            "metric": "revenue:sum",
            "condition": {"type": "below", "threshold": 500},
            "window": "PT1H",
            "for": "PT2H",
            "recovery": 600,
            "filters": {"region": ["EU"]},
            "notify": [{"type": "webhook", "url": "https://hooks.example.com/", "secret": "s" * 16}, {"type": "topic"}],
        }
    ),
    version=1,
    revision=0,
    created_at=NOW,
    created_by="ann",
    updated_at=NOW,
    silence=Silence(until=NOW + timedelta(hours=1), reason="maintenance", by="ann"),
)
RULE_STATE = RuleState(
    rule_version=1,
    last_end=NOW,
    evaluated_at=NOW,
    seen={"transactions": "7.0"},
    groups={
        UNGROUPED: GroupState(
            since=NOW,
            alert=OpenAlert(alert_id="alert-1", fired_at=NOW, side=Side.LOW, peak=12.5),
            last_alert_id="alert-1",
            alerts=1,
            episodes=(Episode(NOW),),
        )
    },
)
ALERT = StoredAlert(
    alert=Alert(
        alert_id="alert-1",
        title="Revenue is low",
        description="revenue:sum over PT1H is 12.5, below 500.",
        severity=AlertSeverity.HIGH,
        status=AlertStatus.ACTIVE,
        metric_type="revenue:sum",
        threshold_value=500,
        current_value=12.5,
        created_at=NOW,
        rule_id="rule-1",
        window=TimeRange(start=NOW - timedelta(hours=1), end=NOW),
        fired_at=NOW,
        last_evaluated_at=NOW,
        peak_value=12.5,
        history=[HistoryEntry(at=NOW, status=AlertStatus.ACTIVE, by="system")],
    ),
    key=UNGROUPED,
    rule_version=1,
    targets=RULE.definition.notify,
    is_announced=True,
)
RATE_CLASS = RateClass(name="general", dialect=Dialect.COMMERCE, limit=5, window_seconds=3600, subject=Subject.API_KEY)


def _in_dynamodb(wired: Wiring, resource: Resource, store: Any, *others: Any) -> Any:
    return store(boto3.client("dynamodb"), wired.settings.name_of(resource), *others)


def _uploads(wired: Wiring) -> UploadStore:
    store: UploadStore = _in_dynamodb(wired, UPLOADS_TABLE, UploadStore)
    return store


def _results(wired: Wiring, clock: Clock) -> Results:
    results: Results = _in_dynamodb(wired, RESULT_CACHE_TABLE, Results, clock)
    return results


def _answers(wired: Wiring, clock: Clock) -> WidgetAnswers:
    answers: WidgetAnswers = _in_dynamodb(wired, WIDGET_ANSWERS_TABLE, WidgetAnswers, clock)
    return answers


def _dashboards(dynamodb: Any, table: str, clock: Clock) -> Dashboards:
    return Dashboards(
        dynamodb=dynamodb, table=table, events=PlatformEvents(boto3.client("events"), "events"), clock=clock
    )


def _write_replays(wired: Wiring) -> None:
    wired.replays.add(SCENARIO)
    wired.replays.begin(SCENARIO, REPLAY)
    wired.replays.set_running(REPLAY, total=7, slices=1, estimated_at=NOW)
    wired.replays.count_slice(REPLAY, 0, 7)
    wired.replays.end(replace(REPLAY, total=7), ReplayStatus.COMPLETED, checksum="5f2b")
    wired.rule_thresholds.put("rules-7", THRESHOLDS, "ann")


def _write(wired: Wiring, clock: Clock) -> None:
    """Let every store write what it writes."""
    wired.ledger.update("batch-1", lambda _: ENTRY)
    wired.ledger.update("batch-1", lambda _: DONE)
    wired.stream_positions.put(POSITION)
    accepted_records(wired).add(DataType.ORDERS, POSITION.shard_id, "4965", PENDING)
    _uploads(wired).add(UPLOAD)
    _uploads(wired).change("batch-1", lambda upload: upload.model_copy(update={"parts": 3}))
    wired.source_configs.put("web-shop", CONFIGURATION)
    _in_dynamodb(wired, QUARANTINE_INDEX_TABLE, QuarantineIndex).put(KEPT)
    wired.table_states.update("orders", lambda _: STATE)
    wired.table_states.update("customers", lambda state: state.with_commit(SNAPSHOT, 1, [WHOLE_TABLE]))
    results = _results(wired, clock)
    results.put("key-1", b"[1,2,3]")
    results.claim("key-2", 10)
    results.put("key-3", shake_256().digest(LARGEST_BODY + 1))
    customers: CustomerStore = _in_dynamodb(wired, CUSTOMERS_TABLE, CustomerStore, clock)
    customers.put_profiles(RUN, [profile_of("ann")])
    customers.publish(RUN, any_segmentation())
    wired.decisions.add([DECISION])
    wired.decisions.register_waiting(["d-1", "d-2"], "batch-1")
    wired.decisions.register_waiting(["d-1"], "batch-2")
    wired.fraud_configuration.put(FRAUD, replaces=wired.fraud_configuration.get(), by="ann")
    wired.experiments.put(EXPERIMENT)
    exports: ExportStore = _in_dynamodb(wired, EXPORTS_TABLE, _exports, clock)
    exports.add(EXPORT)
    exports.claim(EXPORT.export_id)
    _write_replays(wired)
    transact(boto3.client("dynamodb"), [wired.policies.write(POLICY)])
    wired.drift_baselines.add(BASELINE, BaselineProfile(Profile(decisions=3), Profile(decisions=2)))
    boto3.client("dynamodb").transact_write_items(TransactItems=wired.outbox.items(NOTIFICATION))
    wired.connections.add(CONNECTION)
    wired.event_log.append("pipeline:health", [{"pipelineId": "merge"}], claim=Claim("merge", "1"))
    wired.event_log.put_fact("statuses", {"merge": "down"})
    wired.event_log.mark_read(1)
    wired.turns.request("metrics", lambda _: None)
    _in_dynamodb(wired, DASHBOARDS_TABLE, _dashboards, clock).add(DASHBOARD, "ann")
    _answers(wired, clock).put(QUESTION, ANSWER)
    rule = wired.alert_rules.put(RULE)
    wired.alert_rules.put_state(rule.rule_id, StoredState(RuleState()), RULE_STATE)
    alerts: AlertStore = _in_dynamodb(wired, ALERTS_TABLE, AlertStore)
    transact(boto3.client("dynamodb"), alerts.adding(ALERT))
    _in_dynamodb(wired, RATE_LIMITS_TABLE, RateLimiter, clock).check(RATE_CLASS, "ann")
    wired.identity.keys.create(NewApiKey(name="shop", owner="ann", scopes=[Scope.ADMIN]))
    families: RefreshTokenFamilies = _in_dynamodb(wired, FAMILIES_TABLE, RefreshTokenFamilies, clock)
    first, second, third = (
        TokenClaims(caller=CALLER, family="family-1", token_id=f"token-{each}") for each in (1, 2, 3)
    )
    families.begin(first)
    families.renew(first, second)
    with pytest.raises(TokenReused):
        families.renew(first, third)
    _in_dynamodb(wired, AUDIT_TABLE, _trail, clock).record(change())


def _exports(dynamodb: Any, table: str, clock: Clock) -> ExportStore:
    return ExportStore(dynamodb=dynamodb, table=table, clock=clock)


def _trail(dynamodb: Any, table: str, clock: Clock) -> AuditTrail:
    return AuditTrail(dynamodb, table, clock, choose=lambda: "chain-01")


def _stored(wired: Wiring) -> dict[str, Any]:
    dynamodb = boto3.client("dynamodb")
    scans = {each: dynamodb.scan(TableName=wired.settings.name_of(each))["Items"] for each in TABLES}
    return {each.label: [_shown(item) for item in items] for each, items in scans.items()}


def _shown(value: Any) -> Any:
    match value:
        case {"SS": members}:
            return {"SS": sorted(members)}
        case dict():
            return {name: _shown(each) for name, each in sorted(value.items())}
        case list():
            return [_shown(each) for each in value]
        case bytes():
            return value.hex()
        case _:
            return value


def _without_random(stored: Any) -> Any:
    kept = {
        name: [{key: item[key] for key in item.keys() - RANDOM} for item in items] for name, items in stored.items()
    }
    named_at_random = {KEYS_TABLE: ("key_id",), DASHBOARDS_TABLE: ("dashboard_id", "listed_at", "public_key", "body")}
    return kept | {
        table.label: sorted((item | dict.fromkeys(keys) for item in kept[table.label]), key=sorted)
        for table, keys in named_at_random.items()
    }


def test_stores_write_the_items_that_they_have_always_written(wired: Wiring, clock: Clock) -> None:
    _write(wired, clock)

    assert _without_random(_stored(wired)) == _without_random(json.loads(RECORDED.read_text()))


def test_stores_read_items_that_were_written_before(wired: Wiring, clock: Clock) -> None:
    _put_recorded(wired)

    entry, upload = wired.ledger.get("batch-1"), _uploads(wired).get("batch-1")
    customers: CustomerStore = _in_dynamodb(wired, CUSTOMERS_TABLE, CustomerStore, clock)
    trail: AuditTrail = _in_dynamodb(wired, AUDIT_TABLE, _trail, clock)
    index: QuarantineIndex = _in_dynamodb(wired, QUARANTINE_INDEX_TABLE, QuarantineIndex)
    (key,) = wired.identity.keys.page(Window.of_page(0, 10)).content
    export = _in_dynamodb(wired, EXPORTS_TABLE, _exports, clock).get(EXPORT.export_id)
    assert (export.job, export.state, export.attempts) == (EXPORT, ExportState.RUNNING, 1)
    assert entry == replace(DONE, revision=2)
    assert upload == UPLOAD.model_copy(update={"options": {"strict": True, "most": 10}, "parts": 3, "revision": 1})
    assert wired.stream_positions.all() == {POSITION.shard_id: POSITION}
    assert accepted_records(wired).pending([DataType.ORDERS], NOW) == {DataType.ORDERS: [PENDING]}
    assert wired.source_configs.of("web-shop") == CONFIGURATION
    assert index.get_many([(NOW, "batch-1")]) == list(index.list_by_day([NOW.date()])) == [KEPT]
    assert wired.table_states.get("orders") == replace(STATE, revision=1)
    assert wired.table_states.get("customers").snapshots == {"customers": SNAPSHOT}
    assert _results(wired, clock).get("key-1", surely=True) == CachedResult(zlib.compress(b"[1,2,3]"))
    assert _results(wired, clock).get("key-2", surely=True) is None
    assert _results(wired, clock).get("key-3", surely=True) == CachedResult(None)
    assert customers.segmentation() == any_segmentation()
    assert customers.profile("ann") == profile_of("ann")
    assert wired.connections.get("c-1") == CONNECTION
    assert [each.id for each in wired.event_log.after(0, most=10).events] == [1]
    assert wired.event_log.fact("statuses") == {"merge": "down"}
    assert wired.decisions.get("d-1") == {"decision_id": "d-1", "score": 0.5}
    assert wired.decisions.times(["d-1", "d-2"]) == {"d-1": NOW}
    assert list(wired.decisions.resolved()) == [ResolvedDecision("d-1", frozenset({"batch-1", "batch-2"}))]
    assert wired.fraud_configuration.get() == FRAUD.model_copy(
        update={"version": 1, "updated_at": NOW, "updated_by": "ann"}
    )
    (replayed,) = wired.replays.runs(SCENARIO.scenario_id)
    assert wired.replays.get(SCENARIO.scenario_id) == replace(
        SCENARIO, status=ReplayStatus.COMPLETED, as_of=NOW, run_id=REPLAY.run_id
    )
    assert (replayed.processed, replayed.checksum, replayed.as_of) == (7, "5f2b", NOW)
    assert [each.status for each in wired.replays.register.latest(1)] == ["completed"]
    assert [each.rule_version for each in wired.rule_thresholds.list_all()] == ["rules-7"]
    assert wired.experiments.list_all() == [wired.experiments.get("review-threshold")] == [EXPERIMENT]
    assert wired.policies.get() == POLICY
    frozen = replace(BASELINE, baseline_id=f"{MODEL_ID}-1", version=1, decisions=5)
    assert (wired.drift_baselines.list_all(), wired.drift_baselines.newest("m-1")) == ([frozen], frozen)
    claimed = [wired.notifier.entries.claim("alert-1:fired", target) for target in ("topic", target_key(HOOK))]
    assert [from_store([each.content["to"]]) for each in claimed if each] == [(TopicTarget(type="topic"),), (HOOK,)]
    assert wired.identity.keys.find(key.id) is not None
    assert key.scopes == [Scope.ADMIN]
    (dashboard,) = [
        each
        for each in _in_dynamodb(wired, DASHBOARDS_TABLE, _dashboards, clock).list_visible("ann")
        if each.owner == "ann"
    ]
    assert {name: getattr(dashboard, name) for name in DashboardRequest.model_fields} == dict(DASHBOARD)
    assert _answers(wired, clock).get_many([QUESTION]) == {QUESTION: ANSWER}
    assert wired.alert_rules.get("rule-1") == replace(RULE, revision=1)
    assert wired.alert_rules.state("rule-1") == StoredState(RULE_STATE, 1)
    assert AlertStore(boto3.client("dynamodb"), wired.settings.name_of(ALERTS_TABLE)).list_open() == [
        replace(ALERT, revision=1)
    ]
    assert [head.sequence for head in trail.heads()] == [1]
    assert [item["action"] for item in trail.entries("chain-01")] == ["dashboards.update"]


def _table(label: str) -> Resource:
    return next(each for each in DYNAMO_TABLES if each.label == label)


def _put_recorded(wired: Wiring) -> None:
    dynamodb = boto3.client("dynamodb")
    for name, items in json.loads(RECORDED.read_text()).items():
        for item in items:
            dynamodb.put_item(TableName=wired.settings.name_of(_table(name)), Item=_as_stored(item))


def _as_stored(value: Any) -> Any:
    match value:
        case {"B": str() as text}:
            return {"B": bytes.fromhex(text)}
        case dict():
            return {name: _as_stored(each) for name, each in value.items()}
        case list():
            return [_as_stored(each) for each in value]
        case _:
            return value
