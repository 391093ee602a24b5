"""The key index: for each partition of a data type, 64-bit hashes of the keys that it may contain.

A record may move to another day. A merge registers the keys that are new to its partition before it looks for them in
the lists of all other days, and does both before it writes the base. So of two merges that add one key to two days at
the same time, at least one sees the other. Lists only grow: a listed key *may* be in the partition, and only its base
is certain.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.parquet.key_columns import key_column
from shared.lake.storage.object_store import LakeStore, LostUpdate, ObjectName, StoredObject
from shared.lake.storage.paths import PartitionId, day_of_keys

_BYTES = 8
_PARALLEL = 8
_AT_ONCE = 64
_MOST_KEPT = 512 * 1024 * 1024


class KeyIndex:
    """Registers the keys that a partition may contain, and finds other partitions that may contain them.

    Lists are cached as long as the process lives and they fit into `most_kept` bytes; unchanged ones are not read
    again.
    """

    def __init__(self, lake: LakeStore, most_kept: int = _MOST_KEPT) -> None:
        self._lake = lake
        self._most_kept = most_kept
        self._cached: dict[str, StoredObject] = {}
        self._lock = Lock()

    def register_and_find(
        self, partition: PartitionId, base: pa.Table, new: pa.Array
    ) -> Mapping[PartitionId, pa.Array]:
        """Register keys of a partition, then find the other days that may have any of them.

        Args:
            partition: the partition of the merge.
            base: its current rows; their keys are registered too if the partition has no list yet.
            new: the keys of the pending rows.

        Raises:
            LostUpdate: another merge registered keys of this partition at the same time.
        """
        fingerprints = _fingerprints(new)
        self._register(partition, base, fingerprints)
        names = [name for name in self._lake.names(partition.keys_prefix) if name.key != partition.keys_key]
        sought, found = _hashes(fingerprints), dict[PartitionId, pa.Array]()
        for start in range(0, len(names), _AT_ONCE):
            for name, hits in _matching_lists(self._lists(names[start : start + _AT_ONCE]), sought):
                other = PartitionId(partition.data_type, day_of_keys(name))
                found[other] = new.filter(pc.is_in(sought, value_set=hits))
        return found

    def _register(self, partition: PartitionId, base: pa.Table, fingerprints: bytes) -> None:
        key = partition.keys_key
        known = self._cached.get(key) or self._lake.get(key)
        if known is None:
            new_fingerprints = _fingerprints(key_column(partition.data_type, base)) + fingerprints
        else:
            new_fingerprints = _missing_in(known, fingerprints)
        if not new_fingerprints:
            return
        try:
            self._cache(self._lake.replace(key, (known.body if known else b"") + new_fingerprints, expected=known))
        except LostUpdate:
            with self._lock:
                self._cached.pop(key, None)
            raise

    def _lists(self, names: Sequence[ObjectName]) -> list[StoredObject]:
        with self._lock:  # so that mergers of one process do not read the same lists side by side
            known = {name: self._cached.get(name.key) for name in names}
            stale = [name.key for name, each in known.items() if each is None or each.etag != name.etag]
            with ThreadPoolExecutor(_PARALLEL) as pool:
                fresh = {each.key: each for each in pool.map(self._lake.get, stale) if each is not None}
            lists = [fresh.get(name.key) or each for name, each in known.items()]
        for each in fresh.values():
            self._cache(each)
        return [each for each in lists if each is not None]

    def _cache(self, stored: StoredObject) -> None:
        with self._lock:
            self._cached.pop(stored.key, None)
            self._cached[stored.key] = stored
            size = sum(len(each.body) for each in self._cached.values())
            while size > self._most_kept:
                size -= len(self._cached.pop(next(iter(self._cached))).body)


def _fingerprints(keys: pa.Array | pa.ChunkedArray) -> bytes:
    """Return the first 64 bits of the BLAKE2 hash of each key, concatenated; Arrow has no hash function."""
    return b"".join([hashlib.blake2b(key, digest_size=_BYTES).digest() for key in keys.cast(pa.binary()).to_pylist()])


def _hashes(fingerprints: bytes) -> pa.Array:
    buffers = [None, pa.py_buffer(fingerprints)]
    return pa.Array.from_buffers(pa.uint64(), len(fingerprints) // _BYTES, buffers)


def _missing_in(stored: StoredObject, fingerprints: bytes) -> bytes:
    new = _hashes(fingerprints)
    listed = _hashes(stored.body)
    known = listed.filter(pc.is_in(listed, value_set=new))
    missing = new.filter(pc.invert(pc.is_in(new, value_set=known)))
    return _bytes_of(missing) if len(missing) else b""


def _bytes_of(hashes: pa.Array) -> bytes:
    data: bytes = hashes.buffers()[1].slice(hashes.offset * _BYTES, len(hashes) * _BYTES).to_pybytes()
    return data


def _matching_lists(lists: Sequence[StoredObject], sought: pa.Array) -> Iterator[tuple[str, pa.Array]]:
    """Yield the lists with any of the hashes, and which; all are searched at once, since most have none."""
    chunks = [_hashes(each.body) for each in lists]
    mask, start = pc.is_in(pa.chunked_array(chunks, pa.uint64()), value_set=sought).combine_chunks(), 0
    if not pc.any(mask).as_py():
        return
    for each, chunk in zip(lists, chunks, strict=True):
        hits = chunk.filter(mask.slice(start, len(chunk)))
        start += len(chunk)
        if len(hits):
            yield each.key, hits
