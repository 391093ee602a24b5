"""Aggregated records come apart as their producer packed them; broken ones say what is wrong."""

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
def test_what_the_official_aggregator_packed_comes_apart(text: str) -> None:
    assert deaggregate(base64.b64decode(text)) == OFFICIAL[text]


@given(st.lists(st.tuples(st.text(max_size=20), st.binary(max_size=300)), min_size=1, max_size=40))
def test_records_come_in_the_order_in_which_they_were_packed(records: list[tuple[str, bytes]]) -> None:
    assert deaggregate(aggregate(records)) == [data for _, data in records]


def test_fields_that_later_versions_of_the_format_may_add_are_passed_over() -> None:
    later = b"\x20\x05" + b"\x29" + b"8bytes.." + b"\x35" + b"4by." + b"\x1a\x05" + b"\x08\x00\x1a\x01x"

    assert deaggregate(sealed(later)) == [b"x"]


@pytest.mark.parametrize("name", BROKEN)
def test_a_corrupt_aggregate_is_reported(name: str) -> None:
    with pytest.raises(CorruptAggregate):
        deaggregate(BROKEN[name])


@settings(max_examples=examples(300))
@given(st.binary(max_size=60))
def test_no_message_makes_it_fail_in_another_way(message: bytes) -> None:
    with suppress(CorruptAggregate):
        assert deaggregate(sealed(message))
