"""Query parameters of object type are read in every supported spelling."""

import pytest

from shared.runtime.query_string import read_query

OBJECTS = ("time_range", "filters")


@pytest.mark.parametrize(
    "given",
    [
        {"filters[region][]": ["EU", "US"]},
        {"filters[region][0]": ["EU"], "filters[region][1]": ["US"]},
        {"filters[region]": ["EU", "US"]},
        {"filters.region": ["EU", "US"]},
        {"filters.region[]": ["EU"], "filters[region]": ["US"]},
        {"filters": ['{"region": ["EU", "US"]}']},
        {"filters": ['{"region": "EU"}'], "filters.region": ["US"]},
    ],
)
def test_every_spelling_of_a_list_is_equal(given: dict[str, list[str]]) -> None:
    read = read_query(given, OBJECTS)

    assert read.errors == ()
    assert read.objects == {"filters": {"region": ["EU", "US"]}}


def test_fields_of_one_object_may_mix_spellings() -> None:
    read = read_query(
        {"time_range[start]": ["a"], "time_range.end": ["b"], "filters": ['{"currency": "EUR"}']}, OBJECTS
    )

    assert read.objects == {"time_range": {"start": ["a"], "end": ["b"]}, "filters": {"currency": ["EUR"]}}


def test_a_plain_parameter_keeps_all_its_values() -> None:
    assert read_query({"metric_type": ["revenue", "revenue"]}, OBJECTS).plain == {"metric_type": ["revenue", "revenue"]}


def test_names_and_values_are_not_decoded_twice() -> None:
    read = read_query({"filters[region]": ["50%25", "a+b", "x&y=z"]}, OBJECTS)

    assert read.objects == {"filters": {"region": ["50%25", "a+b", "x&y=z"]}}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("filters[region", "EU"),
        ("filters]region[", "EU"),
        ("filters[region]x", "EU"),
        ("filters[region][EU][0]", "EU"),
        ("filters.region.deeper", "EU"),
        ("filters.", "EU"),
        ("filters", "EU"),
        ("filters", "[]"),
        ("filters[]", "EU"),
        ("filters", '{"region": "EU", "region": "US"}'),
        ("filters", '{"region": NaN}'),
        ("filters", '{"region": ' + "[" * 400 + "]" * 400 + "}"),
        ("metric_type[0][1]", "revenue"),
        ("metric_type.name", "revenue"),
        ("metric_type[name]", "revenue"),
        ("", "x"),
    ],
)
def test_an_unreadable_parameter_is_named_as_spelled(name: str, value: str) -> None:
    errors = read_query({name: [value]}, OBJECTS).errors

    assert [error.field for error in errors] == [name]


def test_a_malformed_parameter_does_not_hide_the_others() -> None:
    read = read_query(
        {"filters[": ["x"], "time_range": ["2025"], "filters.region": ["EU"], "timezone": ["UTC"]}, OBJECTS
    )

    assert {error.field for error in read.errors} == {"filters[", "time_range"}
    assert read.objects == {"filters": {"region": ["EU"]}}
    assert read.plain == {"timezone": ["UTC"]}


def test_values_of_json_keep_their_types() -> None:
    assert read_query({"filters": ['{"region": [1, null, "EU"]}']}, OBJECTS).objects == {
        "filters": {"region": [1, None, "EU"]}
    }


@pytest.mark.parametrize("spelled", ["filters[region]", "filters.region", "filters[region][]"])
def test_values_joined_by_a_comma_are_refused_with_both_ways_to_write_them(spelled: str) -> None:
    (error,) = read_query({spelled: ["Korea, Republic of"]}, OBJECTS).errors

    assert "repeat filters[region]=" in error.message
    assert 'filters={"region": ["…"]}' in error.message


def test_a_value_with_a_comma_is_written_as_json() -> None:
    read = read_query({"filters": ['{"region": ["Korea, Republic of", "EU"]}']}, OBJECTS)

    assert (read.errors, read.objects) == ((), {"filters": {"region": ["Korea, Republic of", "EU"]}})
