"""Reading a run at once never finds anything else than reading its records one by one."""

import base64
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.ingestion.stream.decoding import decode
from shared.ingestion.stream.envelopes import ParsedPart, parse
from tests.fakes.records import AT, sale
from tests.tiers import examples

GOOD = {"source_id": "web-shop", "data_type": "transactions", "timestamp": AT, "data": sale(1)}
ODD: list[Any] = [
    None,
    "",
    "x",
    "web-shop\n",
    "orders",
    "2025-02-27",
    "2025-02-27T24:00:00Z",
    "0001-01-01T00:00:00+05:00",
    "x" * 201,
    7,
    1.5,
    True,
    [],
    [1],
    {},
    {"a": 1},
]
FIELDS = [*GOOD, "correlation_id", "unheard_of"]


def _payload(value: Any) -> str:
    return base64.b64encode(value if isinstance(value, bytes) else orjson.dumps(value)).decode()


def _read(payloads: list[str]) -> ParsedPart:
    (part,) = decode(payloads)
    return parse(part)


def _agrees(*payloads: str) -> None:
    """A record that is surely malformed, put behind the others, makes all of them be read one by one."""
    run, apart = _read([*payloads]), _read([*payloads, "§"])

    assert run.messages == apart.messages
    assert list(run.malformed) == list(apart.malformed[:-1])


@pytest.mark.parametrize("name", FIELDS)
def test_an_odd_value_in_any_field_has_the_same_result_on_both_paths(name: str) -> None:
    for value in ODD:
        _agrees(_payload(GOOD), _payload({**GOOD, name: value}), _payload(GOOD))


FRAGMENTS = [
    b"",
    b" ",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b'"',
    b"1",
    b"1,2",
    b"null",
    b'{"a":1},{"b":2}',
    b"]",
    b"\\",
    b"\xff",
]


@settings(max_examples=examples(200), deadline=None)
@given(
    st.lists(
        st.sampled_from([*FRAGMENTS, orjson.dumps(GOOD), orjson.dumps(GOOD)[:-1], orjson.dumps(GOOD)[1:]]),
        min_size=1,
        max_size=4,
    )
)
def test_no_record_completes_or_breaks_another(payloads: list[bytes]) -> None:
    _agrees(*map(_payload, payloads))


def test_a_batch_of_valid_records_has_all_of_them_in_their_positions() -> None:
    run = _read([_payload(GOOD)] * 3)

    assert [place for place, _, _ in run.messages] == [0, 1, 2]
    assert not run.malformed
