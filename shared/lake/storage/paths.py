"""Keys of all objects in the lake; no other module spells a key."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from shared.records.schema import DataType

LANDING, INCOMING, QUARANTINE, BASE, ROLLUP = "landing", "incoming", "quarantine", "base", "rollup"
UPLOADS, KEYS, REDRIVES, REFERENCE = "uploads", "keys", "redrives", "reference"
UNPARTITIONED = "all"
INTRADAY_COST_CHANGES_KEY = f"{ROLLUP}/product_cost_days/days.json"

_SAFE_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9_~.-]{0,199}")
_UPLOAD_KEY = re.compile(r"uploads/[a-z]+/(?P<batch_id>[^/]+)")
_INCOMING_KEY = re.compile(
    r"incoming/(?P<data_type>[a-z]+)/dt=(?P<day>[0-9-]{10}|all)/"
    r"(?P<origin>[^/]+?)(?P<redrive>~r[0-9]+)?\.(?P<arrival>parquet|cancelled|moved)"
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

    Rows of a delivery; a marker that cancels such rows unless they are merged; or a notice that records may have moved
    to another day.
    """

    ROWS = "parquet"
    CANCELLATION = "cancelled"
    MOVE_NOTICE = "moved"


@dataclass(frozen=True, order=True)
class PartitionId:
    """One partition of a data type's base: the unit of a merge."""

    data_type: DataType
    day: str

    @property
    def incoming_prefix(self) -> str:
        """Prefix of the pending objects of the partition."""
        return f"{INCOMING}/{self.data_type}/dt={self.day}/"

    @property
    def base_key(self) -> str:
        """Key of the partition's rows."""
        return f"{BASE}/{self._partition_path}base.parquet"

    def incoming_key(self, delivery_id: str) -> str:
        """Return the key of a delivery's rows for this partition; a retry overwrites them."""
        return f"{self.incoming_prefix}{safe_part(delivery_id)}.{IncomingKind.ROWS}"

    def cancellation_key(self, delivery_id: str) -> str:
        """Return the key of the marker that cancels a delivery's rows for this partition unless they are merged."""
        return f"{self.incoming_prefix}{safe_part(delivery_id)}.{IncomingKind.CANCELLATION}"

    def move_notice_key(self, day: str, digest: str) -> str:
        """Return the key of a notice that records of this partition may have moved to another day."""
        return f"{self.incoming_prefix}{safe_part(day)}~{safe_part(digest)}.{IncomingKind.MOVE_NOTICE}"

    @property
    def keys_prefix(self) -> str:
        """Prefix of the key lists of all partitions of this type."""
        return f"{KEYS}/{self.data_type}/"

    @property
    def keys_key(self) -> str:
        """Key of the list of keys that this partition may contain."""
        return f"{self.keys_prefix}dt={self.day}/keys.bin"

    def rollup_key(self, rollup: str) -> str:
        """Return the key of a roll-up of this partition."""
        day = "" if self.day == UNPARTITIONED else f"dt={self.day}/"
        return f"{ROLLUP}/{rollup}/{day}rollup.parquet"

    @classmethod
    def of_base(cls, key: str) -> Self:
        """Parse the key of a base object."""
        _, data_type, *day, _ = key.split("/")
        return cls(DataType(data_type), day[0].removeprefix("dt=") if day else UNPARTITIONED)

    @property
    def _partition_path(self) -> str:
        return f"{self.data_type}/" if self.day == UNPARTITIONED else f"{self.data_type}/dt={self.day}/"

    def __str__(self) -> str:
        """Name the partition as the ledger and the logs do."""
        return f"{self.data_type}/{self.day}"


@dataclass(frozen=True)
class IncomingKey:
    """The parsed key of an incoming object.

    Redriven rows have the key `{delivery_id}~r{number}`; `delivery_id` is the delivery whose ledger entry counts them.
    """

    partition: PartitionId
    delivery_id: str
    redrive: str = ""
    kind: IncomingKind = IncomingKind.ROWS

    @property
    def ledger_day(self) -> str:
        """The key of the rows' outcomes in the ledger entry."""
        return f"{self.partition.day}{self.redrive}"

    @property
    def rows_key(self) -> str:
        """Key of the rows that this object contains or concerns."""
        return self.partition.incoming_key(f"{self.delivery_id}{self.redrive}")

    @classmethod
    def parse(cls, key: str) -> Self | None:
        """Parse a key; None if it is not that of an incoming object."""
        match = _INCOMING_KEY.fullmatch(key)
        if match is None or match["data_type"] not in set(DataType):
            return None
        partition = PartitionId(DataType(match["data_type"]), match["day"])
        return cls(partition, match["origin"], match["redrive"] or "", IncomingKind(match["arrival"]))


def day_of_keys(key: str) -> str:
    """Return the day of a key list's partition."""
    return key.rpartition("/dt=")[2].partition("/")[0]


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
