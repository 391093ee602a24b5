"""Everything clients have sent, by delivery: the input of the model."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from shared.lake.catalog.state import WHOLE_TABLE
from shared.records.schema import DataType
from tests.functions.model.lake_model import Row
from tests.functions.model.shop import THINGS, Told, at, is_good, version


@dataclass(frozen=True)
class Sent:
    """The rows of one type in one delivery: a batch, a part of a file or a part of a stream batch."""

    source_id: str
    data_type: DataType
    tellings: Sequence[Told]
    shard: str = ""
    in_file: bool = False


@dataclass(frozen=True)
class Delivered:
    """A delivery that the platform has taken in under this name at this moment."""

    origin: str
    sent: Sent
    received_at: datetime

    @property
    def received(self) -> int:
        """How many rows it has."""
        return len(self.sent.tellings)

    @property
    def bad(self) -> int:
        """How many of them are not good."""
        return self.received - len(self.good)

    @cached_property
    def good(self) -> Sequence[Row]:
        """The others, as the model sees them."""
        return self.good_by(self.received_at)

    def good_by(self, judged: datetime) -> Sequence[Row]:
        """Those that are good at a moment."""
        told = enumerate(self.sent.tellings)
        return [self._row(place, each) for place, each in told if is_good(self.sent.data_type, each, judged)]

    def _row(self, place: int, each: Told) -> Row:
        thing, data_type = THINGS[self.sent.data_type], self.sent.data_type
        return Row(
            origin=self.origin,
            place=place,
            data_type=data_type,
            key=f"k-{each.number}",
            day=f"{at(each):%Y-%m-%d}" if thing.by_day else WHOLE_TABLE,
            says=thing.says(each, at(each)),
            arrived=self.received_at,
            source=self.sent.source_id,
            told_version=version(data_type, each),
            shard=self.sent.shard,
        )
