"""Stores write the items that they have always written, and read those that were written before."""

import json
import zlib
from dataclasses import replace
from datetime import timedelta
from hashlib import shake_256
from pathlib import Path
from typing import Any

import boto3
import pytest

from infra.resources import DYNAMO_TABLES
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
from shared.decisions.index import ResolvedDecision
from shared.idempotency.store import IDEMPOTENCY_TABLE
from shared.ingestion.models import DataFormat
from shared.ingestion.uploads.state import Upload
from shared.ingestion.uploads.store import UPLOADS_TABLE, UploadStore
from shared.lake.catalog.state import WHOLE_TABLE, TableState
from shared.lake.quarantine.decisions import IndexedDecision
from shared.ledger.entry import DeliveryKind, LedgerEntry, Outcomes
from shared.limits.classes import RateClass, Subject
from shared.limits.counter import RATE_LIMITS_TABLE, RateLimiter
from shared.live.connections import CONNECTIONS_TABLE, Connections
from shared.quality.state import Count, QualityCounts
from shared.quarantine.index import QUARANTINE_INDEX_TABLE, QuarantinedDelivery, QuarantineIndex
from shared.records.schema import DataType
from shared.runtime.dialects import Dialect
from shared.runtime.resources import Resource
from shared.sources.models import SourceConfiguration
from tests.attacks.test_ids import any_segmentation
from tests.fakes.audit import change
from tests.fakes.clock import Clock
from tests.fakes.records import NOW

RECORDED = Path(__file__).parent / "stored_items.json"
RANDOM = {"holder", "salt", "digest"}
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
STATE = TableState(
    name="orders",
    snapshot=SNAPSHOT,
    sequence=7,
    days={"2025-02-27": 3, "2025-02-28": 7},
    derived={"orders_daily": SNAPSHOT - 1},
    rolled_up=6,
    cost_days=("2025-02-27",),
    tags={"2025-03-01": SNAPSHOT - 2},
)
CONFIGURATION = SourceConfiguration.model_validate({"name": "Web shop", "thresholds": {"orders": 90}})
CALLER = Caller(key_id="key-1", subject="ann", scopes=frozenset({Scope.ADMIN}))
DECISION = IndexedDecision(decision_id="d-1", timestamp=NOW, version=NOW, body='{"decision_id":"d-1","score":0.5}')
RATE_CLASS = RateClass(name="general", dialect=Dialect.COMMERCE, limit=5, window_seconds=3600, subject=Subject.API_KEY)


def _in_dynamodb(wired: Wiring, resource: Resource, store: Any, *others: Any) -> Any:
    return store(boto3.client("dynamodb"), wired.settings.name_of(resource), *others)


def _uploads(wired: Wiring) -> UploadStore:
    store: UploadStore = _in_dynamodb(wired, UPLOADS_TABLE, UploadStore)
    return store


def _results(wired: Wiring, clock: Clock) -> Results:
    results: Results = _in_dynamodb(wired, RESULT_CACHE_TABLE, Results, clock)
    return results


def _write(wired: Wiring, clock: Clock) -> None:
    """Let every store write what it writes."""
    wired.ledger.update("batch-1", lambda _: ENTRY)
    wired.ledger.update("batch-1", lambda _: DONE)
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
    _in_dynamodb(wired, CUSTOMERS_TABLE, CustomerStore).replace([], [], any_segmentation())
    wired.decisions.add([DECISION])
    wired.decisions.register_waiting(["d-1", "d-2"], "batch-1")
    wired.decisions.register_waiting(["d-1"], "batch-2")
    _in_dynamodb(wired, CONNECTIONS_TABLE, Connections, clock).add("c-1", "alerts")
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
    return {**kept, KEYS_TABLE.label: [{**item, "key_id": {}} for item in kept[KEYS_TABLE.label]]}


def test_stores_write_the_items_that_they_have_always_written(wired: Wiring, clock: Clock) -> None:
    _write(wired, clock)

    assert _without_random(_stored(wired)) == _without_random(json.loads(RECORDED.read_text()))


def test_stores_read_items_that_were_written_before(wired: Wiring, clock: Clock) -> None:
    _put_recorded(wired)

    entry, upload = wired.ledger.get("batch-1"), _uploads(wired).get("batch-1")
    customers: CustomerStore = _in_dynamodb(wired, CUSTOMERS_TABLE, CustomerStore)
    trail: AuditTrail = _in_dynamodb(wired, AUDIT_TABLE, _trail, clock)
    index: QuarantineIndex = _in_dynamodb(wired, QUARANTINE_INDEX_TABLE, QuarantineIndex)
    (key,) = wired.identity.keys.page(number=0, size=10).content
    assert entry == replace(DONE, revision=2)
    assert upload == UPLOAD.model_copy(update={"options": {"strict": True, "most": 10}, "parts": 3, "revision": 1})
    assert wired.source_configs.of("web-shop") == CONFIGURATION
    assert index.get_many([(NOW, "batch-1")]) == list(index.list_by_day([NOW.date()])) == [KEPT]
    assert wired.table_states.get("orders") == replace(STATE, revision=1)
    assert wired.table_states.get("customers").snapshots == {"customers": SNAPSHOT}
    assert _results(wired, clock).get("key-1", surely=True) == CachedResult(zlib.compress(b"[1,2,3]"))
    assert _results(wired, clock).get("key-2", surely=True) is None
    assert _results(wired, clock).get("key-3", surely=True) == CachedResult(None)
    assert customers.segmentation() == any_segmentation()
    assert wired.decisions.get("d-1") == {"decision_id": "d-1", "score": 0.5}
    assert wired.decisions.times(["d-1", "d-2"]) == {"d-1": NOW}
    assert list(wired.decisions.resolved()) == [ResolvedDecision("d-1", frozenset({"batch-1", "batch-2"}))]
    assert wired.identity.keys.find(key.id) is not None
    assert key.scopes == [Scope.ADMIN]
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
