"""Words of a source that mean that a value is absent."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from shared.records.absent_words import absent_words
from shared.records.schema import RecordSchema
from shared.records.validation import Form

if TYPE_CHECKING:
    from shared.mapping.model import SourceMapping


def without_absent_words(
    texts: Mapping[str, pa.StringArray], mapping: "SourceMapping", schema: RecordSchema, form: Form
) -> dict[str, pa.StringArray]:
    """Return source columns with null for words that mean absent: those of the mapping, else those of the form."""
    return {name: _without(values, _words(name, mapping, schema, form)) for name, values in texts.items()}


def _words(name: str, mapping: "SourceMapping", schema: RecordSchema, form: Form) -> Sequence[str]:
    field = mapping.columns.get(name, name)
    given = mapping.nulls
    if isinstance(given, dict):
        own = given.get(name, given.get(field))
        if own is not None:
            return own
    elif given:
        return given
    if form is Form.TYPED:
        return ()
    return absent_words(schema.by_name[field].kind if field in schema.by_name else None)


def _without(values: pa.StringArray, words: Sequence[str]) -> pa.StringArray:
    if not words:
        return values
    absent = pc.is_in(values, value_set=pa.array([word.strip() for word in words], pa.string()))
    return pc.if_else(absent, pa.scalar(None, pa.string()), values) if pc.any(absent).as_py() else values
