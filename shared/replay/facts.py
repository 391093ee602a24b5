"""The columns of a slice of decisions that a replay reads, one row for each decision, and how they are read.

A slice is a Parquet file as Athena's `UNLOAD` writes it. Which decisions are in which slice does not matter, as long as
each decision is in one. Columns beyond these are ignored.
"""

from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from shared.fraud.counts import Outcome, Truth
from shared.lake.parquet.unloaded import read_unloaded
from shared.replay.overrides import Overrides, features_of

AMOUNT_PLACES = 10
_SIGN = 63
_AMOUNT = pa.decimal128(38, AMOUNT_PLACES)

FACTS = pa.schema(
    [
        pa.field("decision_id", pa.string(), nullable=False),  # the unit of the bootstrap if there is no customer
        pa.field("customer_id", pa.string()),
        pa.field("moment", pa.timestamp("ms"), nullable=False),  # UTC; not after asOf
        pa.field("score", pa.float64(), nullable=False),  # 0 to 1, as recorded
        pa.field("outcome", pa.string(), nullable=False),  # approve, review, decline
        pa.field("rule_version", pa.string()),
        pa.field(
            "truth", pa.string(), nullable=False
        ),  # of the recorded decision at asOf, as shared.fraud.counts.Truth
        pa.field("charged_back", pa.bool_(), nullable=False),  # the latest chargeback says fraud, whatever the outcome
        pa.field("revised", pa.int64(), nullable=False),  # labels that differ from the one before them
        pa.field("after_horizon", pa.int64(), nullable=False),  # labels later than the horizon after the decision
        pa.field("amount", _AMOUNT),  # in the reporting currency, >= 0; null if excluded
        pa.field("channel", pa.string()),
        pa.field("risk_band", pa.string()),
    ]
)
"""The columns of every replay. An amount is null if the decision has none, or there is no rate for its currency."""

FEATURES = pa.field("features", pa.map_(pa.string(), pa.string()))
"""Features as `decisions.features` stores them (`shared.records.features`); only if the overrides name any."""

_CHOICES = {"outcome": frozenset(Outcome), "truth": frozenset(Truth)}
_FEW_VALUES = ("outcome", "rule_version", "truth", "channel", "risk_band")


class UnreadableFacts(Exception):
    """A slice is not as `FACTS` describes it; nothing is computed from it."""


def schema_of(overrides: Overrides) -> pa.Schema:
    """Return the columns that a replay with these overrides reads."""
    return FACTS.append(FEATURES) if features_of(overrides) else FACTS


def read_facts(body: bytes, overrides: Overrides) -> pa.Table:
    """Read the columns of a slice from a Parquet file.

    Raises:
        UnreadableFacts: it is not a Parquet file.
    """
    try:
        return read_unloaded(body, schema_of(overrides).names, few_values=_FEW_VALUES)
    except pa.ArrowException as error:
        raise UnreadableFacts(str(error)) from error


def checked(facts: pa.Table, overrides: Overrides) -> pa.RecordBatch:
    """Return the columns of a slice with their types; those with few values as dictionaries.

    Raises:
        UnreadableFacts: a column is missing, has another type or an impossible value.
    """
    schema = schema_of(overrides)
    missing = set(schema.names) - set(facts.column_names)
    if missing:
        raise UnreadableFacts(f"columns are missing: {sorted(missing)}")
    try:
        columns = [_column(facts[field.name], field) for field in schema]
    except pa.ArrowException as error:
        raise UnreadableFacts(str(error)) from error
    return pa.RecordBatch.from_arrays(columns, schema.names)


def _column(values: pa.ChunkedArray, field: pa.Field) -> pa.Array:
    found = values.chunk(0) if values.num_chunks == 1 else values.combine_chunks()  # the latter copies
    if field.name in _FEW_VALUES:
        found = _with_dictionary(found)
    elif field.name != FEATURES.name and found.type != field.type:
        # The lake has milliseconds; some engines write them as finer timestamps.
        found = found.cast(field.type, safe=not pa.types.is_timestamp(field.type))
    _check(field, found)
    return found


def _with_dictionary(values: pa.Array) -> pa.DictionaryArray:
    if pa.types.is_dictionary(values.type):
        return values
    return values.cast(pa.string()).dictionary_encode()


def _check(field: pa.Field, values: pa.Array) -> None:
    if not field.nullable and values.null_count:
        raise UnreadableFacts(f"{field.name} has nulls")
    if not _is_possible(field.name, values):
        raise UnreadableFacts(f"{field.name} has impossible values")


def _is_possible(name: str, values: pa.Array) -> bool:
    if name in _CHOICES:
        return set(values.dictionary.to_pylist()) <= _CHOICES[name]
    if name == "score" and len(values):
        scores = np.asarray(values)
        return bool(scores.min() >= 0 and scores.max() <= 1)
    return name != "amount" or not (words_of(values)[:, 1] >> np.uint64(_SIGN)).any()


def words_of(amounts: pa.Decimal128Array) -> npt.NDArray[np.uint64]:
    """Return the low and the high 64 bits of each amount as whole numbers of 10^-10; 0 where there is none."""
    filled = amounts.fill_null(Decimal(0)) if amounts.null_count else amounts
    _, data = filled.buffers()
    words = np.frombuffer(data if len(filled) else b"", "<u8").reshape(-1, 2)
    return words[filled.offset : filled.offset + len(filled)]
