"""The fragments that read features agree with the module that stores them."""

import pytest

from shared.athena.features import number_of, text_of
from shared.athena.sql import Statement, sql
from shared.records.features import FeatureValue, decode, encode
from tests.local.athena.conftest import Asker

VALUES: list[FeatureValue] = [
    1,
    -2.5,
    1e300,
    1e-7,
    True,
    False,
    "web",
    "1",
    "true",
    'say "hi"',
    "",
    "naïve 🙂",
    "NaN",
    "[1]",
    "a.b",
]
STORED = [
    *map(encode, VALUES),
    *("web", "null", "NaN", "Infinity", "1d", "01", "+1", '"open', "[1]", '{"a":1}', "1e999", "True"),  # former rows
]


def _literal(text: str) -> Statement:
    return Statement("'" + text.replace("'", "''") + "'")


@pytest.mark.parametrize("stored", STORED)
def test_a_feature_has_the_same_value_in_sql(stored: str, asker: Asker) -> None:
    column, value = _literal(stored), decode(stored)
    question = sql("SELECT {number}, {text}", number=number_of(column), text=text_of(column))

    ((number, text),) = asker.rows(question.text)

    assert (None if number is None else float(number)) == (value if type(value) in {int, float} else None)
    assert text == (value if isinstance(value, str) else None)


def test_an_absent_feature_has_no_value(asker: Asker) -> None:
    column = Statement("CAST(NULL AS varchar)")
    question = sql("SELECT {number}, {text}", number=number_of(column), text=text_of(column))

    assert asker.rows(question.text) == [[None, None]]
