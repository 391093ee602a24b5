"""SQL fragments that read features of decisions, as `shared.records.features` stores them.

A fragment takes the stored text, such as `element_at(features, 'age')` or the value column of
`UNNEST(features) AS t(name, stored)`. It reads rows from before types were kept like the others. Of a stored text,
either the number or the text is not null, unless it is a boolean.
"""

from shared.athena.sql import Statement, sql
from shared.records.features import Stored

_IS_NUMBER = """
    (regexp_like({stored}, :number)
        AND TRY_CAST({stored} AS double) BETWEEN -1.7976931348623157E308 AND 1.7976931348623157E308)
"""


def number_of(stored: Statement) -> Statement:
    """Return the expression for the number of a feature (double, finite); null if it is not a number."""
    return sql(
        "CASE WHEN {is_number} THEN TRY_CAST({stored} AS double) END", is_number=is_number(stored), stored=stored
    )


def text_of(stored: Statement) -> Statement:
    """Return the expression for the text of a feature, without quotes; null if it is not a text."""
    return sql(
        """
        CASE WHEN {is_number} OR {stored} IN (:booleans) THEN NULL
             WHEN {stored} LIKE '"%' THEN COALESCE(json_extract_scalar({stored}, '$'), {stored})
             ELSE {stored} END""",
        is_number=is_number(stored),
        stored=stored,
        booleans=(Stored.TRUE, Stored.FALSE),
    )


def is_number(stored: Statement) -> Statement:
    """Return the condition that a feature is a number; null if the feature is absent."""
    return sql(_IS_NUMBER, stored=stored, number=Stored.NUMBER)
