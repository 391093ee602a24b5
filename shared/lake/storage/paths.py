"""Keys of all objects in the lake; no other module spells a key."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from shared.records.schema import DataType

LANDING, INCOMING, QUARANTINE, UPLOADS = "landing", "incoming", "quarantine", "uploads"
REDRIVES, REFERENCE, RECEIPTS, RECONCILIATIONS = "redrives", "reference", "receipts", "reconciliations"

WHOLE_DELIVERY = "all"
"""The name in the ledger of all rows of a delivery, which wait in one object."""

_NAME = r"[A-Za-z0-9][A-Za-z0-9_~.-]{0,199}"
_REDRIVE = re.compile(r"~r[0-9]+$")
_SAFE_PART = re.compile(_NAME)
_UPLOAD_KEY = re.compile(r"uploads/[a-z]+/(?P<batch_id>[^/]+)")
_INCOMING_KEY = re.compile(
    r"incoming/(?P<data_type>[a-z]+)/(?:dt=(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2}|all)/)?"
    rf"(?={_NAME}\.[a-z]+$)(?P<delivery_id>.+?)(?P<redrive>~r[0-9]+)?\.(?P<kind>parquet|cancelled)"
)


def safe_part(text: str) -> str:
    """Return the text if it is allowed in a key, so that no id from a client controls where an object is written.

    Raises:
        ValueError: the text is empty, longer than 200 characters, starts with a sign or has other characters than ASCII
            letters, digits and ``_ ~ . -``.
    """
    if not _SAFE_PART.fullmatch(text):
        raise ValueError(f"not allowed in an object key: {text[:80]!r}")
    return text


class IncomingKind(StrEnum):
    """Kind of an incoming object, from the end of its key.

    Rows of a delivery, or a marker that cancels such rows unless they are merged.
    """

    ROWS = "parquet"
    CANCELLATION = "cancelled"


def incoming_prefix(data_type: DataType) -> str:
    """Return the prefix of the objects of a data type that wait for their merge."""
    return f"{INCOMING}/{data_type}/"


def incoming_key(data_type: DataType, delivery_id: str) -> str:
    """Return the key of a delivery's rows; a retry overwrites them."""
    return f"{incoming_prefix(data_type)}{safe_part(delivery_id)}.{IncomingKind.ROWS}"


def cancellation_key(data_type: DataType, delivery_id: str) -> str:
    """Return the key of the marker that cancels a delivery's rows unless they are merged."""
    return f"{incoming_prefix(data_type)}{safe_part(delivery_id)}.{IncomingKind.CANCELLATION}"


@dataclass(frozen=True)
class IncomingKey:
    """The parsed key of an incoming object.

    Redriven rows have the key `{delivery_id}~r{number}`; `delivery_id` is the delivery whose ledger entry counts them.

    Deliveries were once divided into an object per day: `incoming/{type}/dt={day}/{delivery_id}.parquet`. Such objects
    wait to be merged while a deployment is upgraded, and the ledger has the outcomes of their deliveries by day. So
    their keys are still parsed, and `day` is set; it is `all` for types without event time.
    """

    data_type: DataType
    delivery_id: str
    redrive: str = ""
    kind: IncomingKind = IncomingKind.ROWS
    day: str = ""

    @property
    def part(self) -> str:
        """The key of the rows' outcomes in the ledger entry."""
        return f"{self.day or WHOLE_DELIVERY}{self.redrive}"

    @property
    def rows_key(self) -> str:
        """Key of the rows that this object contains or concerns."""
        name = safe_part(f"{self.delivery_id}{self.redrive}")
        if self.day:
            return f"{incoming_prefix(self.data_type)}dt={self.day}/{name}.{IncomingKind.ROWS}"
        return incoming_key(self.data_type, name)

    @classmethod
    def parse(cls, key: str) -> Self | None:
        """Parse a key; None if it is not that of an incoming object."""
        match = _INCOMING_KEY.fullmatch(key)
        if match is None or match["data_type"] not in set(DataType):
            return None
        return cls(
            data_type=DataType(match["data_type"]),
            delivery_id=match["delivery_id"],
            redrive=match["redrive"] or "",
            kind=IncomingKind(match["kind"]),
            day=match["day"] or "",
        )


def delivery_of(origin: str) -> str:
    """Return the delivery whose ledger entry counts a row: redriven rows have the origin `{delivery_id}~r{number}`."""
    return _REDRIVE.sub("", origin)


def receipt_key(data_type: DataType, name: str) -> str:
    """Return the key of the receipt of a commit."""
    return f"{RECEIPTS}/{data_type}/{safe_part(name)}.json"


def reconciliation_prefix(data_type: DataType) -> str:
    """Return the prefix of the plans of reconciliations that may not be complete."""
    return f"{RECONCILIATIONS}/{data_type}/"


def reconciliation_key(data_type: DataType, name: str) -> str:
    """Return the key of the plan of a reconciliation."""
    return f"{reconciliation_prefix(data_type)}{safe_part(name)}.json"


def landing_key(data_type: DataType, day: str, delivery_id: str) -> str:
    """Return the key of archived data."""
    return f"{LANDING}/{data_type}/dt={day}/{safe_part(delivery_id)}.json.zst"


def quarantine_key(day: str, delivery_id: str) -> str:
    """Return the key of a delivery's rejected rows."""
    return f"{QUARANTINE}/dt={day}/{safe_part(delivery_id)}.parquet"


def redrive_key(delivery_id: str, number: str) -> str:
    """Return the key of rows that a redrive takes out of quarantine."""
    return f"{REDRIVES}/{safe_part(delivery_id)}~r{safe_part(number)}.parquet"


def upload_key(data_type: DataType, batch_id: str) -> str:
    """Return the key of a file that a client uploads."""
    return f"{UPLOADS}/{data_type}/{safe_part(batch_id)}"


def batch_of_upload(key: str) -> str | None:
    """Return the batch id of an uploaded file; None if the key is not that of an upload."""
    match = _UPLOAD_KEY.fullmatch(key)
    return match["batch_id"] if match else None
