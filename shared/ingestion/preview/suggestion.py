"""Suggests a mapping by the names and values of columns; what is not certain becomes a question."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.ingestion.preview.columns import Column
from shared.ingestion.preview.synonyms import folded, synonyms
from shared.ingestion.preview.written_values import epoch_of, numbers_of
from shared.mapping.paths import PARENT
from shared.records.schema import DataType, Kind
from shared.records.schemas import SCHEMAS

_LINE_TOTAL = "line_total"
_NUMBERS = {Kind.MONEY, Kind.QUANTITY, Kind.NUMBER, Kind.INTEGER}
_NOT_IN_COLUMNS = re.compile(r"\W+")


@dataclass
class Suggestion:
    """A mapping, as JSON, and the questions that it leaves open; `fit` is the share of required fields it fills."""

    data_type: DataType
    mapping: dict[str, Any] = field(default_factory=dict)
    questions: list[str] = field(default_factory=list)
    fit: float = 0


def suggest(columns: Sequence[Column], data_type: DataType | None) -> Suggestion:
    """Return the suggestion for a data type, or the best one over all data types."""
    types = [data_type] if data_type is not None else list(DataType)
    return max((_Suggesting(columns, each).run() for each in types), key=lambda found: found.fit)


class _Suggesting:
    """The work on one suggestion."""

    def __init__(self, columns: Sequence[Column], data_type: DataType) -> None:
        self.columns = [each for each in columns if not each.is_nested]
        self.schema = SCHEMAS[data_type]
        self.found = Suggestion(data_type)
        self.chosen = self._choose()

    def run(self) -> Suggestion:
        """Return the suggestion."""
        for name, column in self.chosen.items():
            self._take(name, column)
        self._compute_price()
        self._compose_key()
        required = [each.name for each in self.schema.fields if each.required]
        filled = [each for each in required if each in self._filled()]
        extra = len(self.chosen) / 1000  # of two types whose required fields fit alike, that with more fields in all
        self.found.fit = len(filled) / len(required) + extra
        missing = [each for each in required if each not in filled]
        if missing:
            self.found.questions.append(f"no column was found for {', '.join(missing)}, which must be filled")
        return self.found

    def _choose(self) -> dict[str, Column]:
        """Return a column for each field: that whose name comes first among the names of the field."""
        chosen: dict[str, Column] = {}
        taken = set[str]()
        fields = {each.name: [folded(each.name)] for each in self.schema.fields}
        fields |= {name: list(words) for name, words in synonyms().get(self.schema.data_type, {}).items()}
        for name, words in fields.items():
            ranked = [
                (words.index(folded(each.last_name)), number, each)
                for number, each in enumerate(self.columns)
                if folded(each.last_name) in words and each.name not in taken and each.values
            ]
            if ranked:
                chosen[name] = min(ranked)[2]
                taken.add(chosen[name].name)
        return chosen

    def _take(self, name: str, column: Column) -> None:
        source = self._source_name(column)
        known = self.schema.by_name.get(name)
        if known is not None and source != name:
            self.found.mapping.setdefault("columns", {})[source] = name
        if known is not None and known.kind is Kind.TIMESTAMP:
            self._take_times(name, column)
        elif known is None or known.kind in _NUMBERS:
            self._take_numbers(source, column)

    def _source_name(self, column: Column) -> str:
        if not column.is_path:
            return column.name
        plain = _NOT_IN_COLUMNS.sub("_", column.name.replace(PARENT, "parent")).strip("_")
        self.found.mapping.setdefault("records", {}).setdefault("fields", {})[plain] = column.name
        return plain

    def _take_times(self, name: str, column: Column) -> None:
        epoch = epoch_of(column.values)
        written = column.times()
        if epoch is not None:
            self.found.mapping.setdefault("date_formats", {})[name] = {"formats": [epoch]}
        elif written is None:
            self.found.questions.append(f"{column.name}: how is {column.values[0][:50]!r} written? Set `date_formats`")
        elif written.question:
            self.found.questions.append(f"{column.name}: {written.question}")
        elif written.formats:
            self.found.mapping.setdefault("date_formats", {})[name] = {"formats": list(written.formats)}
        if epoch is None and written is not None and not written.has_zone:
            self.found.questions.append(f"{column.name}: in which time zone are times without one? (now: UTC)")

    def _take_numbers(self, source: str, column: Column) -> None:
        written = column.numbers()
        if written is None:
            odd = next((each for each in column.values if numbers_of([each]) is None), column.values[0])
            self.found.questions.append(f"{column.name}: {odd[:50]!r} is not a number")
        elif written.question:
            self.found.questions.append(f"{column.name}: {written.question}")
        elif written.format:
            self.found.mapping.setdefault("numbers", {})[source] = written.format
        if written is None or not written.has_symbol or "currency" in self.chosen:
            return
        if len(written.currencies) == 1 and "currency" in self.schema.by_name:
            self.found.mapping.setdefault("constants", {})["currency"] = next(iter(written.currencies))
        elif "currency" in self.schema.by_name:
            self.found.questions.append(f"{column.name}: which currency is meant by its symbols?")

    def _compute_price(self) -> None:
        total, quantity = self.chosen.get(_LINE_TOTAL), self.chosen.get("quantity")
        if total is None:
            return
        if "unit_price" not in self.chosen and quantity is not None:
            division = f"`{self._source_name(total)}` / `{self._source_name(quantity)}`"
            self.found.mapping.setdefault("expressions", {})["unit_price"] = division
        else:
            self.found.mapping.get("numbers", {}).pop(total.name, None)

    def _compose_key(self) -> None:
        """Compose the id of a line of its order and product, or its position if that is not unique."""
        order, item = self.chosen.get("order_id"), self.chosen.get("product_id")
        if self.schema.data_type is not DataType.TRANSACTIONS or "transaction_id" in self.chosen or order is None:
            return
        orders = f"{{{self._source_name(order)}}}"
        template = f"{orders}-{{row}}"
        if len(set(order.values)) == len(order.values):
            template = orders
        elif item is not None and len(item.values) == len(order.values):
            pairs = set(zip(order.values, item.values, strict=True))
            template = f"{orders}-{{{self._source_name(item)}}}" if len(pairs) == len(order.values) else template
        self.found.mapping.setdefault("templates", {})["transaction_id"] = template

    def _filled(self) -> set[str]:
        mapping = self.found.mapping
        return {*self.chosen, *mapping.get("templates", {}), *mapping.get("expressions", {})} - {_LINE_TOTAL}
