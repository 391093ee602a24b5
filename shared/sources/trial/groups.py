"""Finds allocations and derived records that no row could have."""

from collections.abc import Iterator

from shared.mapping.groups import LINE_AMOUNT
from shared.mapping.model import columns_of_template
from shared.records.schema import Kind, RecordSchema
from shared.sources.trial.sent import Fault, Sent, entries, rules, unknown_field

_FACTORS = ("quantity", "unit_price")


def find_wrong_allocations(schema: RecordSchema, mapping: Sent) -> Iterator[Fault]:
    """Yield allocations to fields that are no amounts, or by an amount that the data type does not have."""
    money = [each.name for each in schema.fields if each.kind is Kind.MONEY]
    has_amount = LINE_AMOUNT in schema.by_name or all(name in schema.by_name for name in _FACTORS)
    for number, rule in rules(mapping, "allocate"):
        to, by = rule.get("to"), rule.get("by", LINE_AMOUNT)
        if isinstance(to, str) and to in schema.by_name and to not in money:
            yield ("allocate", number, "to"), f"must be an amount of money: {', '.join(money) or 'there is none'}", to
        if by == LINE_AMOUNT and not has_amount:
            yield ("allocate", number, "by"), f"must be given, because {schema.data_type} have no line amount", by


def find_wrong_derivations(schema: RecordSchema, mapping: Sent) -> Iterator[Fault]:
    """Yield derived records without a key of their own, or without a required field."""
    key = schema.key[0] if len(schema.key) == 1 else " or ".join(schema.key)
    for number, rule in rules(mapping, "derive"):
        templates, expressions = (dict(entries(rule, table, str)) for table in ("template", "expressions"))
        path = ("derive", number, "template")
        if isinstance(rule.get("template"), dict) and not {*templates, *expressions} & set(schema.key):
            yield path, f"must set {key}: a derived record has a key of its own", rule["template"]
        if len(schema.key) == 1 and key in templates:
            if not columns_of_template(templates[key]):
                yield (*path, key), "must name a column in braces, or all derived records had one key", templates[key]
            elif dict(entries(mapping, "templates", str)).get(key) == templates[key]:
                yield (*path, key), "must differ from the template of the row's own record", templates[key]
        omitted = rule.get("omit")
        for place, name in enumerate(omitted if isinstance(omitted, list) else ()):
            if not isinstance(name, str):
                continue
            if name not in schema.by_name:
                yield ("derive", number, "omit", place), unknown_field(schema, name), name
            elif schema.by_name[name].required and name not in {*templates, *expressions}:
                yield ("derive", number, "omit", place), "is required; give it another value instead", name
