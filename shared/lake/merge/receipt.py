"""The receipt of a commit: the outcomes of the incoming objects that were merged and still exist.

It is written before the commit, whose summary names it, so both take effect at once. An object that a crash left in the
incoming prefix is therefore not merged again, and its outcomes are known.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import orjson

from shared.lake.storage.paths import receipt_key

if TYPE_CHECKING:
    from shared.lake.storage.object_store import LakeStore
    from shared.lake.table.port import TableSnapshot
    from shared.records.schema import DataType

RECEIPT = "tally.receipt"
"""The key in a snapshot's summary of the key of its receipt."""


_FURTHER = ("also_superseded", "shared_ids", "samples", "superseded", "settled_on")


@dataclass(frozen=True, kw_only=True)
class ObjectReceipt:
    """The outcomes of the rows of one object, and the days that it changed after their maturity.

    Of its rows, `also_superseded` are superseded though their outcome is another, and `shared_ids` are conflicts in
    which another source uses the id; `samples` are masked keys of some. `superseded` has the number of rows that it
    replaced by other content, by their delivery, and `settled_on` the sequence number of the snapshot that had them.
    """

    outcomes: Mapping[str, int]
    restated: tuple[str, ...] = ()
    also_superseded: int = 0
    shared_ids: int = 0
    samples: tuple[str, ...] = ()
    superseded: Mapping[str, int] = field(default_factory=dict)
    settled_on: int = 0


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The merged objects that still exist, by name, and the days that changed since the table was last published."""

    objects: Mapping[str, ObjectReceipt] = field(default_factory=dict)
    days: tuple[str, ...] = ()


def write_receipt(lake: "LakeStore", data_type: "DataType", receipt: Receipt) -> str:
    """Store a receipt under a name of its own, and return its key."""
    key = receipt_key(data_type, str(uuid4()))
    objects = {name: _to_json(each) for name, each in receipt.objects.items()}
    lake.put(key, orjson.dumps({"objects": objects, "days": list(receipt.days)}))
    return key


def read_receipt(lake: "LakeStore", snapshot: "TableSnapshot") -> Receipt:
    """Return the receipt of a snapshot; an empty one for the first snapshot, and once it has expired.

    Receipts are kept longer than incoming objects, so an expired one has none that still exists.
    """
    key = snapshot.summary.get(RECEIPT)
    stored = None if key is None else lake.get(key)
    if stored is None:
        return Receipt()
    body = orjson.loads(stored.body)
    objects = {name: _from_json(*each) for name, each in body["objects"].items()}
    return Receipt(objects=objects, days=tuple(body["days"]))


def _to_json(each: ObjectReceipt) -> list[Any]:
    return [dict(each.outcomes), list(each.restated), {name: getattr(each, name) for name in _FURTHER}]


def _from_json(
    outcomes: Mapping[str, int],
    restated: Sequence[str],
    further: Mapping[str, Any] = MappingProxyType({}),  # receipts of earlier versions have two parts
) -> ObjectReceipt:
    found = ObjectReceipt(outcomes=outcomes, restated=tuple(restated), **further)
    return replace(found, samples=tuple(found.samples))
