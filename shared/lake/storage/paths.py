"""Where every object of the lake lies: the only place that spells a key."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from shared.records.schema import DataType

LANDING, INCOMING, QUARANTINE, BASE, ROLLUP = "landing", "incoming", "quarantine", "base", "rollup"
UPLOADS, KEYS, REDRIVES, REFERENCE = "uploads", "keys", "redrives", "reference"
UNPARTITIONED = "all"
COST_DAYS_KEY = f"{ROLLUP}/product_cost_days/days.json"

_SAFE_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9_~.-]{0,199}")
_UPLOAD_KEY = re.compile(r"uploads/[a-z]+/(?P<batch_id>[^/]+)")
_INCOMING_KEY = re.compile(
    r"incoming/(?P<data_type>[a-z]+)/dt=(?P<day>[0-9-]{10}|all)/"
    r"(?P<origin>[^/]+?)(?P<redrive>~r[0-9]+)?\.(?P<arrival>parquet|cancelled|moved)"
)


def safe_part(text: str) -> str:
    """Return the text if it may stand in a key, so that no id of a client ever steers where an object goes.

    Raises:
        ValueError: the text is empty, longer than 200 characters, starts with a sign or holds other than
            ASCII letters, digits and ``_ ~ . -``.
    """
    if not _SAFE_PART.fullmatch(text):
        raise ValueError(f"not allowed in an object key: {text[:80]!r}")
    return text


class Arrival(StrEnum):
    """What an incoming object is, told by the end of its key.

    Rows of a delivery; the word that such rows are cancelled if they are not merged yet; or the news that records
    stand in another day now.
    """

    ROWS = "parquet"
    CANCELLATION = "cancelled"
    MOVES = "moved"


@dataclass(frozen=True, order=True)
class PartitionId:
    """One partition of a data type's base: what a merge reads and writes as a whole."""

    data_type: DataType
    day: str

    @property
    def incoming_prefix(self) -> str:
        """The prefix under which deliveries wait for their merge."""
        return f"{INCOMING}/{self.data_type}/dt={self.day}/"

    @property
    def base_key(self) -> str:
        """The one object that holds the partition."""
        return f"{BASE}/{self._within}base.parquet"

    def incoming_key(self, origin: str) -> str:
        """The object that one delivery brings to this partition; a retry overwrites it."""
        return f"{self.incoming_prefix}{safe_part(origin)}.{Arrival.ROWS}"

    def cancel_key(self, origin: str) -> str:
        """The marker that cancels what one delivery brings to this partition, unless it is merged already."""
        return f"{self.incoming_prefix}{safe_part(origin)}.{Arrival.CANCELLATION}"

    def moved_key(self, day: str, digest: str) -> str:
        """The news for this partition that some of its records may stand in another day."""
        return f"{self.incoming_prefix}{safe_part(day)}~{safe_part(digest)}.{Arrival.MOVES}"

    @property
    def keys_prefix(self) -> str:
        """The prefix under which every partition of this one's type says which records it may hold."""
        return f"{KEYS}/{self.data_type}/"

    @property
    def keys_key(self) -> str:
        """The object that says which records this partition may hold."""
        return f"{self.keys_prefix}dt={self.day}/keys.bin"

    def rollup_key(self, rollup: str) -> str:
        """The object that holds one roll-up of this partition."""
        day = "" if self.day == UNPARTITIONED else f"dt={self.day}/"
        return f"{ROLLUP}/{rollup}/{day}rollup.parquet"

    @classmethod
    def of_base(cls, key: str) -> Self:
        """The partition that a base object holds."""
        _, data_type, *day, _ = key.split("/")
        return cls(DataType(data_type), day[0].removeprefix("dt=") if day else UNPARTITIONED)

    @property
    def _within(self) -> str:
        return f"{self.data_type}/" if self.day == UNPARTITIONED else f"{self.data_type}/dt={self.day}/"

    def __str__(self) -> str:
        """Name the partition as the ledger and the logs do."""
        return f"{self.data_type}/{self.day}"


@dataclass(frozen=True)
class IncomingKey:
    """What the key of an incoming object says.

    Rows that were driven again out of quarantine lie under `{origin}~r{number}`: `origin` is the delivery that they
    are accounted for in.
    """

    partition: PartitionId
    origin: str
    redrive: str = ""
    arrival: Arrival = Arrival.ROWS

    @property
    def ledger_day(self) -> str:
        """Under which day the ledger keeps the fates of the rows."""
        return f"{self.partition.day}{self.redrive}"

    @property
    def rows_key(self) -> str:
        """The object of rows that this one is, or is about."""
        return self.partition.incoming_key(f"{self.origin}{self.redrive}")

    @classmethod
    def parse(cls, key: str) -> Self | None:
        """Read a key; None if it is not that of an incoming object."""
        match = _INCOMING_KEY.fullmatch(key)
        if match is None or match["data_type"] not in set(DataType):
            return None
        partition = PartitionId(DataType(match["data_type"]), match["day"])
        return cls(partition, match["origin"], match["redrive"] or "", Arrival(match["arrival"]))


def day_of_keys(key: str) -> str:
    """The day of the partition whose records an object under `keys/` names."""
    return key.rpartition("/dt=")[2].partition("/")[0]


def landing_key(data_type: DataType, day: str, origin: str) -> str:
    """Where a delivery is kept as it was received."""
    return f"{LANDING}/{data_type}/dt={day}/{safe_part(origin)}.json.zst"


def quarantine_key(day: str, origin: str) -> str:
    """Where the rejected rows of a delivery are kept, with the reasons."""
    return f"{QUARANTINE}/dt={day}/{safe_part(origin)}.parquet"


def redrive_key(origin: str, number: str) -> str:
    """Where rows lie that are on their way out of quarantine."""
    return f"{REDRIVES}/{safe_part(origin)}~r{safe_part(number)}.parquet"


def upload_key(data_type: DataType, batch_id: str) -> str:
    """Where a file that a client uploads is put."""
    return f"{UPLOADS}/{data_type}/{safe_part(batch_id)}"


def uploaded_batch(key: str) -> str | None:
    """The batch that an uploaded file is; None if the key is not that of an upload."""
    match = _UPLOAD_KEY.fullmatch(key)
    return match["batch_id"] if match else None
