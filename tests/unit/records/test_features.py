"""Features are stored as texts that keep their types."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.records.features import FeatureValue, decode, encode, former_form

VALUES = st.one_of(st.booleans(), st.floats(allow_nan=False, allow_infinity=False), st.text())


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (1, "1"),
        (1.0, "1"),
        (-0.0, "0"),
        (0.5, "0.5"),
        (1e-7, "1e-07"),
        (True, "true"),
        (False, "false"),
        ("1", '"1"'),
        ("true", '"true"'),
        ("NaN", '"NaN"'),
        ("web", '"web"'),
        ('say "hi"', r'"say \"hi\""'),
        ("", '""'),
    ],
)
def test_a_value_is_stored_as_a_json_scalar(value: FeatureValue, stored: str) -> None:
    assert encode(value) == stored


@given(value=VALUES)
def test_a_stored_value_is_read_with_its_type(value: FeatureValue) -> None:
    read = decode(encode(value))

    assert read == value
    assert isinstance(read, str | bool) is isinstance(value, str | bool)
    assert isinstance(read, bool) is isinstance(value, bool)


@pytest.mark.parametrize(
    "text", ["web", "", "null", "NaN", "1d", "01", "+1", ".5", "1_000", '"open', "[1]", "1e999", "٣"]
)
def test_a_text_from_before_types_were_kept_stays_a_text(text: str) -> None:
    assert decode(text) == text
    assert former_form(text) == text


@given(value=st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_finite_whatever_its_size(value: float) -> None:
    assert math.isclose(float(decode(encode(value))), value)


@given(one=VALUES, other=VALUES)
def test_different_values_have_different_former_forms(one: FeatureValue, other: FeatureValue) -> None:
    assert (former_form(encode(one)) == former_form(encode(other))) is (encode(one) == encode(other))


@pytest.mark.parametrize(("value", "form"), [("web", "web"), ("1", '"1"'), ("true", '"true"'), ('"x"', r'"\"x\""')])
def test_a_text_is_compared_in_its_former_form_unless_that_is_another_value(value: str, form: str) -> None:
    assert former_form(encode(value)) == form
