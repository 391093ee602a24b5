"""Every rule of the data model, on rows that keep it and rows that break it."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.records.schema import DataType, Kind
from shared.records.schemas import SCHEMAS
from shared.records.validation import Form, RowError, Validated, validate
from tests.fakes.records import AT, GOOD, NOW, good

T, O, P, C, I, E, D, L = (  # noqa: E741 # the eight types, as the table below names them
    DataType.TRANSACTIONS,
    DataType.ORDERS,
    DataType.PRODUCTS,
    DataType.CUSTOMERS,
    DataType.INVENTORY,
    DataType.EVENTS,
    DataType.DECISIONS,
    DataType.LABELS,
)


def _check(data_type: DataType, *rows: Any, form: Form = Form.TYPED) -> Validated:
    return validate(data_type, rows, form=form, at=NOW)


def _found(errors: list[RowError]) -> list[tuple[str, str]]:
    return [(error.field, error.code) for error in errors]


@pytest.mark.parametrize("data_type", DataType)
def test_a_record_with_only_required_fields_is_valid(data_type: DataType) -> None:
    checked = _check(data_type, GOOD[data_type])

    assert checked.errors == []
    assert len(checked.rows) == 1


def _required() -> Iterator[tuple[DataType, str]]:
    for schema in SCHEMAS.values():
        yield from ((schema.data_type, field.name) for field in schema.fields if field.required)


@pytest.mark.parametrize(("data_type", "name"), list(_required()))
def test_a_record_without_a_required_field_is_refused(data_type: DataType, name: str) -> None:
    lacking = {key: value for key, value in GOOD[data_type].items() if key != name}

    (error,) = _check(data_type, lacking).errors

    assert error == RowError(0, f"/{name}", "required", "is required", None)


@pytest.mark.parametrize(("data_type", "name"), list(_required()))
def test_null_is_not_a_value_of_a_required_field(data_type: DataType, name: str) -> None:
    (error,) = _check(data_type, good(data_type, **{name: None})).errors

    assert error.field == f"/{name}"


def _optional() -> Iterator[tuple[DataType, str]]:
    for schema in SCHEMAS.values():
        names = (each.name for each in schema.fields if not each.required and each.name != schema.event_time)
        yield from ((schema.data_type, name) for name in names)


@pytest.mark.parametrize(("data_type", "name"), list(_optional()))
def test_null_is_an_absent_optional_field(data_type: DataType, name: str) -> None:
    assert _check(data_type, good(data_type, **{name: None})).errors == []


def _fields(kind: Kind) -> list[tuple[DataType, str]]:
    return [
        (schema.data_type, field.name) for schema in SCHEMAS.values() for field in schema.fields if field.kind is kind
    ]


@pytest.mark.parametrize(("data_type", "name"), _fields(Kind.ID))
@pytest.mark.parametrize(
    ("value", "code"),
    [("x" * 129, "too_long"), (7, "type"), (True, "type"), (["x"], "type")],
)
def test_an_id_is_1_to_128_characters_of_text(data_type: DataType, name: str, value: Any, code: str) -> None:
    assert _found(_check(data_type, good(data_type, **{name: value})).errors) == [(f"/{name}", code)]


@pytest.mark.parametrize(("data_type", "name"), _fields(Kind.ID))
def test_an_id_is_trimmed_and_may_be_128_characters_of_any_script(data_type: DataType, name: str) -> None:
    checked = _check(data_type, good(data_type, **{name: "  " + "ß" * 128 + "\n"}))

    assert checked.rows[0][name] == "ß" * 128


@pytest.mark.parametrize(("data_type", "name"), _fields(Kind.TEXT))
def test_a_text_is_at_most_4096_characters(data_type: DataType, name: str) -> None:
    assert _check(data_type, good(data_type, **{name: "\U0001f600" * 4096})).errors == []

    (error,) = _check(data_type, good(data_type, **{name: "x" * 4097})).errors
    assert (error.field, error.code, error.message) == (f"/{name}", "too_long", "must have at most 4096 characters")


@pytest.mark.parametrize(("data_type", "name"), _fields(Kind.CHOICE))
@pytest.mark.parametrize("value", ["unheard of", "completed.", "\u017ftatus", 1, False])
def test_a_choice_is_a_declared_one(data_type: DataType, name: str, value: Any) -> None:
    assert _found(_check(data_type, good(data_type, **{name: value})).errors) == [(f"/{name}", "choice")]


@pytest.mark.parametrize(("data_type", "name"), _fields(Kind.CURRENCY))
@pytest.mark.parametrize("value", ["US", "ABC", "eu", "u\u00df", 840, "EURO"])
def test_a_currency_is_a_code_of_iso_4217(data_type: DataType, name: str, value: Any) -> None:
    assert _found(_check(data_type, good(data_type, **{name: value})).errors) == [(f"/{name}", "currency")]


def _unsigned_money() -> list[tuple[DataType, str]]:
    return [(each, name) for each, name in _fields(Kind.MONEY) if not SCHEMAS[each].by_name[name].sign_of]


@pytest.mark.parametrize(("data_type", "name"), _unsigned_money())
@pytest.mark.parametrize("value", [-0.01, "-1", "-1.5", -(10**9)])
def test_money_is_at_least_zero(data_type: DataType, name: str, value: Any) -> None:
    assert _found(_check(data_type, good(data_type, **{name: value})).errors) == [(f"/{name}", "money")]


@pytest.mark.parametrize("name", ["discount", "tax", "shipping"])
@pytest.mark.parametrize("value", [-0.01, "-1", "-1.5", -(10**9)])
def test_only_a_return_may_write_an_amount_with_a_minus_sign(name: str, value: Any) -> None:
    (error,) = _check(T, good(T, **{name: value})).errors

    assert error == RowError(0, f"/{name}", "range", "must be at least 0 unless quantity is negative", value)
    assert _found(_check(T, good(T, quantity=0, **{name: value})).errors) == [(f"/{name}", "range")]
    assert _check(T, good(T, quantity=-1, **{name: value}), good(T, quantity=-1, **{name: 5})).errors == []


def test_stock_may_be_negative() -> None:
    assert _check(I, good(I, quantity_on_hand=-2)).errors == []
    assert _found(_check(I, good(I, reserved=-2)).errors) == [("/reserved", "range")]


@pytest.mark.parametrize(("data_type", "name"), _fields(Kind.MONEY))
@pytest.mark.parametrize(
    "value",
    [
        "1,000",
        "€5",
        "NaN",
        "1e12",
        "--1",
        "999999999999.9999999",
        ".",
        1e12,
        "1000000000000",
        1e308,
        float("nan"),
        float("inf"),
        True,
        {},
    ],
)
def test_money_is_an_amount_below_10_to_the_12_as_number_or_decimal_text(
    data_type: DataType, name: str, value: Any
) -> None:
    assert _found(_check(data_type, good(data_type, **{name: value})).errors) == [(f"/{name}", "money")]


@pytest.mark.parametrize(
    "value",
    [0, 0.0, "0", 12, 12.5, "12.50", " 12.5 ", ".99", "10.", "+5", "1e3", "999999999999.999999", 999_999_999_999],
)
def test_money_may_be_a_number_or_decimal_text(value: Any) -> None:
    assert _check(T, good(T, unit_price=value)).errors == []


@pytest.mark.parametrize(("data_type", "name"), _fields(Kind.TIMESTAMP))
@pytest.mark.parametrize(
    "value",
    [
        "yesterday",
        "2025-02-30T00:00:00Z",
        "2025-13-01",
        "12:00",
        "2025-02-27T25:00:00Z",
        1740651300,
        1.5,
        "20250227",
    ],
)
def test_a_time_is_rfc_3339_text(data_type: DataType, name: str, value: Any) -> None:
    assert _found(_check(data_type, good(data_type, **{name: value})).errors) == [(f"/{name}", "timestamp")]


@pytest.mark.parametrize(
    "value", ["2025-02-27T10:15:00+02:00", "2025-02-27 10:15:00Z", "2025-02-27", "2025-02-27T10:15:00"]
)
def test_a_time_may_have_any_offset_or_none_or_be_a_bare_date(value: str) -> None:
    assert _check(T, good(T, timestamp=value)).errors == []


DATED = [
    (T, "timestamp"),
    (O, "timestamp"),
    (O, "updated_at"),
    (P, "updated_at"),
    (C, "updated_at"),
    (I, "timestamp"),
    (E, "timestamp"),
    (D, "timestamp"),
    (L, "labelled_at"),
    (L, "decision_timestamp"),
]


@pytest.mark.parametrize(("data_type", "name"), DATED)
@pytest.mark.parametrize(
    ("value", "codes"),
    [
        ((NOW + timedelta(minutes=5)).isoformat(), []),
        ((NOW + timedelta(minutes=5, seconds=1)).isoformat(), ["in_future"]),
        ("2025-03-01T14:05:01+02:00", ["in_future"]),
        ("9999-12-31T23:59:59-12:00", ["in_future"]),
        ("1990-01-01", []),
        ("1989-12-31T23:59:59Z", ["before_1990"]),
        ("1990-01-01T00:59:59+01:00", ["before_1990"]),
        ("0001-01-01T00:00:00+10:00", ["before_1990"]),
    ],
)
def test_an_event_time_is_between_1990_and_five_minutes_from_now(
    data_type: DataType, name: str, value: str, codes: list[str]
) -> None:
    assert _found(_check(data_type, good(data_type, **{name: value})).errors) == [(f"/{name}", code) for code in codes]


@pytest.mark.parametrize("value", ["9999-12-31T23:59:59-05:00", "0001-01-01T00:00:00+05:00"])
def test_a_time_not_representable_in_utc_is_refused(value: str) -> None:
    assert _found(_check(C, good(C, registered_at=value)).errors) == [("/registered_at", "timestamp")]


NUMBERS: list[tuple[DataType, str, Any, str | None]] = [
    (T, "quantity", -3, None),
    (T, "quantity", 0.25, None),
    (T, "quantity", "2", "type"),
    (T, "quantity", True, "type"),
    (T, "quantity", float("nan"), "range"),
    (T, "quantity", float("inf"), "range"),
    (T, "quantity", 1e308, "range"),
    (T, "quantity", 1e9, None),
    (T, "quantity", -1e9 - 1, "range"),
    (I, "quantity_on_hand", 0, None),
    (I, "quantity_on_hand", -1, None),
    (I, "reserved", -0.5, "range"),
    (O, "item_count", 3, None),
    (O, "item_count", -1, "range"),
    (O, "item_count", 2.5, "type"),
    (O, "item_count", "3", "type"),
    (O, "item_count", 2**63, "range"),
    (O, "item_count", 2**63 - 1, None),
    (C, "birth_year", 1815, "range"),
    (C, "birth_year", 2101, "range"),
    (C, "marketing_opt_in", "yes", "type"),
    (C, "marketing_opt_in", 1, "type"),
    (P, "active", False, None),
    (D, "score", 0, None),
    (D, "score", 1, None),
    (D, "score", 1.01, "range"),
    (D, "score", -0.01, "range"),
    (D, "score", "0.5", "type"),
    (D, "score", float("nan"), "range"),
    (D, "latency_ms", -1, "range"),
    (D, "base_value", -7.5, None),
    (D, "base_value", float("inf"), "range"),
    (D, "features", {"age": 3, "country": "DE"}, None),
    (D, "features", ["age"], "type"),
    (D, "attributions", {"age": 0.5}, None),
    (D, "attributions", "age", "type"),
    (T, "region", 7, "type"),
    (P, "name", ["Mug"], "type"),
]


@pytest.mark.parametrize(("data_type", "name", "value", "code"), NUMBERS)
def test_typed_values_keep_their_type_and_their_bounds(
    data_type: DataType, name: str, value: Any, code: str | None
) -> None:
    expected = [] if code is None else [(f"/{name}", code)]

    assert _found(_check(data_type, good(data_type, **{name: value})).errors) == expected


@pytest.mark.parametrize("value", [[], {"deep": 1}, float("nan"), float("inf"), -float("inf")])
def test_a_feature_is_a_finite_number_or_text_or_boolean(value: Any) -> None:
    assert _found(_check(D, good(D, features={"a/b~c": value})).errors) == [("/features/a~1b~0c", "feature")]


def test_a_feature_that_is_null_is_absent_and_the_others_keep_their_types() -> None:
    names = {"a.b": 1, "größe 🙂": "1", "n" * 200: True, "text": "NaN", "gone": None}

    (row,) = _check(D, good(D, features=names)).rows

    assert row["features"] == {"a.b": 1.0, "größe 🙂": "1", "n" * 200: True, "text": "NaN"}
    assert [type(each) for each in row["features"].values()] == [float, str, bool, str]


@pytest.mark.parametrize("form", [Form.TEXT, Form.MAPPED])
def test_maps_in_text_formats_are_json(form: Form) -> None:
    texts = {name: str(value) for name, value in good(D).items()}
    features, attributions = '{"a": 1, "b": "1", "c": true, "d": null}', '{"a": -0.5}'

    (row,) = _check(D, texts | {"features": features, "attributions": attributions}, form=form).rows

    assert (row["features"], row["attributions"]) == ({"a": 1.0, "b": "1", "c": True}, {"a": -0.5})


@pytest.mark.parametrize(
    ("text", "code"), [('{"a": NaN}', "json"), ('{"a": 1, "a": 2}', "json"), ("a=1", "json"), ("[1]", "type")]
)
def test_text_that_is_no_json_object_is_no_map(text: str, code: str) -> None:
    texts = {name: str(value) for name, value in good(D).items()}

    assert _found(_check(D, texts | {"features": text}, form=Form.TEXT).errors) == [("/features", code)]


@pytest.mark.parametrize("name", ["features", "attributions"])
def test_a_map_has_at_most_a_thousand_entries(name: str) -> None:
    many = {str(number): 0.5 for number in range(1001)}
    few = dict(list(many.items())[1:])

    assert _found(_check(D, good(D, **{name: many})).errors) == [(f"/{name}", "too_many")]
    assert (
        _found(_check(D, good(D, **{name: few | {"gone": None}} if name == "features" else {name: few})).errors) == []
    )


@pytest.mark.parametrize(("value", "code"), [("x", "type"), (True, "type"), (None, "type"), (float("inf"), "range")])
def test_an_attribution_is_a_finite_number(value: Any, code: str) -> None:
    assert _found(_check(D, good(D, attributions={"age": value})).errors) == [("/attributions/age", code)]


def test_an_overlong_name_is_truncated_in_its_pointer() -> None:
    (error,) = _check(D, good(D, attributions={"k" * 5000: "x"})).errors

    assert error.field == "/attributions/" + "k" * 200


def test_all_errors_of_a_row_are_reported_together() -> None:
    wrong = {
        "timestamp": "soon",
        "product_id": "",
        "quantity": "two",
        "unit_price": -1,
        "currency": "XYZ",
        "status": "?",
    }

    found = _found(_check(T, wrong).errors)

    assert sorted(found) == [
        ("/currency", "currency"),
        ("/product_id", "required"),
        ("/quantity", "type"),
        ("/status", "choice"),
        ("/timestamp", "timestamp"),
        ("/transaction_id", "required"),
        ("/unit_price", "money"),
    ]


@pytest.mark.parametrize("row", [None, 7, "text", [], True])
def test_a_record_is_an_object(row: Any) -> None:
    assert _found(_check(T, row).errors) == [("", "type")]


def test_valid_rows_keep_their_positions_among_invalid_ones() -> None:
    checked = _check(T, None, good(T), {}, good(T, transaction_id="t-2"))

    assert list(checked.places) == [1, 3]
    assert [row["transaction_id"] for row in checked.rows] == ["t-1", "t-2"]
    assert checked.rejected == [0, 2]


def test_every_error_contains_the_rejected_value() -> None:
    (error,) = _check(T, good(T, status="lost")).errors

    assert error.rejected_value == "lost"


@pytest.mark.parametrize("value", ["completed\x00", "\u200bcompleted"], ids=["nul", "zero-width"])
def test_a_choice_with_surrounding_text_is_refused(value: str) -> None:
    assert _found(_check(T, good(T, status=value)).errors) == [("/status", "choice")]


@pytest.mark.parametrize("form", [Form.TYPED, Form.TEXT, Form.MAPPED])
def test_text_is_trimmed_and_choices_and_currencies_ignore_case(form: Form) -> None:
    written = good(T, quantity="2", unit_price="1") if form is not Form.TYPED else good(T)
    row = written | {"region": " EU\t", "channel": "\u3000Shop\xa0", "currency": "usd ", "status": "Completed\x85"}

    (found,) = _check(T, row, form=form).rows

    assert [found[name] for name in ("region", "channel", "currency", "status")] == ["EU", "Shop", "USD", "completed"]


@pytest.mark.parametrize("form", [Form.TYPED, Form.TEXT, Form.MAPPED])
@pytest.mark.parametrize("blank", ["", "  ", "\u2003", None])
def test_blank_text_is_absent_in_every_form(form: Form, blank: str | None) -> None:
    for each in SCHEMAS[T].fields:
        written = good(T) if form is Form.TYPED else {name: str(value) for name, value in GOOD[T].items()}
        checked = _check(T, {**written, each.name: blank}, form=form)

        assert _found(checked.errors) == ([(f"/{each.name}", "required")] if each.required else [])
        assert all(each.name not in row for row in checked.rows)


@pytest.mark.parametrize("word", ["NULL", r"\N", "NaN", "nan", "None", "#N/A"])
def test_words_that_mean_absent_do_so_in_text_formats_only(word: str) -> None:
    written = {name: str(value) for name, value in GOOD[T].items()}
    row = written | {"customer_id": word, "discount": word, "region": word, "note": word}

    (found,) = _check(T, row, form=Form.TEXT).rows

    assert "customer_id" not in found
    assert "discount" not in found
    assert ("region" in found) is (word not in ("NULL", r"\N"))
    assert found["note"] == word
    assert _check(T, good(T, customer_id=word)).rows[0]["customer_id"] == word
    assert _check(T, written | {"customer_id": word}, form=Form.MAPPED).rows[0]["customer_id"] == word


PLACES: list[tuple[str, Any, str | None]] = [
    ("quantity", 0.00004, None),
    ("quantity", 0.0004, "0.0004"),
    ("quantity", 0.1 + 0.2, "0.3"),
    ("quantity", -1e-9, None),
    ("unit_price", "0.0000004", None),
    ("unit_price", "19.99999999", None),
    ("unit_price", "33.333333333333336", None),
    ("unit_price", "0.30000000000000004", "0.3"),
    ("unit_price", 0.1 + 0.7, "0.8"),
    ("unit_price", "1.500000000000", "1.5"),
    ("unit_price", "123456789012.345678", "123456789012.345678"),
    ("unit_price", "123456789012.3456781", None),
    ("unit_price", 1e-7, None),
]


@pytest.mark.parametrize(("name", "value", "kept"), PLACES)
def test_places_that_would_be_lost_are_refused_unless_they_are_the_noise_of_floats(
    name: str, value: Any, kept: str | None
) -> None:
    checked = _check(T, good(T, **{name: value}))

    assert _found(checked.errors) == ([(f"/{name}", "decimal_places")] if kept is None else [])
    assert [row[name] for row in checked.rows] == ([] if kept is None else [Decimal(kept)])


@pytest.mark.parametrize("text", ["1,240", "$5", "1 240", "(5)", "5%"])
def test_a_number_with_several_readings_is_refused_with_what_to_do(text: str) -> None:
    written = {name: str(value) for name, value in GOOD[T].items()}
    wrong = _check(T, written | {"quantity": text, "unit_price": text}, form=Form.TEXT).errors

    assert [error.field for error in wrong] == ["/quantity", "/unit_price"]
    assert all(error.message.endswith("describe them in mappings.numbers") for error in wrong)


@pytest.mark.parametrize(
    ("currency", "time", "codes"),
    [
        ("HRK", "2019-06-01T00:00:00Z", []),
        ("hrk", "2024-01-31T23:59:59Z", []),
        ("HRK", "2024-02-01T00:00:00Z", ["currency"]),
        ("DEM", "1999-01-01T00:00:00Z", []),
        ("DEM", "2003-04-01T00:00:00Z", ["currency"]),
        ("VEF", "2018-08-01T00:00:00Z", []),
        ("VEF", "2024-01-01T00:00:00Z", ["currency"]),
    ],
)
def test_a_withdrawn_currency_counts_up_to_a_year_after_its_last_month(
    currency: str, time: str, codes: list[str]
) -> None:
    checked = _check(T, good(T, currency=currency, timestamp=time))

    assert _found(checked.errors) == [("/currency", code) for code in codes]


def test_a_record_without_a_time_has_a_currency_of_today() -> None:
    assert _found(_check(P, good(P, currency="HRK")).errors) == [("/currency", "currency")]
    assert _check(P, good(P, currency="HRK", updated_at="2020-01-01T00:00:00Z")).errors == []


def test_unknown_fields_of_any_value_stay_with_their_row() -> None:
    checked = _check(T, good(T, gift_wrap=True, source_id="theirs", nested={"a": [1]}))

    assert checked.errors == []
    assert {name: checked.rows[0][name] for name in ("gift_wrap", "source_id", "nested")} == {
        "gift_wrap": True,
        "source_id": "theirs",
        "nested": {"a": [1]},
    }


def test_a_label_whose_decision_has_no_time_is_refused_by_name() -> None:
    row = {name: value for name, value in GOOD[L].items() if name != "decision_timestamp"}

    assert _found(_check(L, row).errors) == [("/decision_timestamp", "decision_unknown")]


TEXT_FORM: list[tuple[DataType, str, Any, Any]] = [
    (T, "quantity", "2.5", 2.5),
    (T, "quantity", " -3 ", -3.0),
    (T, "unit_price", "9.99", Decimal("9.99")),
    (T, "quantity", "+1e3", 1000),
    (O, "item_count", "1e3", 1000),
    (O, "item_count", "+3.0", 3),
    (D, "score", ".5", 0.5),
    (O, "item_count", "3", 3),
    (C, "marketing_opt_in", "true", True),
    (C, "marketing_opt_in", "0", False),
    (C, "birth_year", "1985", 1985),
    (D, "score", "0.25", 0.25),
]


@pytest.mark.parametrize(("data_type", "name", "text", "value"), TEXT_FORM)
def test_text_form_values_are_parsed(data_type: DataType, name: str, text: str, value: Any) -> None:
    checked = _check(data_type, good(data_type, **{name: text}), form=Form.TEXT)

    assert checked.errors == []
    assert checked.rows[0][name] == value


@pytest.mark.parametrize(
    ("data_type", "name", "text", "code"),
    [
        (T, "quantity", "two", "type"),
        (T, "quantity", "-inf", "type"),
        (T, "quantity", "1e60", "range"),
        (T, "quantity", "1_000", "type"),
        (D, "score", "inf", "type"),
        (T, "unit_price", "9,99", "money"),
        (O, "item_count", "2.5", "type"),
        (O, "item_count", "many", "type"),
        (O, "item_count", "9" * 19, "range"),
        (O, "item_count", "9" * 5000, "type"),
        (C, "marketing_opt_in", "perhaps", "type"),
        (T, "timestamp", "27/02/2025", "timestamp"),
        (T, "currency", "us", "currency"),
    ],
)
def test_unparsable_text_form_values_are_refused(data_type: DataType, name: str, text: str, code: str) -> None:
    checked = _check(data_type, good(data_type, **{name: text}), form=Form.TEXT)

    assert _found(checked.errors) == [(f"/{name}", code)]


def test_an_empty_text_form_value_is_an_absent_field() -> None:
    checked = _check(
        T, good(T, customer_id="", discount="", currency=""), {**GOOD[T], "product_id": ""}, form=Form.TEXT
    )

    assert _found(checked.errors) == [("/product_id", "required")]
    assert "discount" not in checked.rows[0]


def test_a_time_of_any_offset_is_read_as_utc() -> None:
    (row,) = _check(T, good(T, timestamp="2025-02-27T12:15:00+02:00")).rows

    assert row["timestamp"].isoformat() == AT.replace("Z", "+00:00") or row["timestamp"].timestamp() == 1740651300
