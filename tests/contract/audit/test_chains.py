"""Chains in DynamoDB verify after any race, and readers see each entry once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import boto3
import pytest

from shared.app.wiring import Wiring
from shared.audit.entry import parse
from shared.audit.trail import AUDIT_TABLE, Asked, AuditTrail
from shared.audit.verification import verify
from shared.runtime.errors import Unavailable
from shared.runtime.paging import Window
from shared.runtime.settings import Settings
from tests.fakes.audit import change, findings
from tests.fakes.audit_tampering import CHAIN
from tests.fakes.clock import Clock
from tests.fakes.serialized_calls import atomic_dynamodb
from tests.tiers import sized

EVERYTHING = Window(0, 1000)


WRITERS, EACH = 20, sized(quick=10, thorough=50)


def test_chains_of_twenty_racing_writers_verify(aws: Settings, wired: Wiring, clock: Clock) -> None:
    trail = AuditTrail(atomic_dynamodb(), aws.name_of(AUDIT_TABLE), clock)
    start = threading.Barrier(WRITERS, timeout=30)

    def write(writer: int) -> None:
        start.wait()
        for number in range(EACH):
            trail.record(change(writer * EACH + number))

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    wired.anchors.add(wired.audit_trail.heads())

    found = wired.audit_trail.find(Asked(), EVERYTHING)
    assert findings(wired) == []
    assert sum(verdict.verified for verdict in verify(wired.audit_trail, wired.anchors)) == WRITERS * EACH
    assert sum(head.sequence for head in wired.audit_trail.heads()) == WRITERS * EACH
    assert {parse(entry.body)["request_id"] for entry in found.items} == {
        f"req-{number}" for number in range(WRITERS * EACH)
    }


def test_racing_writers_on_one_chain_keep_it_unbroken(aws: Settings, wired: Wiring, clock: Clock) -> None:
    trail = AuditTrail(atomic_dynamodb(), aws.name_of(AUDIT_TABLE), clock, choose=lambda: CHAIN)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: trail.record(change(number)), range(12)))

    assert [head.sequence for head in wired.audit_trail.heads()] == [12]
    assert findings(wired) == []


def test_a_writer_that_loses_every_race_is_unavailable(aws: Settings, trail: AuditTrail, clock: Clock) -> None:
    dynamodb: Any = boto3.Session().client("dynamodb")
    dynamodb.meta.events.register_first(
        "provide-client-params.dynamodb.PutItem", lambda **_: trail.record(change()) and None
    )
    slow = AuditTrail(dynamodb, aws.name_of(AUDIT_TABLE), clock, choose=lambda: CHAIN)

    with pytest.raises(Unavailable):
        slow.record(change())


def test_pages_read_during_writes_neither_skip_nor_repeat_entries(wired: Wiring, clock: Clock) -> None:
    first: list[str] = []
    read: list[str] = []
    for number in range(120):
        first.append(wired.audit_trail.record(change(number)).hash)
        clock.pass_by(timedelta(milliseconds=number % 2))

    for offset in range(0, 120, 30):
        read.extend(entry.hash for entry in wired.audit_trail.find(Asked(), Window(offset, 30)).items)
        clock.pass_by(timedelta(milliseconds=1))
        wired.audit_trail.record(change())

    assert len(read) == len(set(read)) == 120
    assert set(read) == set(first)
