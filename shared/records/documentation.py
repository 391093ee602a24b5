"""The record schemas as JSON Schema, for the OpenAPI document."""

from typing import Any

from shared.records.catalogue import SCHEMAS
from shared.records.schema import Field, Kind, RecordSchema
from shared.records.validation import LONGEST_ID, MONEY_BOUND, QUANTITY_BOUND

_NUMBER_OR_TEXT = {"anyOf": [{"type": "number"}, {"type": "string"}]}
_TYPES: dict[Kind, dict[str, Any]] = {
    Kind.ID: {"type": "string", "minLength": 1, "maxLength": LONGEST_ID},
    Kind.TEXT: {"type": "string"},
    Kind.CHOICE: {"type": "string"},
    Kind.CURRENCY: {"type": "string", "pattern": "^[A-Z]{3}$", "examples": ["EUR"]},
    Kind.TIMESTAMP: {"type": "string", "format": "date-time"},
    Kind.MONEY: {
        "anyOf": [{"type": "number", "maximum": MONEY_BOUND}, {"type": "string", "pattern": r"^-?\d{1,12}(\.\d+)?$"}],
        "examples": ["9.90"],
    },
    Kind.QUANTITY: {"type": "number", "minimum": -QUANTITY_BOUND, "maximum": QUANTITY_BOUND},
    Kind.INTEGER: {"type": "integer"},
    Kind.NUMBER: {"type": "number"},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.TEXT_MAP: {"type": "object", "additionalProperties": _NUMBER_OR_TEXT},
    Kind.NUMBER_MAP: {"type": "object", "additionalProperties": {"type": "number"}},
}


def record_schemas() -> dict[str, dict[str, Any]]:
    """The JSON Schema of each data type's records, by the name that the document gives it."""
    return {schema_name(schema): _record(schema) for schema in SCHEMAS.values()}


def schema_name(schema: RecordSchema) -> str:
    """How the OpenAPI document names the records of a data type."""
    return f"{schema.data_type.title()}Record"


def _record(schema: RecordSchema) -> dict[str, Any]:
    key = ", ".join(schema.key)
    return {
        "title": schema_name(schema),
        "type": "object",
        "description": f"{schema.description} Key: {key}; version: {schema.version}. Unknown fields are kept.",
        "properties": {each.name: _property(each) for each in schema.fields},
        "required": [each.name for each in schema.fields if each.required],
        "additionalProperties": True,
    }


def _property(each: Field) -> dict[str, Any]:
    told = dict(_TYPES[each.kind])
    if each.choices:
        told["enum"] = list(each.choices)
    if each.kind is not Kind.MONEY and each.minimum is not None:
        told["minimum"] = each.minimum
    if each.kind is not Kind.MONEY and each.maximum is not None:
        told["maximum"] = each.maximum
    if each.default_from:
        told["description"] = f"{each.description} Default: {each.default_from}.".strip()
    elif each.description:
        told["description"] = each.description
    if each.default is not None and each.kind is not Kind.CURRENCY:
        told["default"] = each.default
    return told
