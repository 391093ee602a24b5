"""A lake in memory, which keeps the promises of the store over S3 that `tests/contract/lake` states."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from shared.lake.storage.object_store import LakeStore, LostUpdate, ObjectHead, ObjectName, PutUrl, StoredObject


class MemoryLake(LakeStore):
    """Keeps objects in a dictionary."""

    def __init__(self) -> None:
        self.objects: dict[str, StoredObject] = {}
        self._made_at: dict[str, datetime] = {}

    def get(self, key: str) -> StoredObject | None:
        """Read an object; None if there is none."""
        return self.objects.get(key)

    def head(self, key: str) -> ObjectHead | None:
        """Return the size of an object; None if there is none."""
        stored = self.objects.get(key)
        return None if stored is None else ObjectHead(stored.etag.strip('"'), len(stored.body), self._made_at[key])

    def read_range(self, key: str, etag: str, first: int, length: int) -> bytes:
        """Read a piece of an object, if it is still the one of that tag."""
        stored = self.objects.get(key)
        if stored is None or stored.etag != f'"{etag}"':
            raise LostUpdate(key)
        return stored.body[first : first + length]

    def put_url(self, key: str, *, seconds: int, size: int | None = None) -> PutUrl:
        """Refuse: nothing outside this process reaches what it holds."""
        raise NotImplementedError(key, seconds, size)

    def put(self, key: str, body: bytes) -> None:
        """Write an object, over whatever was there."""
        self._write(key, body)

    def replace(self, key: str, body: bytes, *, expected: StoredObject | None) -> StoredObject:
        """Write an object only if it is still as it was read."""
        current = self.objects.get(key)
        if (current and current.etag) != (expected and expected.etag):
            raise LostUpdate(key)
        return self._write(key, body)

    def _write(self, key: str, body: bytes) -> StoredObject:
        self.objects[key] = StoredObject(key, body, f'"{hash(body):x}"')
        self._made_at[key] = datetime.now(UTC)
        return self.objects[key]

    def names(self, prefix: str) -> Iterator[ObjectName]:
        """Name every object below a prefix."""
        for key in sorted(self.objects):
            if key.startswith(prefix):
                stored = self.objects[key]
                yield ObjectName(key, stored.etag, self._made_at[key].timestamp(), len(stored.body))

    def delete_any_version(self, key: str) -> None:
        """Delete an object, whatever it holds by now."""
        self.objects.pop(key, None)

    def delete(self, objects: Iterable[StoredObject | ObjectName]) -> None:
        """Delete objects that are still as they were read."""
        for each in objects:
            current = self.objects.get(each.key)
            if current and current.etag == each.etag:
                del self.objects[each.key]
