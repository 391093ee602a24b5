"""JSON is read as by the standard library, except that ambiguous documents are refused."""

import json
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shared.runtime import strict_json
from tests.tiers import examples

KEYS = st.text(st.characters(codec="utf-8"), max_size=6) | st.sampled_from([":", '"', "\\", "a:b", "\\u003a", "é"])
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | KEYS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


def _written(value: Any, *, escaped: bool, spaced: bool) -> str:
    return json.dumps(value, ensure_ascii=escaped, separators=(" , ", " : ") if spaced else (",", ":"))


@settings(max_examples=examples(300), deadline=None)
@given(value=VALUES, escaped=st.booleans(), spaced=st.booleans())
def test_a_document_without_duplicate_keys_is_read_as_by_the_standard_library(
    value: Any, *, escaped: bool, spaced: bool
) -> None:
    text = _written(value, escaped=escaped, spaced=spaced)

    assert strict_json.loads(text) == json.loads(text)
    assert strict_json.loads(text.encode()) == json.loads(text)


def _spelled(key: str, *, in_escapes: bool) -> str:
    """A key in JSON; every character may be written as an escape."""
    if not in_escapes:
        return json.dumps(key)
    units = key.encode("utf-16-be")
    return '"' + "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2)) + '"'


@settings(max_examples=examples(300), deadline=None)
@given(
    data=st.dictionaries(KEYS, VALUES, min_size=1, max_size=4),
    around=st.sampled_from(["{}", "[{}]", '{{"outer":[1,{{"inner":{}}}]}}']),
    in_escapes=st.booleans(),
    value=VALUES,
    choice=st.data(),
)
def test_a_document_in_which_any_object_has_a_key_twice_is_refused(
    data: dict[str, Any], around: str, value: Any, choice: st.DataObject, *, in_escapes: bool
) -> None:
    assume(around != '{{"outer":[1,{{"inner":{}}}]}}' or data.keys().isdisjoint({"outer", "inner"}))
    doubled = choice.draw(st.sampled_from(sorted(data)))
    pairs = [f"{json.dumps(key)}:{json.dumps(each)}" for key, each in data.items()]
    place = choice.draw(st.integers(0, len(pairs)))
    pairs.insert(place, f"{_spelled(doubled, in_escapes=in_escapes)}:{json.dumps(value)}")
    text = around.format("{" + ",".join(pairs) + "}")

    with pytest.raises(strict_json.NotStrictJson, match="duplicate key"):
        strict_json.loads(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "{",
        "[1,]",
        "{'a':1}",
        '{"a":1}x',
        "NaN",
        "[Infinity]",
        "-Infinity",
        "1e999",
        '"\\ud800"',
        b'"\xff"',
        b"\xef\xbb\xbf1",
        '"\x01"',
        "01",
        "[" * 100_000,
        '{"a":' * 300 + "1" + "}" * 300,
        "[" * 300 + "]" * 300,
        bytes(1000),
    ],
    ids=repr,
)
def test_text_that_is_not_strict_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(strict_json.NotStrictJson):
        strict_json.loads(text)


def test_a_document_may_be_254_levels_deep() -> None:
    text = "[" * 254 + "]" * 254

    assert strict_json.loads(text) == json.loads(text)


@pytest.mark.parametrize("text", ['{"a:":1,"b":":"}', '{"\\u003a":":","\\u003A\\u003a":1}', '{"a":{"a":{"a":1}}}'])
def test_colons_in_strings_are_not_keys(text: str) -> None:
    assert strict_json.loads(text) == json.loads(text)


def test_the_error_for_a_duplicate_key_names_it_or_its_beginning() -> None:
    with pytest.raises(strict_json.NotStrictJson, match=r"duplicate key 'k{100}'"):
        strict_json.loads('{"' + "k" * 5000 + '":1,"' + "k" * 5000 + '":1}')
