"""The ids of cohorts: what they contain comes back, and nothing else is accepted."""

import base64
import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.fraud.cohort_ids import CohortId, Dimension
from shared.runtime.values import EARLIEST, LATEST, InvalidValue

START = datetime(2025, 11, 1, tzinfo=UTC)
END = START + timedelta(days=7)
COHORT = CohortId(Dimension.MERCHANT, "Merchant A", START, END)
_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
_MOMENTS = st.integers(0, (LATEST - EARLIEST) // timedelta(milliseconds=1)).map(
    lambda count: EARLIEST + count * timedelta(milliseconds=1)
)


@st.composite
def cohorts(draw: st.DrawFn) -> CohortId:
    """Any cohort that can be asked for."""
    start, end = sorted(draw(st.lists(_MOMENTS, min_size=2, max_size=2, unique=True)))
    return CohortId(draw(st.sampled_from(Dimension)), draw(st.none() | _TEXTS), start, end, draw(st.none() | _MOMENTS))


@given(cohorts())
def test_an_id_contains_its_cohort_in_characters_that_urls_need_not_encode(cohort: CohortId) -> None:
    text = cohort.encode()

    assert re.fullmatch(r"[A-Za-z0-9_-]+", text)
    assert CohortId.decode(text) == cohort


@given(cohorts(), cohorts())
def test_different_cohorts_have_different_ids(one: CohortId, other: CohortId) -> None:
    assert (one.encode() == other.encode()) == (one == other)


def test_decisions_without_the_dimension_differ_from_those_whose_value_is_called_none() -> None:
    without, called = (CohortId(Dimension.DEVICE, value, START, END) for value in (None, "(none)"))

    assert without.name == called.name == "(none)"
    assert without.encode() != called.encode()
    assert CohortId.decode(without.encode()).value is None


@pytest.mark.parametrize(
    "value", ["m" * 500, "商" * 500, "\U0001f6d2" * 500, "x') OR 1=1 --", "../../etc", "a,b/c?d#e&f=g"]
)
def test_a_value_of_any_text_is_kept(value: str) -> None:
    cohort = CohortId(Dimension.MERCHANT, value, START, END)

    assert CohortId.decode(cohort.encode()) == cohort


@given(st.data())
def test_a_damaged_id_is_refused(data: st.DataObject) -> None:
    text = data.draw(cohorts()).encode()
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from("ABCXYZabcxyz0189-_=+/ .é").filter(lambda each: each != text[place]))

    for damaged in (text[:place], text[:place] + other + text[place + 1 :], text[:place] + text[place + 1 :]):
        with pytest.raises(InvalidValue):
            CohortId.decode(damaged)


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda data: base64.urlsafe_b64encode(data).decode()))
def test_a_text_of_other_origin_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        CohortId.decode(text)


@pytest.mark.parametrize("suffix", ["=", "==", "\n", " ", "A"])
def test_an_id_with_anything_after_it_is_refused(suffix: str) -> None:
    with pytest.raises(InvalidValue):
        CohortId.decode(COHORT.encode() + suffix)


_FIRST, _LAST = 1_761_955_200_000, 1_762_560_000_000
_FORGED: dict[str, Any] = {
    "no list": {"dimension": "merchant"},
    "nothing": [],
    "too little": ["merchant", "A", _FIRST],
    "too much": ["merchant", "A", _FIRST, _LAST, _LAST, _LAST],
    "another dimension": ["customer_id", "A", _FIRST, _LAST],
    "a dimension in capitals": ["MERCHANT", "A", _FIRST, _LAST],
    "a number as value": ["merchant", 1, _FIRST, _LAST],
    "an empty value": ["merchant", "", _FIRST, _LAST],
    "a value that no record has": ["merchant", "A" * 4097, _FIRST, _LAST],
    "a reversed range": ["merchant", "A", _LAST, _FIRST],
    "an empty range": ["merchant", "A", _FIRST, _FIRST],
    "a time with a fraction": ["merchant", "A", _FIRST + 0.5, _LAST],
    "a time that is true": ["merchant", "A", True, _LAST],
    "a time without end": ["merchant", "A", _FIRST, 10**18],
    "a time beyond 64 bits": ["merchant", "A", -(2**63), _LAST],
    "a time of the labels that is null": ["merchant", "A", _FIRST, _LAST, None],
}


@pytest.mark.parametrize("content", _FORGED.values(), ids=_FORGED.keys())
def test_a_well_sealed_id_of_no_cohort_is_refused(content: Any) -> None:
    with pytest.raises(InvalidValue):
        CohortId.decode(_sealed(orjson.dumps(content)))


@pytest.mark.parametrize(
    "written",
    [
        b'["merchant", "Merchant A", 1761955200000, 1762560000000]',
        b'["merchant","\\u004derchant A",1761955200000,1762560000000]',
        b'["merchant","Merchant A",1761955200000,1762560000000]\n',
        b'["merchant","\\ud800",1761955200000,1762560000000]',
        b'["merchant","\xff",1761955200000,1762560000000]',
        b"[" * 10_000,
    ],
)
def test_a_spelling_that_is_not_the_canonical_one_is_refused(written: bytes) -> None:
    with pytest.raises(InvalidValue):
        CohortId.decode(_sealed(written))


def test_the_sealing_of_these_tests_is_that_of_the_ids() -> None:
    assert _sealed(b'["merchant","Merchant A",1761955200000,1762560000000]') == COHORT.encode()


def _sealed(content: bytes) -> str:
    digest = hashlib.blake2b(content, digest_size=6).digest()
    return base64.urlsafe_b64encode(digest + content).rstrip(b"=").decode()
