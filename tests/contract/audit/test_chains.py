"""Chains in DynamoDB: whoever races, they verify; whatever is done to them behind our back is found."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import boto3
import orjson
import pytest

from shared.audit.entry import Change, Entry, Head, follow, told
from shared.audit.trail import CHAINS, Asked, AuditTrail, item_of
from shared.audit.verification import Finding, Tampering, verify
from shared.runtime.errors import Unavailable
from shared.runtime.paging import Window
from shared.runtime.settings import Resource, Settings
from shared.runtime.wiring import Wiring
from tests.fakes.audit import change
from tests.fakes.clock import Clock
from tests.fakes.whole_calls import atomic_dynamodb

CHAIN = CHAINS[3]
EVERYTHING = Window(0, 1000)


class Vandal:
    """Somebody with the keys to the table, who knows how entries are hashed."""

    def __init__(self, table: str) -> None:
        self._dynamodb: Any = boto3.client("dynamodb")
        self._table = table

    def put(self, entry: Entry) -> None:
        self._dynamodb.put_item(TableName=self._table, Item=item_of(entry))

    def remove(self, entry: Entry) -> None:
        key = {"chain": {"S": entry.chain}, "sequence": {"S": entry.number}}
        self._dynamodb.delete_item(TableName=self._table, Key=key)

    def set_head(self, head: Head) -> None:
        item = {
            "chain": {"S": f"head#{head.chain}"},
            "sequence": {"S": "head"},
            "body": {"S": orjson.dumps(asdict(head)).decode()},
        }
        self._dynamodb.put_item(TableName=self._table, Item=item)

    def alter(self, entry: Entry, attribute: str, value: str) -> None:
        self._dynamodb.update_item(
            TableName=self._table,
            Key={"chain": {"S": entry.chain}, "sequence": {"S": entry.number}},
            UpdateExpression="SET #attribute = :value",
            ExpressionAttributeNames={"#attribute": attribute},
            ExpressionAttributeValues={":value": {"S": value}},
        )


@pytest.fixture
def vandal(aws: Settings) -> Vandal:
    return Vandal(aws.name_of(Resource.AUDIT))


@pytest.fixture
def trail(aws: Settings, clock: Clock) -> AuditTrail:
    """A trail with one chain only, so that tests know where an entry lies."""
    return AuditTrail(boto3.client("dynamodb"), aws.name_of(Resource.AUDIT), clock, choose=lambda: CHAIN)


@pytest.fixture
def written(trail: AuditTrail, clock: Clock) -> list[Entry]:
    """Eight entries, a second apart."""
    entries = []
    for number in range(1, 9):
        entries.append(trail.record(change(number)))
        clock.pass_by(timedelta(seconds=1))
    return entries


def _forged(entry: Entry, head: Head) -> Entry:
    """The entry with another user, sealed anew."""
    said = told(entry.body)
    names = ("action", "key_id", "resource", "request_id", "source_ip", "before", "after")
    forged = Change(user_id="eve", **{name: said[name] for name in names})
    return follow(
        Head(chain=head.chain, sequence=head.sequence, hash=head.hash, at=entry.at),
        forged,
        datetime.fromisoformat(entry.at),
    )


def _found(wired: Wiring) -> list[tuple[int, Tampering]]:
    findings = verify(wired.audit_trail, wired.anchors)
    assert {finding.chain for finding in findings} <= {CHAIN}
    return [(finding.sequence, finding.tampering) for finding in findings]


def test_a_thousand_entries_by_twenty_racing_writers_make_chains_that_verify(
    aws: Settings, wired: Wiring, clock: Clock
) -> None:
    trail = AuditTrail(atomic_dynamodb(), aws.name_of(Resource.AUDIT), clock)
    start = threading.Barrier(20, timeout=30)

    def write(writer: int) -> None:
        start.wait()
        for number in range(50):
            trail.record(change(writer * 50 + number))

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(write, range(20)))
    wired.anchors.add(wired.audit_trail.heads())

    found = wired.audit_trail.find(Asked(), EVERYTHING)
    assert verify(wired.audit_trail, wired.anchors) == []
    assert sum(head.sequence for head in wired.audit_trail.heads()) == 1000
    assert {told(entry.body)["request_id"] for entry in found.items} == {f"req-{number}" for number in range(1000)}


def test_writers_that_meet_on_one_chain_make_one_chain(aws: Settings, wired: Wiring, clock: Clock) -> None:
    trail = AuditTrail(atomic_dynamodb(), aws.name_of(Resource.AUDIT), clock, choose=lambda: CHAIN)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: trail.record(change(number)), range(12)))

    assert [head.sequence for head in wired.audit_trail.heads()] == [12]
    assert verify(wired.audit_trail, wired.anchors) == []


def test_a_writer_who_is_overtaken_every_time_says_so(aws: Settings, trail: AuditTrail, clock: Clock) -> None:
    dynamodb: Any = boto3.Session().client("dynamodb")
    dynamodb.meta.events.register_first(
        "provide-client-params.dynamodb.PutItem", lambda **_: trail.record(change()) and None
    )
    slow = AuditTrail(dynamodb, aws.name_of(Resource.AUDIT), clock, choose=lambda: CHAIN)

    with pytest.raises(Unavailable):
        slow.record(change())


def test_chains_nobody_touched_verify_with_and_without_anchors(wired: Wiring, written: list[Entry]) -> None:
    assert _found(wired) == []

    wired.anchors.add(wired.audit_trail.heads())

    assert len(written) == 8
    assert _found(wired) == []


@pytest.mark.parametrize(("attribute", "value"), [("user_id", "eve"), ("action", "nothing"), ("hash", "0" * 64)])
def test_an_edited_attribute_is_found(
    attribute: str, value: str, wired: Wiring, written: list[Entry], vandal: Vandal
) -> None:
    vandal.alter(written[4], attribute, value)

    assert _found(wired) == [(5, Tampering.EDITED)]


@pytest.mark.parametrize("text", ["", "no JSON", "[]", "{}"])
def test_an_entry_made_unreadable_is_found(text: str, wired: Wiring, written: list[Entry], vandal: Vandal) -> None:
    vandal.alter(written[4], "body", text)

    assert (5, Tampering.EDITED) in _found(wired)


def test_an_edited_text_is_found(wired: Wiring, written: list[Entry], vandal: Vandal) -> None:
    vandal.alter(written[4], "body", written[4].body.replace("192.0.2.1", "192.0.2.2"))

    assert _found(wired) == [(5, Tampering.EDITED)]


def test_an_edited_entry_that_was_sealed_anew_is_found_by_the_one_behind_it(
    wired: Wiring, written: list[Entry], vandal: Vandal
) -> None:
    vandal.put(_forged(written[4], written[3].head()))

    assert _found(wired) == [(5, Tampering.EDITED)]


def test_a_last_entry_that_was_sealed_anew_is_found_by_the_head(
    wired: Wiring, written: list[Entry], vandal: Vandal
) -> None:
    vandal.put(_forged(written[-1], written[-2].head()))

    assert _found(wired) == [(8, Tampering.EDITED)]


def test_a_whole_end_written_anew_head_and_all_is_found_by_an_anchor(
    wired: Wiring, written: list[Entry], vandal: Vandal
) -> None:
    wired.anchors.add(wired.audit_trail.heads())

    head = written[3].head()
    for entry in written[4:]:
        forged = _forged(entry, head)
        vandal.put(forged)
        head = forged.head()
    vandal.set_head(head)

    assert _found(wired) == [(8, Tampering.EDITED)]


def test_a_deleted_entry_is_found(wired: Wiring, written: list[Entry], vandal: Vandal) -> None:
    vandal.remove(written[4])

    assert _found(wired) == [(5, Tampering.DELETED)]


def test_a_deleted_beginning_is_found(wired: Wiring, written: list[Entry], vandal: Vandal) -> None:
    vandal.remove(written[0])

    assert _found(wired) == [(1, Tampering.DELETED)]


def test_entries_that_changed_places_are_found(wired: Wiring, written: list[Entry], vandal: Vandal) -> None:
    for entry, other in ((written[3], written[5]), (written[5], written[3])):
        for attribute in ("body", "hash"):
            vandal.alter(entry, attribute, getattr(other, attribute))

    assert {(4, Tampering.REORDERED), (6, Tampering.REORDERED)} <= set(_found(wired))


def test_a_cut_off_end_is_found_by_the_head(wired: Wiring, written: list[Entry], vandal: Vandal) -> None:
    for entry in written[6:]:
        vandal.remove(entry)

    assert _found(wired) == [(7, Tampering.CUT_OFF)]


def test_a_cut_off_end_is_found_by_an_anchor_when_the_head_was_set_back(
    wired: Wiring, written: list[Entry], vandal: Vandal
) -> None:
    wired.anchors.add(wired.audit_trail.heads())

    for entry in written[6:]:
        vandal.remove(entry)
    vandal.set_head(written[5].head())

    assert _found(wired) == [(7, Tampering.CUT_OFF)]


def test_a_chain_that_is_gone_altogether_is_found_by_an_anchor(
    wired: Wiring, written: list[Entry], vandal: Vandal, aws: Settings
) -> None:
    wired.anchors.add(wired.audit_trail.heads())

    for entry in written:
        vandal.remove(entry)
    boto3.client("dynamodb").delete_item(
        TableName=aws.name_of(Resource.AUDIT), Key={"chain": {"S": f"head#{CHAIN}"}, "sequence": {"S": "head"}}
    )

    assert _found(wired) == [(1, Tampering.CUT_OFF)]


def test_an_anchor_that_seems_deleted_or_overwritten_still_counts(
    wired: Wiring, written: list[Entry], vandal: Vandal, aws: Settings
) -> None:
    wired.anchors.add(wired.audit_trail.heads())
    s3, bucket = boto3.client("s3"), aws.name_of(Resource.ANCHORS)
    (key,) = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]]

    s3.put_object(Bucket=bucket, Key=key, Body=orjson.dumps([]))
    s3.delete_object(Bucket=bucket, Key=key)
    vandal.remove(written[-1])
    vandal.set_head(written[-2].head())

    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    assert _found(wired) == [(8, Tampering.CUT_OFF)]


def test_a_finding_says_where_and_what() -> None:
    assert str(Finding("chain-03", 7, Tampering.CUT_OFF)) == "chain-03 #7: cut_off"


def test_windows_of_several_chains_read_while_entries_are_added_neither_skip_nor_double_any(
    wired: Wiring, clock: Clock
) -> None:
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
