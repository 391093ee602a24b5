"""Fields of the data model, one column each, made of source columns."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.mapping import decimals
from shared.lake.mapping.decimals import decimal_column, plain_texts
from shared.lake.mapping.expressions import evaluate
from shared.lake.mapping.faults import Faults
from shared.lake.mapping.source_numbers import EVERY, NUMERIC, read_numbers
from shared.lake.mapping.templates import filled, without_suffix
from shared.lake.mapping.times import utc_times
from shared.lake.mapping.vocabulary import translate
from shared.lake.parquet.columns import arrow_type
from shared.mapping.expressions import parse, parse_condition
from shared.mapping.model import in_form
from shared.records.schema import Kind, RecordSchema
from shared.records.validation import Form

if TYPE_CHECKING:
    from shared.mapping.model import SourceMapping

UTC = "UTC"


@dataclass(frozen=True)
class FieldColumns:
    """Makes the columns of fields for some rows.

    Fields are independent of each other, so each is made on its own: the value of its column, or its own name; over it
    what its template gives; over both what its expression gives; then suffix, time, vocabulary, constant and default.
    Constants and defaults come after the vocabulary, because they are words of the data model already.

    `texts` are the source columns as written, `plain` those with plain numbers, `places` the positions of the rows.
    """

    mapping: "SourceMapping"
    schema: RecordSchema
    texts: Mapping[str, pa.StringArray]
    plain: Mapping[str, pa.StringArray]
    places: pa.StringArray
    faults: Faults

    @property
    def size(self) -> int:
        """The number of rows."""
        return len(self.places)

    def take(self, rows: pa.Int64Array, faults: Faults) -> "FieldColumns":
        """Return the same for some of the rows."""
        texts = {name: values.take(rows) for name, values in self.texts.items()}
        plain = {name: values.take(rows) for name, values in self.plain.items()}
        return FieldColumns(self.mapping, self.schema, texts, plain, self.places.take(rows), faults)

    def every_field(self) -> dict[str, pa.StringArray]:
        """Return the columns of all fields that any row may have."""
        names = {*self.schema.by_name, *self.mapping.targets}
        found = {name: self.field(name) for name in names}
        return {name: values for name, values in found.items() if values is not None}

    def field(self, name: str) -> pa.StringArray | None:
        """Return the column of a field; None if nothing fills it."""
        constant = self.mapping.constants.get(name)
        if constant is not None:
            return self._repeated(constant)
        values = self._given(name)
        values = None if values is None else self.finished(name, values)
        default = self.mapping.defaults.get(name)
        if default is None:
            return values
        repeated = self._repeated(default)
        return repeated if values is None else pc.coalesce(values, repeated)

    def _given(self, name: str) -> pa.StringArray | None:
        found = [self.plain[column] for column in self.mapping.columns_of(name) if column in self.plain]
        if name in self.mapping.templates:
            found.insert(0, self.from_template(name, self.mapping.templates[name]))
        if name in self.mapping.expressions:
            found.insert(0, self.from_expression(name, self.mapping.expressions[name]))
        return pc.coalesce(*found) if found else None

    def currencies(self) -> pa.StringArray:
        """Return the currency of each row."""
        found = replace(self, faults=Faults()).field("currency")
        return pa.nulls(self.size, pa.string()) if found is None else found

    def finished(self, name: str, values: pa.StringArray) -> pa.StringArray:
        """Remove the suffix of a field's values, convert its times to UTC, and translate its words."""
        mapping, faults = self.mapping, self.faults
        if name in mapping.suffixes:
            values = without_suffix(values, mapping.suffixes[name])
        if self._kind(name) is Kind.TIMESTAMP or name in mapping.date_formats:
            written, zone = mapping.date_formats.get(name), mapping.timezone or UTC
            if written is not None or zone != UTC:
                values = faults.values_of(name, "timestamp", utc_times(values, written, zone), values)
        if name in mapping.values:
            values = faults.values_of(name, "vocabulary", translate(values, mapping.values[name]), values)
        return values

    def from_template(self, name: str, template: str) -> pa.StringArray:
        """Return the texts that a template gives."""
        return self.faults.values_of(name, "template", filled(template, self.texts, self.places))

    def number_from_template(self, name: str, template: str) -> pa.StringArray:
        """Return what a template gives; for a numeric field, read as the source writes numbers."""
        values = self.from_template(name, template)
        written = self.mapping.numbers.get(name) or self.mapping.numbers.get(EVERY)
        if written is None or self._kind(name) not in NUMERIC:
            return values
        return self.faults.values_of(name, "number", read_numbers(values, written, self.currencies()), values)

    def from_expression(self, name: str, expression: str) -> pa.StringArray:
        """Return the numbers that an expression gives, rounded half-even to the places that the field stores."""
        computed = evaluate(parse(expression), self.plain, self.size)
        return self._rounded(name, self.faults.values_of(name, "expression", computed))

    def condition(self, name: str, condition: str) -> pa.BooleanArray:
        """Return for which rows a condition is true; where a column is absent or faulty it is not."""
        computed = evaluate(parse_condition(condition), self.plain, self.size)
        return pc.fill_null(self.faults.values_of(name, "expression", computed), fill_value=False)

    def _rounded(self, name: str, values: pa.StringArray) -> pa.StringArray:
        stored = arrow_type(self.schema.by_name[name]) if name in self.schema.by_name else None
        if stored is None or not pa.types.is_decimal(stored):
            return values
        finer = pc.match_substring_regex(values, rf"\.\d{{{stored.scale + 1}}}")
        if not pc.any(finer).as_py():
            return values
        return rounded(values, stored.scale)

    def exact(self, name: str) -> pa.StringArray | None:
        """Return the numbers that the expression of a field gives, before they are rounded; None without one."""
        expression = self.mapping.expressions.get(name)
        return None if expression is None else evaluate(parse(expression), self.plain, self.size).values

    def _kind(self, name: str) -> Kind | None:
        return self.schema.by_name[name].kind if name in self.schema.by_name else None

    def _repeated(self, value: object) -> pa.StringArray:
        return pa.repeat(pa.scalar(in_form(value, Form.TEXT) or None, pa.string()), self.size)


def rounded(values: pa.StringArray, places: int) -> pa.StringArray:
    """Round plain decimals half-even; those with more digits than Arrow's decimals remain as they are."""
    try:
        return plain_texts(decimals.rounded(decimal_column(values), places))
    except decimals.TooWide:
        return values
