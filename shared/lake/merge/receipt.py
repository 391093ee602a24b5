"""The receipt of a commit: the outcomes of the incoming objects that were merged and still exist.

It is written before the commit, whose summary names it, so both take effect at once. An object that a crash left in the
incoming prefix is therefore not merged again, and its outcomes are known.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import uuid4

import orjson

from shared.lake.storage.paths import receipt_key

if TYPE_CHECKING:
    from shared.lake.storage.object_store import LakeStore
    from shared.lake.table.port import TableSnapshot
    from shared.records.schema import DataType

RECEIPT = "tally.receipt"
"""The key in a snapshot's summary of the key of its receipt."""


@dataclass(frozen=True, kw_only=True)
class ObjectReceipt:
    """The outcomes of the rows of one object, and the days that it changed after their maturity."""

    outcomes: Mapping[str, int]
    restated: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The merged objects that still exist, by name, and the days that changed since the table was last published."""

    objects: Mapping[str, ObjectReceipt] = field(default_factory=dict)
    days: tuple[str, ...] = ()


def write_receipt(lake: "LakeStore", data_type: "DataType", receipt: Receipt) -> str:
    """Store a receipt under a name of its own, and return its key."""
    key = receipt_key(data_type, str(uuid4()))
    objects = {name: [dict(each.outcomes), list(each.restated)] for name, each in receipt.objects.items()}
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
    objects = {
        name: ObjectReceipt(outcomes=outcomes, restated=tuple(restated))
        for name, (outcomes, restated) in body["objects"].items()
    }
    return Receipt(objects=objects, days=tuple(body["days"]))
