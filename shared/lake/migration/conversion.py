"""Commits rows of the former format to their table, so that converting them again changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.lake.catalog.tables import BASE_TABLES
from shared.lake.merge.fingerprints import with_fingerprints
from shared.lake.merge.identity import PLACED, identity_of, with_present_keys
from shared.lake.merge.receipt import RECEIPT, Receipt, read_receipt, write_receipt
from shared.lake.merge.settlement import Settlement, change_of, changed_days, days_of
from shared.lake.migration.former_paths import VERSIONS_KEY
from shared.lake.parquet.columns import read_parquet
from shared.lake.rollups.product_history import HistoryState, ProductHistory
from shared.lake.rollups.products import VERSIONS
from shared.lake.storage.paths import incoming_prefix
from shared.records.schema import DataType

if TYPE_CHECKING:
    from shared.lake.merge.receipt import ObjectReceipt
    from shared.lake.migration.former_base import Portion
    from shared.lake.storage.object_store import LakeStore
    from shared.lake.table.port import TableSnapshot, TableStore

_OWN = "tally."


@dataclass(frozen=True, kw_only=True)
class Converted:
    """The snapshot of a commit, the days of which rows were converted, and the history of products."""

    snapshot: "TableSnapshot"
    days: tuple[str, ...]
    history: HistoryState | None = None


@dataclass(frozen=True, kw_only=True)
class Conversion:
    """Commits portions of rows."""

    lake: "LakeStore"
    tables: "TableStore"
    settlement: Settlement

    def commit(self, data_type: DataType, portion: "Portion") -> Converted:
        """Commit the rows that the table does not have in a later version.

        A snapshot is made even if no row is new: an earlier one may have been left unpublished.

        Raises:
            CommitConflict: the table was changed at the same time; repeat the call.
        """
        head = with_present_keys(self.tables, data_type, self.tables.head(BASE_TABLES[data_type]))
        history = self._append_history(data_type, portion)
        settled = self.settlement.settle(data_type, head, [with_fingerprints(data_type, portion.rows)])
        change = change_of(data_type, settled, self._summary(data_type, head, portion))
        unpublished = read_receipt(self.lake, head).days
        days = {*changed_days(data_type, settled), *days_of(data_type, portion.rows), *unpublished}
        snapshot = self.tables.commit(BASE_TABLES[data_type], head, change)
        return Converted(snapshot=snapshot, days=tuple(sorted(days)), history=history)

    def _append_history(self, data_type: DataType, portion: "Portion") -> HistoryState | None:
        if data_type is not DataType.PRODUCTS:
            return None
        stored = self.lake.get(VERSIONS_KEY)
        versions = VERSIONS.empty_table() if stored is None else read_parquet(stored.body, VERSIONS)
        return ProductHistory(self.tables).append([versions, portion.rows])

    def _summary(self, data_type: DataType, head: "TableSnapshot", portion: "Portion") -> Mapping[str, str]:
        """Return the summary of the head, with a receipt that has the incoming objects of this portion too.

        Rows of the former format have the times they came with.
        """
        own = {name: text for name, text in head.summary.items() if name.startswith(_OWN) and name != PLACED}
        kept = {**own, **identity_of(data_type)}
        merged = self._existing(data_type, portion.merged)
        if not merged:
            return kept
        receipt = read_receipt(self.lake, head)
        joined = Receipt(objects={**merged, **receipt.objects}, days=receipt.days)
        return {**kept, RECEIPT: write_receipt(self.lake, data_type, joined)}

    def _existing(self, data_type: DataType, merged: "Mapping[str, ObjectReceipt]") -> "Mapping[str, ObjectReceipt]":
        """Return the outcomes of objects that were merged but not deleted yet, because a crash came in between."""
        if not merged:
            return {}
        waiting = {f"{each.key} {each.etag}" for each in self.lake.names(incoming_prefix(data_type))}
        return {name: receipt for name, receipt in merged.items() if name in waiting}
