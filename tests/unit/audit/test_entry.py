"""An entry says all that happened, in one text that its hash seals."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from shared.audit.entry import GENESIS, LARGEST_VALUE, ChainHead, Change, append_after, digest, parse

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CHANGE = Change(
    action="dashboards.update",
    user_id="ann",
    key_id="key-1",
    resource="/api/v1/dashboards/d-1",
    request_id="req-1",
    source_ip="192.0.2.1",
    before={"name": "old", "price": Decimal("1.10")},
    after={"name": "neu ✓"},
)


def test_the_first_entry_has_no_predecessor_and_all_fields() -> None:
    entry = append_after(ChainHead(chain="chain-01"), CHANGE, NOON)

    said = parse(entry.body)
    assert (entry.sequence, said["previous"], said["sequence"], said["chain"]) == (1, GENESIS, 1, "chain-01")
    assert (said["user_id"], said["key_id"], said["request_id"], said["source_ip"]) == (
        "ann",
        "key-1",
        "req-1",
        "192.0.2.1",
    )
    assert (said["before"]["name"], said["after"]["name"]) == ("old", "neu ✓")
    assert entry.hash == digest(entry.body)


def test_each_entry_contains_the_hash_of_its_predecessor() -> None:
    first = append_after(ChainHead(chain="chain-01"), CHANGE, NOON)

    second = append_after(first.head(), CHANGE, NOON)

    assert (second.sequence, parse(second.body)["previous"]) == (2, first.hash)


def test_a_slow_clock_does_not_reverse_the_chain() -> None:
    first = append_after(ChainHead(chain="chain-01"), CHANGE, NOON)

    second = append_after(first.head(), CHANGE, NOON - timedelta(minutes=5))

    assert second.at == first.at
    assert second.position > first.position


def test_a_value_too_large_for_an_entry_is_replaced_by_its_hash() -> None:
    huge = Change(
        action="a", user_id="u", key_id="k", resource="r", request_id="q", source_ip="i", after="x" * LARGEST_VALUE
    )

    kept = parse(append_after(ChainHead(chain="chain-01"), huge, NOON).body)["after"]

    assert kept.keys() == {"omitted_bytes", "sha256"}
    assert kept["omitted_bytes"] == LARGEST_VALUE + 2
