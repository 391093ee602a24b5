"""Athena's names for result types and its text for values, the latter as SQL so that DuckDB does the work."""

from typing import Any

import duckdb

from infra.local.athena.exact_numbers import exact, is_decimal
from infra.local.athena.partitions import name, text
from infra.local.athena.tables import has_microseconds
from infra.local.athena.translation import Output

MICROSECOND_DIGITS = 6
Type = duckdb.sqltypes.DuckDBPyType
NAMES = {
    "boolean": ("boolean", 0), "tinyint": ("tinyint", 3), "smallint": ("smallint", 5), "integer": ("integer", 10),
    "bigint": ("bigint", 19), "hugeint": ("bigint", 19), "ubigint": ("bigint", 19), "uinteger": ("bigint", 19),
    "float": ("float", 17), "double": ("double", 17), "varchar": ("varchar", 2_147_483_647), "date": ("date", 0),
    "timestamp": ("timestamp", 3), "timestamp with time zone": ("timestamp with time zone", 3), "time": ("time", 3),
    "blob": ("varbinary", 1_073_741_824), "list": ("array", 0), "map": ("map", 0), "struct": ("row", 0),
    "interval": ("interval day to second", 0), "null": ("unknown", 0), "uuid": ("uuid", 0),
}  # fmt: skip
WHOLE = {"hugeint", "ubigint", "uinteger"}


def column_info(output: Output, found: Type) -> dict[str, Any]:
    """Describe a result column as ResultSetMetadata does."""
    kind, precision, scale = _type_metadata(found)
    number = exact(output.data_type)
    if kind == "decimal" and number and is_decimal(output.data_type):
        precision, scale = number
    if has_microseconds(output.data_type):
        precision, scale = MICROSECOND_DIGITS, MICROSECOND_DIGITS
    return {
        "CatalogName": "hive", "SchemaName": "", "TableName": "", "Name": output.label, "Label": output.label,
        "Type": kind, "Precision": precision, "Scale": scale, "Nullable": "UNKNOWN", "CaseSensitive": kind == "varchar",
    }  # fmt: skip


def render(sql: str, types: list[Type], outputs: tuple[Output, ...]) -> str:
    """Wrap a query so that every value comes as Athena's text and NULL as NULL."""
    places = [f"c{place}" for place in range(len(types))]
    values = [_column(*each) for each in zip(places, types, outputs, strict=True)]
    return f"SELECT {', '.join(values)} FROM ({sql}) AS result({', '.join(places)})"  # noqa: S608 printed by the translation


def _column(place: str, found: Type, output: Output) -> str:
    if output.zone:
        zone = text(output.zone)
        return f"timestamp_text(timezone({zone}, {place})) || ' ' || {zone}"
    if has_microseconds(output.data_type):
        return f"microseconds_text({place})"
    return value_text(place, found)


def value_text(value: str, found: Type) -> str:
    """Write the SQL that turns a value of a type into Athena's text."""
    kind = found.id
    makers = {"list": _list, "map": _map, "struct": _row}
    if kind in makers:
        return makers[kind](value, found)
    macros = {"timestamp": "timestamp_text", "timestamp with time zone": "instant_text", "double": "double_text"}
    if kind in macros:
        return f"{macros[kind]}({value})"
    if kind == "float":
        return f"double_text(CAST(CAST({value} AS VARCHAR) AS DOUBLE))"
    if kind == "blob":
        return f"trim(regexp_replace(lower(hex({value})), '(..)', '\\1 ', 'g'))"
    return f"CAST({value} AS VARCHAR)"


def to_stored_type(sql: str, names: list[str], types: list[Type]) -> str:
    """Wrap a query whose rows are stored as Parquet: names in lower case and no type that Hive lacks."""
    places = [f"c{place}" for place in range(len(types))]
    columns = [
        f"CAST({place} AS BIGINT) AS {name(label)}" if found.id in WHOLE else f"{place} AS {name(label)}"
        for place, label, found in zip(places, names, types, strict=True)
    ]
    return f"SELECT {', '.join(columns)} FROM ({sql}) AS result({', '.join(places)})"  # noqa: S608 printed by the translation


def hive_type(found: Type) -> str:
    """Name a result type as Glue does, for a table made from a query."""
    kind = found.id
    if kind == "decimal":
        _, precision, scale = _type_metadata(found)
        return f"decimal({precision},{scale})"
    if kind == "list":
        return f"array<{hive_type(_inner_types(found)[0][1])}>"
    if kind == "map":
        return "map<{}>".format(",".join(hive_type(child) for _, child in _inner_types(found)))
    if kind == "struct":
        return "struct<{}>".format(",".join(f"{field}:{hive_type(child)}" for field, child in _inner_types(found)))
    special = {"varchar": "string", "integer": "int", "blob": "binary", "timestamp with time zone": "timestamp"}
    return special.get(kind, _type_metadata(found)[0])


def _type_metadata(found: Type) -> tuple[str, int, int]:
    if found.id == "decimal":
        sizes = dict(found.children)
        return "decimal", int(str(sizes["precision"])), int(str(sizes["scale"]))
    if str(found) == "JSON":
        return "json", 0, 0
    kind, precision = NAMES.get(found.id, (found.id, 0))
    return kind, precision, 3 if kind.startswith("time") else 0


def _list(value: str, found: Type) -> str:
    element = _render_nested("e", _inner_types(found)[0][1])
    return f"'[' || array_to_string(list_transform({value}, lambda e: {element}), ', ') || ']'"


def _map(value: str, found: Type) -> str:
    key, content = (
        _render_nested(f"e.{field}", child)
        for field, (_, child) in zip(("key", "value"), _inner_types(found), strict=True)
    )
    entries = f"list_transform(map_entries({value}), lambda e: {key} || '=' || {content})"
    return f"'{{' || array_to_string({entries}, ', ') || '}}'"


def _row(value: str, found: Type) -> str:
    fields = [
        f"{text(field + '=')} || {_render_nested(f'{value}.{name(field)}', child)}"
        for field, child in _inner_types(found)
    ]
    listed = " || ', ' || ".join(fields)
    return f"CASE WHEN {value} IS NOT NULL THEN '{{' || {listed} || '}}' END"


def _render_nested(value: str, found: Type) -> str:
    return f"coalesce({value_text(value, found)}, 'null')"


def _inner_types(found: Type) -> list[tuple[str, Type]]:
    return [(field, child) for field, child in found.children if isinstance(child, Type)]
