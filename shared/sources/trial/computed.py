"""Finds computed columns that read themselves or later ones, which are not computed yet."""

from collections.abc import Iterator

from shared.mapping.computed import columns_read, parse_computation
from shared.mapping.expression_tree import InvalidExpression
from shared.records.schema import RecordSchema
from shared.sources.trial.sent import Fault, Sent, entries


def find_wrong_order(_: RecordSchema, mapping: Sent) -> Iterator[Fault]:
    """Yield the computed columns that cannot be computed in their order; so none depend on each other in a circle."""
    found = entries(mapping, "computed", str)
    names = [name for name, _ in found]
    for number, (name, text) in enumerate(found):
        later = sorted(_columns_of(text) & set(names[number:]))
        if later:
            yield ("computed", name), f"must not read {', '.join(later)}: only columns computed before it", text


def _columns_of(text: str) -> frozenset[str]:
    try:
        return columns_read(parse_computation(text))
    except InvalidExpression:
        return frozenset()
