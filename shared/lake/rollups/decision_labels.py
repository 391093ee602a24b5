"""What the labels of a decision say, as columns beside it; `shared.fraud.queries.facts` has the same rules in SQL.

A label counts for the decision of its id on the UTC day of its `decision_timestamp`. Of several labels the one given
last is effective; on a tie a won dispute goes before a chargeback, a manual review and a report of the customer.
"""

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.parquet.columns import MOMENT
from shared.lake.rollups.group_by import as_int, days_of

LABEL_COLUMNS = {
    "decision_id": pa.string(),
    "decision_timestamp": MOMENT,
    "labelled_at": MOMENT,
    "source": pa.string(),
    "label": pa.string(),
}
"""The columns of labels that count, with their types."""

SOURCES_BY_RANK = ("customer_report", "manual_review", "chargeback", "dispute_won")
"""Sources of labels; of labels given at the same time, that of the last source is effective."""

_DAY_MS = 86_400_000
_FACTS = pa.schema(
    [
        ("label", pa.string()),
        ("charged_back", pa.int64()),
        ("fraud_at", MOMENT),
        ("chargeback_at", MOMENT),
        ("revised", pa.int64()),
        ("last_labelled", MOMENT),
        ("label_delays", pa.list_(pa.int64())),
    ]
)


def with_labels(decisions: pa.Table, labels: pa.Table) -> pa.Table:
    """Append what the labels of each decision say.

    Appended are `label` (null without one), `charged_back` (1 if the latest chargeback says fraud), `fraud_at` and
    `chargeback_at` (the first label and the first chargeback that say fraud), `revised` (labels that differ from the
    one before), `last_labelled` (time of the last label) and `label_delays` (whole days from the decision to each
    label, rounded up).

    Args:
        decisions: rows with `decision_id` and `timestamp`.
        labels: rows with `LABEL_COLUMNS`, those of the days of the decisions at least.
    """
    facts = _facts(labels)
    place = pc.index_in(_key(decisions, "timestamp"), value_set=facts["_key"].combine_chunks())
    for name in _FACTS.names:
        decisions = decisions.append_column(name, facts[name].take(place))
    for name in ("charged_back", "revised"):
        known = pc.fill_null(decisions[name], 0)
        decisions = decisions.set_column(decisions.column_names.index(name), name, known)
    return decisions


def _facts(labels: pa.Table) -> pa.Table:
    """Return one row for each decision that has labels."""
    ordered = _in_order(labels)
    same = _is_same_as_before(ordered["_key"])
    is_fraud, is_chargeback = pc.equal(ordered["label"], "fraud"), pc.equal(ordered["source"], "chargeback")
    given = ordered["labelled_at"]
    delays = pc.subtract(given.cast(pa.int64()), ordered["decision_timestamp"].cast(pa.int64()))
    rows = pa.table(
        {
            "_key": ordered["_key"],
            "label": ordered["label"],
            "chargeback": pc.if_else(is_chargeback, as_int(is_fraud), None),
            "fraud": pc.if_else(is_fraud, given, None),
            "fraud_chargeback": pc.if_else(pc.and_(is_fraud, is_chargeback), given, None),
            "revised": as_int(pc.and_(same, pc.invert(_is_same_as_before(ordered["label"])))),
            "given": given,
            "delay": pc.ceil(pc.divide(delays.cast(pa.float64()), float(_DAY_MS))).cast(pa.int64()),
        }
    )
    groups = rows.group_by("_key", use_threads=False).aggregate(
        [
            ("label", "last"),
            ("chargeback", "last"),
            ("fraud", "min"),
            ("fraud_chargeback", "min"),
            ("revised", "sum"),
            ("given", "max"),
            ("delay", "list"),
        ]
    )
    columns = [groups[name] for name in groups.column_names if name != "_key"]
    facts = pa.table(columns, names=_FACTS.names).cast(_FACTS)
    return facts.append_column("_key", groups["_key"])


def _in_order(labels: pa.Table) -> pa.Table:
    """Sort labels by decision and time, and append the key of their decision."""
    rank = pc.index_in(labels["source"], value_set=pa.array(SOURCES_BY_RANK))
    rows = labels.append_column("_key", _key(labels, "decision_timestamp")).append_column("_rank", rank)
    return rows.sort_by([("_key", "ascending"), ("labelled_at", "ascending"), ("_rank", "ascending")]).combine_chunks()


def _key(rows: pa.Table, time: str) -> pa.ChunkedArray:
    return pc.binary_join_element_wise(rows["decision_id"], days_of(rows[time]).cast(pa.string()), "\0")


def _is_same_as_before(column: pa.ChunkedArray) -> pa.Array:
    """Return whether each value equals the one before it; not for the first one."""
    values = column.combine_chunks()
    if not len(values):
        return pa.array([], pa.bool_())
    return pa.concat_arrays([pa.array([False]), pc.equal(values[1:], values[:-1])])
