"""Expressions over columns yield, in every row, what exact decimals yield."""

from decimal import Context, Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.lake.mapping.computed import Computed
from shared.lake.mapping.expressions import evaluate
from shared.mapping.expression_values import RowFault, holds_in_row, value_in_row
from shared.mapping.expressions import Expression, parse, parse_condition

ROOMY = Context(prec=200)
TEN_PLACES = Decimal(1).scaleb(-10)
CELLS: list[str | None] = [None, "", " ", "x", "Refund", "refund ", "ﬁ", "1,240", "1e3", "1e-40", ".5", "10.", "+5"]
CELLS += ["0", "1", "-1", "2", "7", " 3 ", "12.50", "-0.004", "0.1", "9" * 15, "9" * 60]


def over(text: str, **columns: list[str | None]) -> Computed:
    return evaluate(parse(text), {name: pa.array(each, pa.string()) for name, each in columns.items()}, size(columns))


def size(columns: dict[str, list[str | None]]) -> int:
    return len(next(iter(columns.values())))


def by_row(expression: Expression, row: dict[str, Any]) -> Any:
    try:
        return (holds_in_row if expression.is_condition else value_in_row)(expression, row)
    except RowFault as fault:
        return fault.args


def test_line_totals_become_prices() -> None:
    found = over(
        "line_total / quantity", line_total=["99.00", "1240", "-12.00", "10"], quantity=["1.0", "2", "-1", "3"]
    )

    assert found.values.to_pylist() == ["99", "620", "12", "3.3333333333"]
    assert not found.faults


def test_numbers_are_rounded_half_to_even() -> None:
    found = over("round(a, 2)", a=["12.345", "12.355", "-0.005", "7", "0.1", None, "9" * 50 + ".125"])

    assert found.values.to_pylist() == ["12.34", "12.36", "0", "7", "0.1", None, "9" * 50 + ".12"]


def test_a_division_by_zero_is_a_fault_of_its_row() -> None:
    found = over("a / b", a=["1", "1", None], b=["0", "4", "0.00"])

    assert found.values.to_pylist() == [None, "0.25", None]
    assert list(found.faults) == [0]
    assert "division by zero" in found.faults[0]


def test_a_branch_that_is_not_chosen_has_no_faults() -> None:
    found = over(
        "if(b != 0 and b != 9, a / b, coalesce(c, a / b))", a=["1", "1", "1"], b=["0", "4", "0"], c=["8", "x", ""]
    )

    assert found.values.to_pylist() == ["8", "0.25", None]
    assert list(found.faults) == [2]


def test_text_in_arithmetic_is_a_fault_that_names_column_and_value() -> None:
    found = evaluate(parse("`Net Sales` * 2"), {"Net Sales": pa.array(["$1,240.00", "1e3", ".5"])}, 3)

    assert found.values.to_pylist() == [None, "2000", "1"]
    assert "Net Sales is '$1,240.00'" in found.faults[0]


def test_an_absent_operand_makes_the_result_absent_unless_another_value_is_given() -> None:
    columns: dict[str, list[str | None]] = {"a": ["1", " ", None], "b": ["2", "2", "2"]}

    assert over("a + b", **columns).values.to_pylist() == ["3", None, None]
    assert over("coalesce(a, 0) + b", **columns).values.to_pylist() == ["3", "2", "2"]
    assert over("if(a = '', 'none', a)", **columns).values.to_pylist() == ["1", "none", "none"]
    assert over("if(a > 0, 'more', 'less')", **columns).values.to_pylist() == ["more", "less", "less"]


def test_a_column_that_no_row_has_is_absent() -> None:
    assert over("coalesce(missing, a) * 2", a=["1"]).values.to_pylist() == ["2"]


def test_a_condition_is_true_or_false_in_every_row() -> None:
    condition = parse_condition("refunded > 0 and not kind = 'Void'")
    columns = {"refunded": pa.array(["1", "0", None, "x"]), "kind": pa.array(["sale", "sale", "sale", "VOID "])}

    found = evaluate(condition, columns, 4)

    assert found.values.to_pylist() == [True, False, False, None]
    assert list(found.faults) == [3]


def test_a_result_of_too_many_digits_is_a_fault() -> None:
    assert "more than 76 digits" in over("a * a", a=["9" * 60]).faults[0]


@given(
    st.lists(
        st.tuples(*[st.decimals(-(10**12), 10**12, places=places, allow_nan=False) for places in (2, 6)]),
        min_size=1,
        max_size=20,
    )
)
def test_arithmetic_equals_that_of_decimals(pairs: list[tuple[Decimal, Decimal]]) -> None:
    columns: dict[str, list[str | None]] = {
        "a": [format(one, "f") for one, _ in pairs],
        "b": [format(other, "f") for _, other in pairs],
    }

    exact = over("(a + b) * a - b * b / 1", **columns).values.to_pylist()
    quotients = over("a / b", **columns).values.to_pylist()

    for place, (a, b) in enumerate(pairs):
        square = ROOMY.quantize(ROOMY.multiply(b, b), TEN_PLACES)
        expected = ROOMY.subtract(ROOMY.multiply(ROOMY.add(a, b), a), square)
        assert Decimal(exact[place]) == expected
        if b:
            assert Decimal(quotients[place]) == ROOMY.divide(a, b).quantize(TEN_PLACES, context=ROOMY)


EXPRESSIONS = [
    "a + b",
    "a - b * c",
    "a * b * c * a",
    "-a / b",
    "abs(a - b) / c",
    "a / b / c",
    "coalesce(a, b, c)",
    "coalesce(a, b, 7) / 3",
    "if(a > b, a, b) * c",
    "if(a = b or c <= 1, a / b, c)",
    "if(a = 'refund', -1, 1) * abs(coalesce(b, 0))",
    "if(a != 'ﬁ' and b < c and not a >= 2, a, b)",
    "1 / 2048 + a",
    "a / 8192 + 0.00000000005",
    "round(a / b, 2) * c",
    "round(a * 0.125, 2) - round(b, 0)",
]


@pytest.mark.parametrize("text", EXPRESSIONS)
@given(rows=st.lists(st.fixed_dictionaries(dict.fromkeys("abc", st.sampled_from(CELLS))), min_size=1, max_size=12))
def test_columns_have_the_values_and_faults_of_their_rows(text: str, rows: list[dict[str, str | None]]) -> None:
    expression = parse(text)
    columns = {name: pa.array([row[name] for row in rows], pa.string()) for name in "abc"}

    found = evaluate(expression, columns, len(rows))

    for place, row in enumerate(rows):
        expected = by_row(expression, row)
        assert found.faults.get(place, found.values[place].as_py()) == (
            expected[0] if isinstance(expected, tuple) else expected
        )
