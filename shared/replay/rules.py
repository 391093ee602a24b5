"""Which rule decides each row: the first one whose conditions all hold."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from shared.replay.features import Column, Kind
from shared.replay.overrides import ORDERED, Operator, Rule, RuleCondition

Flags = npt.NDArray[np.bool_]
NO_RULE = -1

_COMPARISONS: Mapping[Operator, Callable[..., Flags]] = MappingProxyType(
    {
        Operator.LESS: np.less,
        Operator.LESS_OR_EQUAL: np.less_equal,
        Operator.GREATER: np.greater,
        Operator.GREATER_OR_EQUAL: np.greater_equal,
    }
)


def first_match(rules: Sequence[Rule], features: Mapping[str, Column], rows: int) -> npt.NDArray[np.int16]:
    """Return the place of the rule that decides each row; `NO_RULE` where none does.

    Args:
        rules: the rules, in the order in which they are tried.
        features: the columns of all features that they name.
        rows: the number of rows.
    """
    decided = np.full(rows, NO_RULE, np.int16)
    for place, rule in enumerate(rules):
        matches = decided == NO_RULE
        for condition in rule.when:
            matches &= holds(condition, features[condition.feature])
        decided[matches] = place
    return decided


def holds(condition: RuleCondition, column: Column) -> Flags:
    """Return where a condition holds; never where the feature is absent."""
    if condition.operator in ORDERED:
        with np.errstate(invalid="ignore"):
            compared = _COMPARISONS[condition.operator](column.numbers, condition.value)
        ordered: Flags = (column.kinds == Kind.NUMBER) & compared
        return ordered
    equal = _is_one_of(condition.values, column)
    if condition.operator is Operator.NOT_EQUAL:
        different: Flags = (column.kinds != Kind.ABSENT) & ~equal
        return different
    return equal


def _is_one_of(values: Sequence[str | float | bool], column: Column) -> Flags:
    numbers = [each for each in values if isinstance(each, float) and not isinstance(each, bool)]
    booleans = [each for each in values if isinstance(each, bool)]
    texts = [each for each in values if isinstance(each, str)]
    found = column.is_text(texts) if texts else np.zeros(len(column.kinds), np.bool_)
    for kind, wanted in ((Kind.NUMBER, numbers), (Kind.BOOLEAN, booleans)):
        if wanted:
            found |= (column.kinds == kind) & np.isin(column.numbers, np.array(wanted, np.float64))
    return found
