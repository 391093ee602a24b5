"""Where the records are in a nested document, and which fields of it they take."""

from collections.abc import Callable
from functools import cached_property
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StrictBool, model_validator

from shared.mapping.paths import EACH, PARENT, Path, parse_path
from shared.runtime.models import Model

_MOST_PARENTS = 5
_MOST_ALTERNATIVES = 10
_LONGEST = 500


def _record_path(text: str) -> str:
    if parse_path(text).parents:
        raise ValueError(f"must start at the document, not at a parent ({PARENT})")
    return text


def _field_path(text: str) -> str:
    path = parse_path(text)
    if EACH in path.steps:
        raise ValueError("must lead to one value: use an index such as [0] instead of [*], or add values up in sums")
    return _sum_path(text)


def _sum_path(text: str) -> str:
    path = parse_path(text)
    if path.parents > _MOST_PARENTS:
        raise ValueError(f"must go up {_MOST_PARENTS} parents at most")
    return text


def _alternatives(check: Callable[[str], str]) -> Callable[[Any], Any]:
    """Return a validator of one path or several, which reports a mistake once and not for each of the two forms."""

    def validate(sent: Any) -> Any:
        paths = sent if isinstance(sent, list) else [sent]
        if not 1 <= len(paths) <= _MOST_ALTERNATIVES or not all(map(_is_path, paths)):
            raise ValueError(f"must be a path of 1 to {_LONGEST} characters, or a list of up to {_MOST_ALTERNATIVES}")
        for each in paths:
            check(each)
        return sent

    return validate


def _is_path(value: Any) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= _LONGEST


_Text = Annotated[str, Field(min_length=1, max_length=_LONGEST)]
_RecordPath = Annotated[_Text, AfterValidator(_record_path)]
_Paths = _Text | Annotated[list[_Text], Field(min_length=1, max_length=_MOST_ALTERNATIVES)]
_FieldPaths = Annotated[_Paths, BeforeValidator(_alternatives(_field_path))]
_SumPaths = Annotated[_Paths, BeforeValidator(_alternatives(_sum_path))]
_Name = Annotated[str, Field(min_length=1, max_length=200)]


class RecordPaths(Model):
    """Where records are in JSON or XML. A document with an order and its lines becomes one row for each line."""

    model_config = ConfigDict(extra="forbid")

    path: _RecordPath | None = Field(
        default=None,
        description="JSON: path to the records in each document, e.g. `orders[*].line_items[*]` (a document is an "
        "element of the outermost array, a line, or a record that is sent). XML: names of elements, the last of which "
        "is the record, e.g. `order/items/item`. Without a path, each document or element is a record.",
    )
    also: list[_RecordPath] = Field(
        default_factory=list,
        max_length=10,
        description="JSON: paths to further records of the same documents, which these may lack, e.g. "
        "`refunds[*].refund_line_items[*]` beside `line_items[*]`.",
    )
    or_document: StrictBool = Field(
        default=False, description="JSON: whether a document that has no records at the paths is a record itself."
    )
    fields: dict[_Name, _FieldPaths] = Field(
        default_factory=dict,
        max_length=200,
        description="Source column → path in the record (`properties.product_id`, `lines[0].price`, "
        "`price/@currency`); `^` at the start is the object around the record, `^^` the one around that, "
        "e.g. `^.currency`. Of several paths the first with a value counts.",
    )
    sums: dict[_Name, _SumPaths] = Field(
        default_factory=dict,
        max_length=200,
        description="Source column → path whose numbers are added up, e.g. `tax_lines[*].price`. Of several paths the "
        "first with a number counts.",
    )

    @model_validator(mode="after")
    def _has_parents(self) -> Self:
        tables = (("fields", self.field_paths), ("sums", self.sum_paths))
        upwards = [
            f"{table}.{name}"
            for table, columns in tables
            for name, paths in columns.items()
            if any(path.parents for path in paths)
        ]
        if upwards and self.path is None:
            raise ValueError(f"{upwards[0]} needs a parent, but without `path` records have none")
        if self.path is None and (self.also or self.or_document):
            raise ValueError("also and or_document need a `path`")
        if self.is_forked and any(path.is_xml for path in self.record_paths):
            raise ValueError("also and or_document are for JSON, not for paths with /")
        return self

    @property
    def is_forked(self) -> bool:
        """Whether there is more than one place where a document's records can be."""
        return bool(self.also) or self.or_document

    @cached_property
    def record_paths(self) -> tuple[Path, ...]:
        """The parsed paths to records, the main one first."""
        return tuple(map(parse_path, [*([self.path] if self.path else []), *self.also]))

    @cached_property
    def record_path(self) -> Path | None:
        """The parsed path to the records."""
        return None if self.path is None else parse_path(self.path)

    @cached_property
    def field_paths(self) -> dict[str, tuple[Path, ...]]:
        """The parsed paths of the columns."""
        return {name: _parsed(text) for name, text in self.fields.items()}

    @cached_property
    def sum_paths(self) -> dict[str, tuple[Path, ...]]:
        """The parsed paths of the columns that are sums."""
        return {name: _parsed(text) for name, text in self.sums.items()}

    @cached_property
    def paths_taken(self) -> tuple[tuple[str, Path], ...]:
        """Each column with each of its paths."""
        every = (*self.field_paths.items(), *self.sum_paths.items())
        return tuple((name, path) for name, paths in every for path in paths)


def _parsed(text: str | list[str]) -> tuple[Path, ...]:
    return tuple(map(parse_path, [text] if isinstance(text, str) else text))
