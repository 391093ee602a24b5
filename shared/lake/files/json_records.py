"""Collects parsed JSON records: valid ones as rows, the others with their text and error."""

from dataclasses import dataclass, field
from typing import Any

from shared.lake.files.part import Chunk
from shared.records.malformed import MalformedRecord
from shared.runtime import strict_json


@dataclass
class RecordBatch:
    """Records of a block of text."""

    rows: list[Any] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    malformed: list[MalformedRecord] = field(default_factory=list)
    size: int = 0

    def add(self, place: int, text: bytes) -> None:
        """Parse one record strictly."""
        self.size += len(text)
        try:
            row = strict_json.loads(text)
        except ValueError as error:
            self.malformed.append(MalformedRecord(place, text.decode().strip(), "json", str(error)))
        else:
            self.rows.append(row)
            self.places.append(place)

    def chunk(self) -> Chunk:
        """Return the records, in order."""
        return Chunk(rows=self.rows, places=self.places, malformed=self.malformed, size=self.size)
