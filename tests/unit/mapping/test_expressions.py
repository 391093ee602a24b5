"""Expressions of mappings: what they may contain, and the errors of what they may not."""

import pytest

from shared.mapping.expression_tree import InvalidExpression
from shared.mapping.expression_values import RowFault, holds_in_row, value_in_row
from shared.mapping.expressions import parse, parse_condition


def test_an_expression_names_its_columns() -> None:
    expression = parse('if(type = "Refund", -1, 1) * abs(`Lineitem price` - rabat_ö)')

    assert expression.columns == {"type", "Lineitem price", "rabat_ö"}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", "7"),
        ("(1 + 2) * 3", "9"),
        ("-2 * -.5", "1"),
        ("7 / 2 - 1", "2.5"),
        ("2 / 3", "0.6666666667"),
        ("round(2 / 3, 2)", "0.67"),
        ("1 / 20000000000", "0"),
        ("3 / 20000000000", "0.0000000002"),
        ("IF(1 < 2 AND NOT 2 <> 2, 'yes', 'no')", "yes"),
        ("if(1 = 2 or 3 >= 3, 10, 20)", "10"),
        ("price * quantity * percent / 100", "4.5"),
        ("coalesce(nothing, `odd name`)", "x y"),
        ("(sales - profit) / quantity", "1.25"),
    ],
)
def test_an_expression_yields_text_in_plain_notation(text: str, value: str) -> None:
    row = {"price": "15.00", "quantity": 2, "percent": 15.0, "odd name": " x y ", "nothing": " "}
    row |= {"sales": 4.0, "profit": "1.5"}

    assert value_in_row(parse(text), row) == value


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("", "cannot be parsed"),
        ("a **b", "check operators"),
        ("a // b", "check operators"),
        ("(a, b)", "check operators"),
        ("abs(*a)", "check operators"),
        ("a if b else c", "check operators"),
        ("lambda: 1", "in backticks"),
        ("x.y", "in backticks"),
        ("a[0]", "in backticks"),
        ("a; b", "in backticks"),
        ("`a", "closing quote"),
        ("a % b", "divide by 100"),
        ("exec(a)", "unknown function exec(); expected one of abs, round, coalesce, if"),
        ("__import__('os')", "unknown function"),
        ("`abs`(a)", "must not call a column"),
        ("abs(a, b)", "one value"),
        ("coalesce(a)", "at least two values"),
        ("round(a)", "places from 0 to 10"),
        ("round(a, b)", "places from 0 to 10"),
        ("round(a, 1.5)", "places from 0 to 10"),
        ("if(a > 1, b)", "a condition and two values"),
        ("if(a, b, c)", "must have a comparison"),
        ("if(a > 1, 'x', 2)", "not both"),
        ("a + 'x'", "must have a number where it has a text"),
        ("a + (b > 1)", "must have a number where it has a condition"),
        ("if('a' < b, 1, 2)", "must not compare texts with <"),
        ("if(1 < a < 2, 1, 2)", "two values at a time"),
        ("a > 1", "use if(condition, a, b)"),
        ("1" * 31, "a number of more than 30 characters"),
        ("+".join("a" * 101), "at most 100 parts"),
        ("abs(" * 21 + "a" + ")" * 21, "at most 20 deep"),
        ("(" * 249 + "a" + ")" * 249, "check operators"),
        ("a" * 501, "at most 500 characters"),
    ],
)
def test_anything_else_is_refused_with_what_to_do(text: str, hint: str) -> None:
    with pytest.raises(InvalidExpression) as refusal:
        parse(text)

    assert hint in str(refusal.value)


def test_a_value_is_no_condition() -> None:
    with pytest.raises(InvalidExpression, match="is not a condition; compare"):
        parse_condition("refunded_amount")


def test_what_a_condition_cannot_compare_is_a_fault_of_the_row() -> None:
    with pytest.raises(RowFault, match="refunded is 'n/a', which is not a plain number"):
        holds_in_row(parse_condition("refunded > 0"), {"refunded": "n/a"})
