"""The mapping of a source's records to the data model, as part of the source's configuration.

Mapping has no side effects: the records that a row becomes depend on the mapping, on the row, and if the mapping names
groups on the other rows of its group.
"""

import math
import re
from collections.abc import Callable
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic.config import JsonDict

from shared.mapping.computed import Computation, columns_read, needs_group, parse_computation
from shared.mapping.derived import DerivedRecord
from shared.mapping.expressions import parse, parse_condition
from shared.mapping.file_shape import FileShape
from shared.mapping.groups import Allocation, FillDown
from shared.mapping.number_format import NumberFormat
from shared.mapping.record_paths import RecordPaths
from shared.mapping.written_times import WrittenTimes, zone_name
from shared.records.schema import DataType
from shared.records.validation import Form
from shared.records.value_schemas import LARGEST_INTEGER
from shared.runtime.models import Model, Optional

ROW = "row"
"""In a template, the position of the record in the received data, as in error messages."""

LONGEST_FILLED = 2_000
"""Maximum length of a filled template in characters, so that a repeated long value cannot exhaust memory."""

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_LONGEST_CONSTANT = 500
MOST_NAMES = 200
MOST_WORDS = 1_000
"""Maximum number of entries of a field's vocabulary; all configurations together have a maximum size, too."""
MOST_NULLS = 100
"""Maximum number of words that mean absent."""
EVERY_OTHER = "*"
"""In `drop`, all columns that the mapping does not name."""

EXAMPLE: JsonDict = {
    "columns": {"InvoiceNo": "order_id", "StockCode": "product_id", "InvoiceDate": "timestamp"},
    "templates": {"transaction_id": "{InvoiceNo}-{row}"},
    "constants": {"currency": "GBP"},
    "date_formats": {"timestamp": {"formats": ["%d/%m/%Y %H:%M"], "timezone": "Europe/London"}},
}


def _template(text: str) -> str:
    if not _PLACEHOLDER.search(text):
        raise ValueError(
            "must name at least one column in braces, e.g. {InvoiceNo}-{row}; use constants for a fixed value"
        )
    return text


def _constant(value: Any) -> Any:
    if not isinstance(value, str | bool | int | float) or (isinstance(value, str) and len(value) > _LONGEST_CONSTANT):
        raise ValueError(f"must be text of at most {_LONGEST_CONSTANT} characters, a number, true or false")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("must be a finite number")
    if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        raise ValueError("must be within 64 bits")
    return value


def _few_words(nulls: list[str] | dict[str, list[str]]) -> list[str] | dict[str, list[str]]:
    lists = [nulls] if isinstance(nulls, list) else nulls.values()
    if sum(map(len, lists)) > MOST_NULLS:
        raise ValueError(f"must have at most {MOST_NULLS} words")
    return nulls


def _computation(text: str) -> str:
    parse_computation(text)
    return text


def folded(word: str) -> str:
    """Return a word of a vocabulary without what does not matter: case, and surrounding white space."""
    return word.strip().casefold()


def _with_one_meaning(vocabulary: dict[str, str]) -> dict[str, str]:
    meanings: dict[str, str] = {}
    for word, meaning in vocabulary.items():
        if meanings.setdefault(folded(word), meaning) != meaning:
            raise ValueError(f"must have one meaning of {word!r}, whatever its case")
    return vocabulary


Name = Annotated[str, Field(min_length=1, max_length=200)]
Word = Annotated[str, Field(max_length=500)]
Vocabulary = Annotated[dict[Word, Word], Field(max_length=MOST_WORDS), AfterValidator(_with_one_meaning)]
Constant = Annotated[
    str | bool | int | float,
    BeforeValidator(_constant),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "maxLength": _LONGEST_CONSTANT}, {"type": "boolean"}, {"type": "number"}]}
    ),
]
ComputationText = Annotated[str, Field(max_length=500), AfterValidator(_computation)]
ExpressionText = Annotated[str, Field(max_length=500), AfterValidator(lambda text: parse(text).text)]
Template = Annotated[str, Field(max_length=500), AfterValidator(_template)]


class SourceMapping(Model):
    """Mapping of a source's columns to the fields of a data type.

    A null or blank value counts as absent. Columns not listed here keep their names.
    """

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [EXAMPLE]})

    columns: dict[Name, Name] = Field(default_factory=dict, max_length=MOST_NAMES, description="Source column → field.")
    templates: dict[Name, Template] = Field(
        default_factory=dict,
        max_length=MOST_NAMES,
        description="Field → text with source columns in braces. `{row}` is the record's 0-based position in "
        "its batch, or its line or record number in its file. If one of the columns is absent, the field is absent. "
        f"A row for which a template gives more than {LONGEST_FILLED} characters goes to quarantine.",
    )
    suffixes: dict[Name, Name] = Field(
        default_factory=dict, max_length=MOST_NAMES, description="Field → suffix to remove, e.g. `.0`."
    )
    date_formats: dict[Name, WrittenTimes] = Field(
        default_factory=dict, max_length=MOST_NAMES, description="Field → time formats that the source uses in it."
    )
    constants: dict[Name, Constant] = Field(
        default_factory=dict, max_length=MOST_NAMES, description="Field → value in every record."
    )
    defaults: dict[Name, Constant] = Field(
        default_factory=dict, max_length=MOST_NAMES, description="Field → value if the record has none."
    )
    drop: list[Name] = Field(
        default_factory=list,
        max_length=MOST_NAMES,
        description="Source columns to drop; `*` for all that the mapping does not name and that are not fields.",
    )
    preset: Optional[Name] = Field(
        default=None, description="Known export to start from; everything given beside it overrides it."
    )
    values: dict[Name, Vocabulary] = Field(
        default_factory=dict,
        max_length=MOST_NAMES,
        description="Field → word of the source → value; `*` for all other words. Words ignore case. An absent value "
        "remains absent.",
    )
    nulls: Annotated[list[Word] | dict[Name, list[Word]], AfterValidator(_few_words)] = Field(
        default_factory=list,
        description=f"Words that mean absent: for all source columns, or by column; at most {MOST_NULLS}. By default, "
        "for CSV and XML only: `NULL` and `\\N`, and except in free text `NaN`, `nan`, `None`, `#N/A`.",
    )
    numbers: dict[Name, NumberFormat] = Field(
        default_factory=dict,
        max_length=MOST_NAMES,
        description="Source column or field → how its numbers are written; `*` for all.",
    )
    expressions: dict[Name, ExpressionText] = Field(
        default_factory=dict,
        max_length=MOST_NAMES,
        description="Field → arithmetic over source columns, e.g. `line_total / quantity`.",
    )
    computed: dict[Name, ComputationText] = Field(
        default_factory=dict,
        max_length=MOST_NAMES,
        description="Column → arithmetic over source columns and the computed columns before it, `total(column)` (its "
        "sum over the group) or `line()` (the position of the row in its group, from 1). Templates, expressions, "
        "allocations and conditions read computed columns like source columns; they are not stored.",
    )
    fill_down: Optional[FillDown] = Field(default=None, description="Blank cells to fill from their group's first row.")
    allocate: list[Allocation] = Field(
        default_factory=list, max_length=20, description="Amounts of groups to share over their records."
    )
    derive: list[DerivedRecord] = Field(
        default_factory=list, max_length=20, description="Further records that a row implies."
    )
    records: Optional[RecordPaths] = Field(default=None, description="Where records are in nested documents.")
    file: Optional[FileShape] = Field(default=None, description="How files are written.")
    timezone: Optional[Annotated[str, AfterValidator(zone_name)]] = Field(
        default=None, max_length=64, description="IANA time zone of times without one (default: that of the source)."
    )

    @model_validator(mode="after")
    def _has_one_grouping(self) -> Self:
        if len(self.group_columns) > 1:
            raise ValueError(f"fill_down and allocate must be within one column, not {', '.join(self.group_columns)}")
        if not self.group_columns and any(map(needs_group, self.computations.values())):
            raise ValueError("total() and line() need groups of rows: name their column in fill_down or allocate")
        return self

    @model_validator(mode="after")
    def _names_minor_units(self) -> Self:
        if EVERY_OTHER in self.numbers and self.numbers[EVERY_OTHER].minor_units:
            raise ValueError("numbers must name the columns in minor_units: not every number is an amount")
        return self

    @cached_property
    def computations(self) -> dict[str, Computation]:
        """The parsed computations of columns."""
        return {name: parse_computation(text) for name, text in self.computed.items()}

    @cached_property
    def group_columns(self) -> tuple[str, ...]:
        """The source column that tells groups of rows apart, as in a tuple of at most one; parts never cut a group."""
        named = [*([self.fill_down.within] if self.fill_down else []), *(each.within for each in self.allocate)]
        return tuple(dict.fromkeys(named))

    @property
    def group_column(self) -> str | None:
        """The source column that tells groups of rows apart; None if rows are independent of each other."""
        return next(iter(self.group_columns), None)

    @property
    def nested(self) -> RecordPaths | None:
        """Where the records are in documents; None if each document is one."""
        return self.records if self.records is not None and self.records.path is not None else None

    @cached_property
    def targets(self) -> frozenset[str]:
        """The fields that the mapping fills."""
        tables = (self.templates, self.expressions, self.constants, self.defaults)
        shares = (each.to for each in self.allocate)
        return frozenset({*self.columns.values(), *(name for table in tables for name in table), *shares})

    @cached_property
    def computed_from(self) -> frozenset[str]:
        """The source columns that are read as numbers by expressions, conditions and allocations."""
        expressions = [
            *self.expressions.values(),
            *(text for each in self.derive for text in each.expressions.values()),
        ]
        conditions = [parse_condition(each.when) for each in self.derive]
        named = {name for each in (*map(parse, expressions), *conditions) for name in each.columns}
        named |= {name for each in self.computations.values() for name in columns_read(each)}
        return frozenset(named | {name for each in self.allocate for name in (each.column, each.by)})

    @cached_property
    def source_columns(self) -> frozenset[str]:
        """All source columns that the mapping reads."""
        templates = [*self.templates.values(), *(text for each in self.derive for text in each.template.values())]
        filled = self.fill_down.columns if self.fill_down else ()
        of_templates = {name for template in templates for name in columns_of_template(template)}
        return frozenset({*self.columns, *self.computed_from, *of_templates, *self.group_columns, *filled})

    @cached_property
    def _columns_by_field(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for column, field in self.columns.items():
            found.setdefault(field, []).append(column)
        return found

    def columns_of(self, field: str) -> list[str]:
        """Return the source columns that fill a field, in order of precedence; its own name is the last."""
        own = [] if field in self.columns or field in self.drop else [field]
        return [*reversed(self._columns_by_field.get(field, [])), *own]


MappingOf = Callable[[str, DataType], SourceMapping | None]
"""Returns the mapping of a source's records of a type; None if they already have the fields of the data model."""


def in_form(value: Any, form: Form) -> Any:
    """Return a constant as a value in a form."""
    return value if form is Form.TYPED else _as_text(value)


def parts_of(template: str) -> list[tuple[str, str | None]]:
    """Return a template as pairs of fixed text and the column after it (None after the last)."""
    pieces = _PLACEHOLDER.split(template)
    return [(text, column) for text, column in zip(pieces[::2], [*pieces[1::2], None], strict=True)]


def columns_of_template(template: str) -> set[str]:
    """Return the source columns that a template names."""
    return set(_PLACEHOLDER.findall(template))


def _as_text(value: str | float) -> str:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(int(value)) if value == int(value) else format(Decimal(repr(value)), "f")
