"""SQL as a value: a template with named parts becomes a text with a `?` for every text of a caller, and these in order.

A template is a literal of this project's source. `:name` is a value: one of the platform becomes a literal of its type,
a text a parameter, which Athena takes in `WHERE` alone. `{name}` is a fragment, itself made of a template. So no text
of a caller can reach the SQL.

A table that is read at a snapshot is named by `table`. The statement remembers where, and `pinned` adds the snapshots;
its text without them is the same at every snapshot, so that results are cached by it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from textwrap import dedent
from typing import LiteralString, NamedTuple

from shared.athena.literals import OwnValue, literal, quoted

_PART = re.compile(r"\{(?P<fragment>\w+)\}|(?<![:\w]):(?P<value>[a-z]\w*)")
_LOCATION = re.compile(r"s3://[a-z0-9.-]+/([A-Za-z0-9_.-]+/)+", re.ASCII)
_IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]*", re.IGNORECASE)


_UNLOAD = """
    UNLOAD (
        {query}
    ) TO {location} WITH (format = :format, compression = :compression, partitioned_by = ARRAY[{column}])
"""


class TableName(NamedTuple):
    """The name of a table in the text of a statement: the position at which it ends, and the name."""

    end: int
    name: str


@dataclass(frozen=True)
class Statement:
    """SQL in Athena's dialect, whole or a fragment, with a `?` for every text of a caller, and these in their order.

    `named` has the tables that can be pinned, each time that the text names one, in its order.
    """

    text: str
    values: tuple[str, ...] = ()
    named: tuple[TableName, ...] = ()

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that can be pinned, each once."""
        return tuple(dict.fromkeys(each.name for each in self.named))


class UnloadFormat(StrEnum):
    """The formats in which rows are written."""

    JSON = "JSON"
    PARQUET = "PARQUET"


class _Codec(StrEnum):
    GZIP = "GZIP"
    SNAPPY = "SNAPPY"


_COMPRESSION: Mapping[UnloadFormat, _Codec] = {UnloadFormat.JSON: _Codec.GZIP, UnloadFormat.PARQUET: _Codec.SNAPPY}

Part = Statement | OwnValue | str | Sequence[OwnValue | str]

EMPTY = Statement("")
"""A fragment for an optional part that is absent."""


def sql(template: LiteralString, /, **parts: Part) -> Statement:
    """Fill a template.

    Args:
        template: SQL with `{name}` for fragments and `:name` for values; a name may occur several times.
        parts: what the names mean; several values become a list with commas.

    Raises:
        TypeError: a fragment is given where the template has a value, or the other way round.
        ValueError: the template has a `?`, or its names are not those that are given.
    """
    pieces = _parse(template)
    names = {piece.name for piece in pieces if isinstance(piece, _Name)}
    if names != parts.keys():
        raise ValueError(f"parts without a value or a place: {sorted(names ^ parts.keys())}")
    return _concatenate(piece if isinstance(piece, Statement) else _fill(piece, parts) for piece in pieces)


def join(separator: LiteralString, statements: Iterable[Statement]) -> Statement:
    """Write fragments one after the other, with a text between them."""
    fragments = list(statements)
    named: list[TableName] = []
    length = 0
    for each in fragments:
        named += [TableName(length + end, name) for end, name in each.named]
        length += len(each.text) + len(separator)
    return Statement(
        separator.join(each.text for each in fragments),
        tuple(value for each in fragments for value in each.values),
        tuple(named),
    )


def union_all(selects: Iterable[Statement]) -> Statement:
    """Put the rows of several selects together."""
    return join("\nUNION ALL\n", selects)


def identifier(name: str) -> Statement:
    """Use the name of a column or table as a fragment.

    Raises:
        ValueError: it is not made of letters, digits and underscores alone.
    """
    if not _IDENTIFIER.fullmatch(name):
        raise ValueError("not an identifier")
    return Statement(str(name))


def table(name: str) -> Statement:
    """Use the name of a table as a fragment after FROM, to be read at the snapshot that `pinned` adds.

    Raises:
        ValueError: it is not made of letters, digits and underscores alone.
    """
    fragment = identifier(name)
    return Statement(fragment.text, named=(TableName(len(fragment.text), name),))


def unload(query: Statement, location: str, *, by: str, file_format: UnloadFormat = UnloadFormat.JSON) -> Statement:
    """Write the rows of a query as compressed files below a location that has no objects yet; JSON is one on a line.

    The value of the last column, `by`, is in the keys of the objects (`slice=3/…`) instead of the rows.

    Raises:
        ValueError: the location is not a bucket and a folder in it, or `by` is not an identifier.
    """
    if not _LOCATION.fullmatch(location):
        raise ValueError("not a location")
    column = Statement(quoted(identifier(by).text))
    return sql(
        _UNLOAD,
        query=query,
        location=Statement(quoted(location)),
        column=column,
        format=file_format,
        compression=_COMPRESSION[file_format],
    )


def pinned(statement: Statement, snapshots: Mapping[str, int]) -> Statement:
    """Read each table at its snapshot; tables without one, which are empty, stay as they are."""
    pieces: list[str] = []
    reached = 0
    for end, name in statement.named:
        if name in snapshots:
            pieces += [statement.text[reached:end], f" FOR VERSION AS OF {snapshots[name]:d}"]
            reached = end
    return Statement("".join([*pieces, statement.text[reached:]]), statement.values)


@dataclass(frozen=True)
class _Name:
    name: str
    is_fragment: bool


@cache
def _parse(template: str) -> tuple[Statement | _Name, ...]:
    """Split a template into its text and its names; templates are literals, so there are only so many to keep."""
    if "?" in template:
        raise ValueError("values in a template have names")
    return tuple(_pieces(dedent(template).strip("\n")))


def _pieces(template: str) -> Iterator[Statement | _Name]:
    reached = 0
    for found in _PART.finditer(template):
        yield Statement(template[reached : found.start()])
        yield _Name(found["fragment"] or found["value"], is_fragment=found["fragment"] is not None)
        reached = found.end()
    yield Statement(template[reached:].rstrip())


def _fill(name: _Name, parts: Mapping[str, Part]) -> Statement:
    part = parts[name.name]
    if name.is_fragment != isinstance(part, Statement):
        raise TypeError(f"{name.name} is {'a fragment' if name.is_fragment else 'a value'} in the template")
    if isinstance(part, Statement):
        return part
    if isinstance(part, Sequence) and not isinstance(part, str):
        return join(", ", map(_value, part))
    return _value(part)


def _value(value: OwnValue | str) -> Statement:
    """Write a value of the platform as a literal, and a text of a caller as a parameter."""
    if isinstance(value, str) and not isinstance(value, StrEnum):
        return Statement("?", (value,))
    return Statement(literal(value))


def _concatenate(pieces: Iterable[Statement]) -> Statement:
    return join("", pieces)
