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
        try:
            row = strict_json.loads(text)
        except ValueError as error:
            self.size += len(text)
            self.malformed.append(MalformedRecord(place, text.decode().strip(), "json", str(error)))
        else:
            self._put(place, row, len(text))

    def add_if_valid(self, place: int, text: bytes) -> bool:
        """Parse one record strictly; return whether it is valid."""
        try:
            row = strict_json.loads(text)
        except ValueError:
            return False
        self._put(place, row, len(text))
        return True

    def _put(self, place: int, row: Any, size: int) -> None:
        self.size += size
        self.rows.append(row)
        self.places.append(place)

    def chunk(self) -> Chunk:
        """Return the records, in order."""
        return Chunk(rows=self.rows, places=self.places, malformed=self.malformed, size=self.size)


@dataclass
class TextBatch(RecordBatch):
    """Keeps the text of each record, valid or not, and counts the valid ones."""

    texts: list[bytes] = field(default_factory=list)
    valid: int = 0

    def add(self, place: int, text: bytes) -> None:
        """Keep a record."""
        if not self.add_if_valid(place, text):
            self.texts.append(text)

    def add_if_valid(self, place: int, text: bytes) -> bool:  # noqa: ARG002 # texts have no positions
        """Keep a record if it is valid; return whether it is."""
        try:
            strict_json.loads(text)
        except ValueError:
            return False
        self.texts.append(text)
        self.valid += 1
        return True
