"""The documented schema of a record agrees with its validation."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from jsonschema_rs import Draft202012Validator

from shared.records.documentation import CURRENCY, currency_schema, record_schemas, schema_name
from shared.records.row_values import present_values
from shared.records.schema import DataType, Kind
from shared.records.schemas import SCHEMAS
from shared.records.validation import Form, validate

NOW = datetime(2026, 1, 1, tzinfo=UTC)
COMPONENTS = {"components": {"schemas": {CURRENCY: currency_schema()}}}
EXPONENT = "1e3"
CHOICES = sorted({choice for schema in SCHEMAS.values() for each in schema.fields for choice in each.choices})
VALUES: list[object] = [
    *("2025-01-31T12:00:00Z", "2025-01-31T12:00:00.5+02:00", "yesterday"),
    *("EUR", "x", "", " ", "x" * 128, "x" * 129, "eur", "XXX"),
    *("9.90", "-9.90", ".99", "10.", "+5", EXPONENT, "9" * 12, "9" * 13, "9" * 12 + ".1"),
    *(1, 0, -1, 0.5, -0.5, 1.5, 1879, 1880, 2100, 2101),
    *(10**9, 10**9 + 1, 10**12 - 1, 10**12, -(10**12), 2**63 - 1, 2**63),
    *(True, False, {"a": 1}, {"a": "b"}, {"a": None}, {"a": True}, {}, [], None),
    *CHOICES,
]


def verdict(schema: dict[str, Any]) -> Draft202012Validator:
    """What decides by the document."""
    return Draft202012Validator(schema | COMPONENTS, validate_formats=True)


def records(told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A record that is right, and every one that differs from it in one field, which may be anything or be missing."""
    right = {name: next(filter(verdict(field).is_valid, VALUES)) for name, field in told["properties"].items()}
    yield right
    for name in (*right, "unheard_of"):
        yield {other: value for other, value in right.items() if other != name}
        yield from (right | {name: value} for value in VALUES)


def as_documented(data_type: DataType, record: dict[str, Any]) -> dict[str, Any]:
    """A record as clients should write it; blank and differently cased texts and exponents are accepted, too."""
    found: dict[str, Any] = present_values(SCHEMAS[data_type], record, texts=False, words=False)
    money = [each.name for each in SCHEMAS[data_type].fields if each.kind is Kind.MONEY]
    return found | {name: "1000" for name in money if found.get(name) == EXPONENT}


@pytest.mark.parametrize("data_type", DataType)
def test_exactly_the_documented_values_are_accepted(data_type: DataType) -> None:
    told = record_schemas()[schema_name(SCHEMAS[data_type])]
    document = verdict(told)

    offered = list(records(told))
    refused = set(validate(data_type, offered, form=Form.TYPED, at=NOW).rejected)

    told_of = [as_documented(data_type, record) for record in offered]
    wrong = [record for place, record in enumerate(told_of) if document.is_valid(record) is (place in refused)]
    # No document can know which decisions have arrived.
    assert [record for record in wrong if data_type is not DataType.LABELS or record.get("decision_timestamp")] == []
    assert 0 < len(refused) < len(offered)
