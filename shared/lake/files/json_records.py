"""JSON records as they are found: the good ones as rows, the others with their text and the reason."""

from dataclasses import dataclass, field
from typing import Any

from shared.lake.files.part import Chunk, Malformed
from shared.runtime import strict_json


@dataclass
class FoundRecords:
    """Records of a block of text, read one by one."""

    rows: list[Any] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    malformed: list[Malformed] = field(default_factory=list)
    size: int = 0

    def add(self, place: int, text: bytes) -> None:
        """Read one record strictly."""
        self.size += len(text)
        try:
            row = strict_json.loads(text)
        except ValueError as error:
            self.malformed.append(Malformed(place, text.decode().strip(), "json", str(error)))
        else:
            self.rows.append(row)
            self.places.append(place)

    def chunk(self) -> Chunk:
        """All of them, in order."""
        return Chunk(rows=self.rows, places=self.places, malformed=self.malformed, size=self.size)
