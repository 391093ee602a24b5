"""Every manipulation of the chains is detected, without false findings."""

from datetime import datetime

import boto3
import orjson
import pytest

from shared.app.wiring import Wiring
from shared.audit.checkpoints import ANCHORS_BUCKET
from shared.audit.entry import AuditEntry, ChainHead, Change, append_after, parse
from shared.audit.links import Finding, Tampering
from shared.audit.trail import AUDIT_TABLE, item_of
from shared.audit.verification import verify
from shared.runtime.settings import Settings
from tests.fakes.audit import findings
from tests.fakes.audit_tampering import CHAIN, AuditTampering


def _forged(entry: AuditEntry, head: ChainHead) -> AuditEntry:
    """The entry with another user, sealed anew."""
    said = parse(entry.body)
    names = ("action", "key_id", "resource", "request_id", "source_ip", "before", "after")
    forged = Change(user_id="eve", **{name: said[name] for name in names})
    return append_after(
        ChainHead(chain=head.chain, sequence=head.sequence, hash=head.hash, at=entry.at),
        forged,
        datetime.fromisoformat(entry.at),
    )


def _found(wired: Wiring) -> list[tuple[int, Tampering]]:
    found = findings(wired)
    assert {finding.chain for finding in found} <= {CHAIN}
    return [(finding.sequence, finding.tampering) for finding in found]


def test_unchanged_chains_verify_with_and_without_anchors(wired: Wiring, written: list[AuditEntry]) -> None:
    assert _found(wired) == []

    wired.anchors.add(wired.audit_trail.heads())

    assert len(written) == 8
    assert _found(wired) == []


@pytest.mark.parametrize(("attribute", "value"), [("user_id", "eve"), ("action", "nothing"), ("hash", "0" * 64)])
def test_an_edited_attribute_is_detected(
    attribute: str, value: str, wired: Wiring, written: list[AuditEntry], tampering: AuditTampering
) -> None:
    tampering.alter(written[4], attribute, value)

    assert _found(wired) == [(5, Tampering.EDITED)]


@pytest.mark.parametrize("text", ["", "no JSON", "[]", "{}"])
def test_an_unreadable_entry_is_detected(
    text: str, wired: Wiring, written: list[AuditEntry], tampering: AuditTampering
) -> None:
    tampering.alter(written[4], "body", text)

    assert (5, Tampering.EDITED) in _found(wired)


def test_an_edited_text_is_detected(wired: Wiring, written: list[AuditEntry], tampering: AuditTampering) -> None:
    tampering.alter(written[4], "body", written[4].body.replace("192.0.2.1", "192.0.2.2"))

    assert _found(wired) == [(5, Tampering.EDITED)]


def test_an_edited_and_rehashed_entry_is_detected_by_its_successor(
    wired: Wiring, written: list[AuditEntry], tampering: AuditTampering
) -> None:
    tampering.put(_forged(written[4], written[3].head()))

    assert _found(wired) == [(5, Tampering.EDITED)]


def test_a_rehashed_last_entry_is_detected_by_the_head(
    wired: Wiring, written: list[AuditEntry], tampering: AuditTampering
) -> None:
    tampering.put(_forged(written[-1], written[-2].head()))

    assert _found(wired) == [(8, Tampering.EDITED)]


def test_a_rewritten_end_including_the_head_is_detected_by_an_anchor(
    wired: Wiring, written: list[AuditEntry], tampering: AuditTampering
) -> None:
    wired.anchors.add(wired.audit_trail.heads())

    head = written[3].head()
    for entry in written[4:]:
        forged = _forged(entry, head)
        tampering.put(forged)
        head = forged.head()
    tampering.set_head(head)

    assert _found(wired) == [(8, Tampering.EDITED)]


def test_a_deleted_entry_is_detected(wired: Wiring, written: list[AuditEntry], tampering: AuditTampering) -> None:
    tampering.remove(written[4])

    assert _found(wired) == [(5, Tampering.DELETED)]


def test_a_deleted_beginning_is_detected(wired: Wiring, written: list[AuditEntry], tampering: AuditTampering) -> None:
    tampering.remove(written[0])

    assert _found(wired) == [(1, Tampering.DELETED)]


def test_swapped_entries_are_detected(wired: Wiring, written: list[AuditEntry], tampering: AuditTampering) -> None:
    for entry, other in ((written[3], written[5]), (written[5], written[3])):
        for attribute in ("body", "hash"):
            tampering.alter(entry, attribute, getattr(other, attribute))

    assert {(4, Tampering.REORDERED), (6, Tampering.REORDERED)} <= set(_found(wired))


def test_a_truncated_end_is_detected_by_the_head(
    wired: Wiring, written: list[AuditEntry], tampering: AuditTampering
) -> None:
    for entry in written[6:]:
        tampering.remove(entry)

    assert _found(wired) == [(7, Tampering.CUT_OFF)]


def test_a_truncated_end_with_a_reset_head_is_detected_by_an_anchor(
    wired: Wiring, written: list[AuditEntry], tampering: AuditTampering
) -> None:
    wired.anchors.add(wired.audit_trail.heads())

    for entry in written[6:]:
        tampering.remove(entry)
    tampering.set_head(written[5].head())

    assert _found(wired) == [(7, Tampering.CUT_OFF)]


def test_a_deleted_chain_is_detected_by_an_anchor(
    wired: Wiring, written: list[AuditEntry], tampering: AuditTampering, aws: Settings
) -> None:
    wired.anchors.add(wired.audit_trail.heads())

    for entry in written:
        tampering.remove(entry)
    boto3.client("dynamodb").delete_item(
        TableName=aws.name_of(AUDIT_TABLE), Key={"chain": {"S": f"head#{CHAIN}"}, "sequence": {"S": "head"}}
    )

    assert _found(wired) == [(1, Tampering.CUT_OFF)]


def test_an_anchor_that_seems_deleted_or_overwritten_still_counts(
    wired: Wiring, written: list[AuditEntry], tampering: AuditTampering, aws: Settings
) -> None:
    wired.anchors.add(wired.audit_trail.heads())
    s3, bucket = boto3.client("s3"), aws.name_of(ANCHORS_BUCKET)
    (key,) = [each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]]

    s3.put_object(Bucket=bucket, Key=key, Body=orjson.dumps([]))
    s3.delete_object(Bucket=bucket, Key=key)
    tampering.remove(written[-1])
    tampering.set_head(written[-2].head())

    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    assert _found(wired) == [(8, Tampering.CUT_OFF)]


@pytest.mark.parametrize(
    ("tampering", "sentence"),
    [
        (Tampering.EDITED, "edited: in chain-03, entry 7 was changed after it was written"),
        (Tampering.DELETED, "deleted: in chain-03, entry 7 is missing"),
        (Tampering.REORDERED, "reordered: in chain-03, entry 7 is not at its original position"),
        (Tampering.CUT_OFF, "cut off: in chain-03, entries from 7 on are missing"),
    ],
)
def test_a_finding_has_kind_and_position(tampering: Tampering, sentence: str) -> None:
    assert str(Finding("chain-03", 7, tampering)) == sentence


def test_a_verification_counts_the_unchanged_entries(
    wired: Wiring, written: list[AuditEntry], tampering: AuditTampering
) -> None:
    tampering.alter(written[1], "user_id", "eve")
    tampering.remove(written[4])

    (verdict,) = [each for each in verify(wired.audit_trail, wired.anchors) if each.entries]

    assert (verdict.chain, verdict.entries, verdict.verified) == (CHAIN, 7, 6)


@pytest.mark.parametrize("key", ["!", "000000000004!", "before all"])
def test_an_item_without_the_shape_of_an_entry_is_detected(
    key: str, wired: Wiring, written: list[AuditEntry], tampering: AuditTampering
) -> None:
    assert written
    tampering.put_malformed(sequence=key, body="")

    assert _found(wired) == [(0, Tampering.EDITED)]


def test_a_copy_of_an_entry_is_detected(wired: Wiring, written: list[AuditEntry], tampering: AuditTampering) -> None:
    copied = item_of(written[4])

    tampering.put_malformed(**{name: value["S"] for name, value in copied.items()} | {"sequence": "5"})

    assert _found(wired) == [(5, Tampering.REORDERED)]


def test_a_huge_gap_is_not_counted_entry_by_entry(
    wired: Wiring, written: list[AuditEntry], tampering: AuditTampering
) -> None:
    assert written
    tampering.put_malformed(sequence="9" * 12, body="")

    found = _found(wired)

    assert found[0] == (9, Tampering.DELETED)
    assert found[-1] == (10**12 - 1, Tampering.EDITED)
    assert len(found) < 200


@pytest.mark.parametrize("text", ["", "no JSON", "[1]", "{}", '{"chain": "chain-03", "sequence": "1"}'])
def test_an_unreadable_head_hides_nothing_and_stops_neither_check_nor_anchors(
    text: str, wired: Wiring, written: list[AuditEntry], tampering: AuditTampering
) -> None:
    wired.anchors.add(wired.audit_trail.heads())
    tampering.put_malformed(chain=f"head#{CHAIN}", sequence="head", body=text)

    assert _found(wired) == []
    wired.anchors.add(wired.audit_trail.heads())
    tampering.remove(written[-1])

    assert _found(wired) == [(8, Tampering.CUT_OFF)]
