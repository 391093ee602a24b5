"""A lake in memory that records what is written and listed."""

from collections.abc import Iterator

from shared.lake.storage.object_store import ObjectName
from tests.fakes.memory_lake import MemoryLake


class RecordingLake(MemoryLake):
    """Records the keys of all puts, the prefixes of all lists, and the number of names that were read from lists."""

    def __init__(self) -> None:
        super().__init__()
        self.puts: list[str] = []
        self.prefixes: list[str] = []
        self.names_read = 0

    def put(self, key: str, body: bytes) -> None:
        """Write an object."""
        self.puts.append(key)
        super().put(key, body)

    def names(self, prefix: str) -> Iterator[ObjectName]:
        """Name the objects below a prefix."""
        self.prefixes.append(prefix)
        for name in super().names(prefix):
            self.names_read += 1
            yield name
