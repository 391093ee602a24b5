"""A lake in memory: what is measured is our own work, not a store's."""

from collections.abc import Iterable, Iterator

from shared.lake.storage.object_store import LakeStore, LostUpdate, ObjectName, StoredObject


class MemoryLake(LakeStore):
    """Keeps objects in a dictionary, with the same promises as the store over S3."""

    def __init__(self) -> None:
        self.objects: dict[str, StoredObject] = {}

    def get(self, key: str) -> StoredObject | None:
        """Read an object; None if there is none."""
        return self.objects.get(key)

    def put(self, key: str, body: bytes) -> None:
        """Write an object, over whatever was there."""
        self._write(key, body)

    def replace(self, key: str, body: bytes, *, expected: StoredObject | None) -> StoredObject:
        """Write an object only if it is still as it was read."""
        stands = self.objects.get(key)
        if (stands and stands.etag) != (expected and expected.etag):
            raise LostUpdate(key)
        return self._write(key, body)

    def _write(self, key: str, body: bytes) -> StoredObject:
        self.objects[key] = StoredObject(key, body, f'"{hash(body):x}"')
        return self.objects[key]

    def names(self, prefix: str) -> Iterator[ObjectName]:
        """Name every object below a prefix."""
        for key in sorted(self.objects):
            if key.startswith(prefix):
                yield ObjectName(key, self.objects[key].etag)

    def delete(self, objects: Iterable[StoredObject]) -> None:
        """Delete exactly what was read."""
        for each in objects:
            if self.objects.get(each.key) == each:
                del self.objects[each.key]
