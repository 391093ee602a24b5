"""Aggregated records are unpacked as their producer packed them; broken ones are reported."""

import base64
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.ingestion.stream.kpl import CorruptAggregate, deaggregate
from tests.fakes.aggregates import BROKEN, aggregate, sealed
from tests.tiers import examples

# Made by the aggregator of aws-kinesis-agg 1.2.3, with partition keys and explicit hash keys of several records.
OFFICIAL = {
    "84mawgoBaxoJCAAaBWhlbGxv0DslUrjN2R+TFtM3x94OiA==": [b"hello"],
    (
        "84mawgoGdGlsbC0xCgZ0aWxsLTIKBnRpbGwtMxInMTcwMTQxMTgzNDYwNDY5MjMxNzMxNjg3MzAzNzE1ODg0MTA1NzI4EgEwGg0IABAAGgd7"
        "Im4iOjF9GgsIARoHeyJuIjoyfRoNCAAQARoHeyJuIjozfRoECAIaAKJuLN6qYBR3BxWlIj8USq0="
    ): [b'{"n":1}', b'{"n":2}', b'{"n":3}', b""],
    (
        "84mawgoBawqCAWtra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tr"
        "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2saBAgAGgAahwEI"
        "ARqCAXh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4"
        "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHgm1REJIppHh6Gukr62GE6F"
    ): [b"", b"x" * 130],
}


@pytest.mark.parametrize("text", OFFICIAL)
def test_aggregates_of_the_official_library_are_unpacked(text: str) -> None:
    assert deaggregate(base64.b64decode(text)) == OFFICIAL[text]


@given(st.lists(st.tuples(st.text(max_size=20), st.binary(max_size=300)), min_size=1, max_size=40))
def test_records_are_unpacked_in_their_original_order(records: list[tuple[str, bytes]]) -> None:
    assert deaggregate(aggregate(records)) == [data for _, data in records]


def test_unknown_fields_of_later_format_versions_are_ignored() -> None:
    later = b"\x20\x05" + b"\x29" + b"8bytes.." + b"\x35" + b"4by." + b"\x1a\x05" + b"\x08\x00\x1a\x01x"

    assert deaggregate(sealed(later)) == [b"x"]


@pytest.mark.parametrize("name", BROKEN)
def test_a_corrupt_aggregate_is_reported(name: str) -> None:
    with pytest.raises(CorruptAggregate):
        deaggregate(BROKEN[name])


@settings(max_examples=examples(300))
@given(st.binary(max_size=60))
def test_any_message_is_unpacked_or_reported(message: bytes) -> None:
    with suppress(CorruptAggregate):
        assert deaggregate(sealed(message))
