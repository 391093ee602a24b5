"""A table of labels as versions left it that identified a label by its decision and its source alone."""

import hashlib
from functools import partial

import pyarrow as pa

from shared.app.wiring import Wiring
from shared.lake.catalog.state import TableState
from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.merge.fingerprints import KEY, KEY2
from shared.lake.merge.receipt import RECEIPT
from shared.lake.table.port import FILE, POSITION, TableChange, TableSnapshot
from shared.lake.table.schema import arrow_schema_of
from shared.records.schema import DataType

_TABLE = BASE_TABLES[DataType.LABELS]


def make_former(wired: Wiring) -> None:
    """Give the rows of the table the hashes that such a version gave them, and publish them."""
    head = wired.lake_tables.head(_TABLE)
    rows = wired.lake_tables.rows(_TABLE, head, arrow_schema_of(_TABLE).names).drop_columns([FILE, POSITION])
    texts = [f"{len(each[0])}:{each[0]}:{len(each[1])}:{each[1]}" for each in _keys(rows)]
    digests = [hashlib.blake2b(text.encode(), digest_size=16).digest() for text in texts]
    for name, half in ((KEY, slice(0, 8)), (KEY2, slice(8, 16))):
        hashes = pa.array([int.from_bytes(each[half], "little", signed=True) for each in digests], pa.int64())
        rows = rows.set_column(rows.schema.get_field_index(name), name, hashes)
    change = TableChange(
        rows=rows,
        dropped=frozenset(each.path for each in head.files),
        summary={name: text for name, text in head.summary.items() if name == RECEIPT},
    )
    made = wired.lake_tables.commit(_TABLE, head, change)
    wired.table_states.update(DataType.LABELS, partial(_published, made))


def _keys(rows: pa.Table) -> list[tuple[str, str]]:
    return list(zip(rows["decision_id"].to_pylist(), rows["source"].to_pylist(), strict=True))


def _published(made: TableSnapshot, state: TableState) -> TableState:
    return state.with_commit(made.id or 0, made.sequence, ())
