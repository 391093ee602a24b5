"""Finds fields that a mapping fills but that do not exist, cannot be filled that way, or are filled twice."""

from collections import Counter
from collections.abc import Iterator

from shared.records.schema import Kind, RecordSchema
from shared.sources.trial.sent import Fault, Path, Sent, entries, rules, unknown_field

_BY_FIELD = ("templates", "suffixes", "date_formats", "constants", "defaults", "values", "expressions")


def find_wrong_targets(schema: RecordSchema, mapping: Sent) -> Iterator[Fault]:
    """Yield the fields that the data type does not have, and formats of times for fields that are none."""
    times = [each.name for each in schema.fields if each.kind is Kind.TIMESTAMP]
    for path, field in _targets(mapping):
        if field not in schema.by_name:
            yield path, unknown_field(schema, field), field
        elif path[0] == "date_formats" and field not in times:
            yield path, f"must name a time of {schema.data_type}: {', '.join(times)}", field


def _targets(mapping: Sent) -> Iterator[tuple[Path, str]]:
    for name, field in entries(mapping, "columns", str):
        yield ("columns", name), field
    for table in _BY_FIELD:
        for field, _ in entries(mapping, table, object):
            yield (table, field), field
    for number, rule in rules(mapping, "allocate"):
        if isinstance(rule.get("to"), str):
            yield ("allocate", number, "to"), rule["to"]
    for number, rule in rules(mapping, "derive"):
        for table in ("template", "expressions"):
            for field, _ in entries(rule, table, object):
                yield ("derive", number, table, field), field


def find_duplicate_targets(_: RecordSchema, mapping: Sent) -> Iterator[Fault]:
    """Two columns must not fill one field, and a constant field must not be filled by anything else."""
    columns = entries(mapping, "columns", str)
    often = Counter(field for _, field in columns)
    constants = {field for field, _ in entries(mapping, "constants", object)}
    for name, field in columns:
        if often[field] > 1:
            yield ("columns", name), f"must not fill {field}, as another column does; use one column", field
        elif field in constants:
            yield ("columns", name), f"must not fill {field}: it is a constant", field
    for table in _BY_FIELD:
        for field, _ in entries(mapping, table, object):
            if field in constants and table != "constants":
                yield (table, field), f"has no effect: {field} is a constant", field
