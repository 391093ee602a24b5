"""Where every object of the lake lies: the only place that spells a key."""

import re
from dataclasses import dataclass
from typing import Self

from shared.records.schema import DataType

LANDING, INCOMING, QUARANTINE, BASE, ROLLUP = "landing", "incoming", "quarantine", "base", "rollup"
UNPARTITIONED = "all"

_SAFE_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9_~.-]{0,199}")
_INCOMING_KEY = re.compile(r"incoming/(?P<data_type>[a-z]+)/dt=(?P<day>[0-9-]{10}|all)/(?P<origin>[^/]+)\.parquet")


def safe_part(text: str) -> str:
    """Return the text if it may stand in a key, so that no id of a client ever steers where an object goes.

    Raises:
        ValueError: the text is empty, longer than 200 characters, starts with a sign or holds other than
            ASCII letters, digits and ``_ ~ . -``.
    """
    if not _SAFE_PART.fullmatch(text):
        raise ValueError(f"not fit to be a part of an object key: {text[:80]!r}")
    return text


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
        return f"{self.incoming_prefix}{safe_part(origin)}.parquet"

    def rollup_key(self, rollup: str) -> str:
        """The object that holds one roll-up of this partition."""
        return f"{ROLLUP}/{rollup}/dt={self.day}/rollup.parquet"

    @property
    def _within(self) -> str:
        return f"{self.data_type}/" if self.day == UNPARTITIONED else f"{self.data_type}/dt={self.day}/"

    def __str__(self) -> str:
        """Name the partition as the ledger and the logs do."""
        return f"{self.data_type}/{self.day}"


@dataclass(frozen=True)
class IncomingKey:
    """What the key of an incoming object says."""

    partition: PartitionId
    origin: str

    @classmethod
    def parse(cls, key: str) -> Self | None:
        """Read a key; None if it is not that of an incoming object."""
        match = _INCOMING_KEY.fullmatch(key)
        if match is None or match["data_type"] not in set(DataType):
            return None
        return cls(PartitionId(DataType(match["data_type"]), match["day"]), match["origin"])


def landing_key(data_type: DataType, day: str, origin: str) -> str:
    """Where a delivery is kept as it was received."""
    return f"{LANDING}/{data_type}/dt={day}/{safe_part(origin)}.json.zst"


def quarantine_key(day: str, origin: str) -> str:
    """Where the rejected rows of a delivery are kept, with the reasons."""
    return f"{QUARANTINE}/dt={day}/{safe_part(origin)}.parquet"
