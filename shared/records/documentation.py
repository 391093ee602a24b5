"""The record schemas as JSON Schema, for the OpenAPI document."""

from dataclasses import replace
from typing import Any

from shared.records.amounts import MONEY_BOUND, MONEY_PLACES, QUANTITY_BOUND, QUANTITY_PLACES
from shared.records.bounds import LARGEST_ATTRIBUTES, LARGEST_MAP, MOST_ENTRIES
from shared.records.currencies import CURRENCIES
from shared.records.ids import LONGEST_ID
from shared.records.schema import Field, Kind, RecordSchema
from shared.records.schemas import SCHEMAS
from shared.records.value_schemas import LARGEST_INTEGER, LONGEST_TEXT

CURRENCY = "Currency"
TEXT_RECORD = "TextRecord"
_REF = "#/components/schemas/{name}"
_MAP = f"At most {MOST_ENTRIES} entries and {LARGEST_MAP // 1024} KiB as JSON."
_CURRENCIES = "An ISO 4217 currency code. Withdrawn codes are valid up to a year after their withdrawal."
_MONEY_TEXT = r"^[+-]?(\d{1,12}(\.\d{0,6}0*)?|\.\d{1,6}0*)$"
_TYPES: dict[Kind, dict[str, Any]] = {
    Kind.ID: {"type": "string", "minLength": 1, "maxLength": LONGEST_ID, "pattern": r"\S"},  # blanks are stripped
    Kind.TEXT: {"type": "string", "maxLength": LONGEST_TEXT},
    Kind.CHOICE: {"type": "string"},
    Kind.TIMESTAMP: {"type": "string", "format": "date-time"},
    Kind.QUANTITY: {"type": "number", "minimum": -QUANTITY_BOUND, "maximum": QUANTITY_BOUND},
    Kind.INTEGER: {"type": "integer", "minimum": -LARGEST_INTEGER, "maximum": LARGEST_INTEGER},
    Kind.NUMBER: {"type": "number"},
    Kind.BOOLEAN: {"type": "boolean"},
    Kind.TEXT_MAP: {
        "type": "object",
        "description": _MAP,
        "maxProperties": MOST_ENTRIES,
        "additionalProperties": {"type": ["number", "string", "boolean", "null"]},
    },
    Kind.NUMBER_MAP: {
        "type": "object",
        "description": _MAP,
        "maxProperties": MOST_ENTRIES,
        "additionalProperties": {"type": "number"},
    },
}


def record_schemas() -> dict[str, dict[str, Any]]:
    """Return the JSON Schema of the records of each data type, by its name in the OpenAPI document."""
    return {schema_name(schema): _record(schema) for schema in SCHEMAS.values()} | {TEXT_RECORD: _text_record()}


def currency_schema() -> dict[str, Any]:
    """Return the JSON Schema of a currency."""
    told = {"title": CURRENCY, "type": "string", "description": _CURRENCIES}
    return told | {"enum": list(CURRENCIES), "examples": ["EUR"]}


def _text_record() -> dict[str, Any]:
    return {
        "title": TEXT_RECORD,
        "type": "object",
        "description": "A `csv` or `xml` record: the fields of its data type, all values as text. Blank means "
        "absent, and so do `NULL` and `\\N`, and outside of free text `NaN`, `nan`, `None` and `#N/A`. "
        "A map is a JSON object as text.",
        "additionalProperties": {"type": ["string", "null"]},
    }


def schema_name(schema: RecordSchema) -> str:
    """Return the name of a data type's record schema in the OpenAPI document."""
    return f"{schema.data_type.title()}Record"


def _record(schema: RecordSchema) -> dict[str, Any]:
    key = ", ".join(schema.key)
    bounded = "".join(f" {one} x {other} is below 10^15." for one, other in schema.amounts)
    return {
        "title": schema_name(schema),
        "type": "object",
        "description": f"{schema.description} Key: {key}; version: {schema.version}.{bounded} "
        f"Money has at most {MONEY_PLACES} decimal places, a quantity {QUANTITY_PLACES}. Text is trimmed; blank text "
        "is absent; choices and currencies ignore case. "
        f"Unknown fields are stored, up to {LARGEST_ATTRIBUTES // 1024} KiB of JSON per record.",
        "properties": {each.name: _property(each) for each in schema.fields},
        "required": [each.name for each in schema.fields if each.required],
        "additionalProperties": True,
        **_signs(schema),
    }


def _signs(schema: RecordSchema) -> dict[str, Any]:
    """Return the rule that some amounts are at least 0 unless the quantity is negative."""
    signed = [each for each in schema.fields if each.sign_of is not None]
    if not signed:
        return {}
    (sign,) = {each.sign_of for each in signed}
    return {
        "if": {"properties": {sign: {"minimum": 0, "description": "The line is not a return."}}},
        "then": {"properties": {each.name: _property(replace(each, minimum=0)) for each in signed}},
    }


def _property(each: Field) -> dict[str, Any]:
    told = _value(each)
    if each.default_from:
        told["description"] = f"{each.description} Default: {each.default_from}.".strip()
    elif each.description:
        told["description"] = f"{each.description} {told.get('description', '')}".strip()
    if each.default is not None and each.kind is not Kind.CURRENCY:
        told["default"] = each.default
    return told


def _value(each: Field) -> dict[str, Any]:
    """Return the value schema of a field; an optional field also accepts null."""
    if each.kind is Kind.CURRENCY:
        return {"anyOf": [{"$ref": _REF.format(name=CURRENCY)}, {"type": "null"}]}
    if each.kind is Kind.MONEY:
        return {"anyOf": [*_money(each), *([] if each.required else [{"type": "null"}])], "examples": ["9.90"]}
    told = dict(_TYPES[each.kind])
    bounds = {"minimum": each.minimum, "maximum": each.maximum}
    told |= {name: bound for name, bound in bounds.items() if bound is not None}
    if each.choices:
        told["enum"] = [*each.choices]
    if not each.required:
        told["type"] = [told["type"], "null"]
        told |= {"enum": [*each.choices, None]} if each.choices else {}
    return told


def _money(each: Field) -> list[dict[str, Any]]:
    low = {"exclusiveMinimum": -MONEY_BOUND} if each.minimum is None else {"minimum": each.minimum}
    signs = "[+-]?" if each.minimum is None else "[+]?"
    return [
        {"type": "number", **low, "exclusiveMaximum": MONEY_BOUND},
        {"type": "string", "pattern": _MONEY_TEXT.replace("[+-]?", signs)},
    ]
