"""Texts that are held as numbers of a dictionary, at any depth: how much they are, and what they are unpacked."""

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

if TYPE_CHECKING:
    import pyarrow.parquet as pq

_TEXTS = {"STRING", "NONE", "JSON", "BSON", "ENUM"}


def is_packed_text(leaf: "pq.ColumnSchema") -> bool:
    """Whether the values of a column of Parquet may be read as numbers of a dictionary."""
    return leaf.physical_type == "BYTE_ARRAY" and leaf.logical_type.type in _TEXTS


def unpacked_size(values: pa.Array) -> int:
    """How many bytes the values take once all texts in them are unpacked."""
    kind = values.type
    if pt.is_dictionary(kind) and (pt.is_primitive(kind.value_type) or pt.is_null(kind.value_type)):
        return int(values.nbytes)
    if pt.is_dictionary(kind):
        lengths = pc.binary_length(values.dictionary).take(values.indices)
        return int(values.indices.nbytes) + (pc.sum(lengths.cast(pa.int64())).as_py() or 0)
    if pt.is_struct(kind):
        return sum(map(unpacked_size, values.flatten()))
    if pt.is_map(kind):
        first, end = values.offsets[0].as_py(), values.offsets[-1].as_py()
        return sum(unpacked_size(each.slice(first, end - first)) for each in (values.keys, values.items))
    if pt.is_list(kind) or pt.is_large_list(kind):
        return int(values.offsets.nbytes) + unpacked_size(values.flatten())
    return int(values.nbytes)


def unpacked_type(kind: pa.DataType) -> pa.DataType:
    """The type without dictionaries, at any depth."""
    if pt.is_dictionary(kind):
        return kind.value_type
    if pt.is_struct(kind):
        return pa.struct([each.with_type(unpacked_type(each.type)) for each in kind])
    if pt.is_map(kind):
        return pa.map_(unpacked_type(kind.key_type), unpacked_type(kind.item_type))
    if pt.is_list(kind):
        return pa.list_(kind.value_field.with_type(unpacked_type(kind.value_type)))
    if pt.is_large_list(kind):
        return pa.large_list(kind.value_field.with_type(unpacked_type(kind.value_type)))
    return kind
