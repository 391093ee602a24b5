"""Dictionary-encoded texts at any depth: their decoded size and type."""

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

if TYPE_CHECKING:
    import pyarrow.parquet as pq

_TEXTS = {"STRING", "NONE", "JSON", "BSON", "ENUM"}


def is_dictionary_text(leaf: "pq.ColumnSchema") -> bool:
    """Return whether a Parquet column can be read dictionary-encoded."""
    return leaf.physical_type == "BYTE_ARRAY" and leaf.logical_type.type in _TEXTS


def size_when_decoded(values: pa.Array) -> int:
    """Return the size of the values in bytes after all texts are decoded."""
    kind = values.type
    if pt.is_dictionary(kind) and (pt.is_primitive(kind.value_type) or pt.is_null(kind.value_type)):
        return int(values.nbytes)
    if pt.is_dictionary(kind):
        lengths = pc.binary_length(values.dictionary).take(values.indices)
        return int(values.indices.nbytes) + (pc.sum(lengths.cast(pa.int64())).as_py() or 0)
    if pt.is_struct(kind):
        return sum(map(size_when_decoded, values.flatten()))
    if pt.is_map(kind):
        first, end = values.offsets[0].as_py(), values.offsets[-1].as_py()
        return sum(size_when_decoded(each.slice(first, end - first)) for each in (values.keys, values.items))
    if pt.is_list(kind) or pt.is_large_list(kind):
        return int(values.offsets.nbytes) + size_when_decoded(values.flatten())
    return int(values.nbytes)


def type_when_decoded(kind: pa.DataType) -> pa.DataType:
    """Return the type without dictionaries, at any depth."""
    if pt.is_dictionary(kind):
        return kind.value_type
    if pt.is_struct(kind):
        return pa.struct([each.with_type(type_when_decoded(each.type)) for each in kind])
    if pt.is_map(kind):
        return pa.map_(type_when_decoded(kind.key_type), type_when_decoded(kind.item_type))
    if pt.is_list(kind):
        return pa.list_(kind.value_field.with_type(type_when_decoded(kind.value_type)))
    if pt.is_large_list(kind):
        return pa.large_list(kind.value_field.with_type(type_when_decoded(kind.value_type)))
    return kind
