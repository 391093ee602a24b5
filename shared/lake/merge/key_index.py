"""Which partitions of a type may hold a record: 64 bits for each key, one object for each partition.

A record is one thing, whichever day it is told to belong to. So a merge says which keys are new to its partition
before it looks for the same keys under all other days, and both before it writes the base: of two merges that bring
one key to two days at once, one at least sees the other. Nothing is ever taken off a list, so a key found there *may*
be in that partition; the partition itself knows.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import pyarrow as pa
import pyarrow.compute as pc

from shared.lake.parquet.record_keys import keys_of
from shared.lake.storage.object_store import LakeStore, LostUpdate, ObjectName, StoredObject
from shared.lake.storage.paths import PartitionId, day_of_keys

_BYTES = 8
_PARALLEL = 8
_AT_ONCE = 64
_MOST_KEPT = 512 * 1024 * 1024


class KeyIndex:
    """Says which records a partition may hold, and finds the other partitions that may hold them too.

    Lists that did not change since they were last read are not read again, as long as the process lives and they fit
    into so many bytes.
    """

    def __init__(self, lake: LakeStore, most_kept: int = _MOST_KEPT) -> None:
        self._lake = lake
        self._most_kept = most_kept
        self._kept: dict[str, StoredObject] = {}
        self._lock = Lock()

    def announce(self, partition: PartitionId, base: pa.Table, new: pa.Array) -> Mapping[PartitionId, pa.Array]:
        """Say that a partition may hold these keys from now on; then find the other days that may hold any of them.

        Args:
            partition: what is merged.
            base: what stands in it, whose keys are known, unless no merge of this partition has told of any.
            new: the keys that come to it.

        Raises:
            LostUpdate: somebody else said so of other keys at the same time.
        """
        told = _fingerprints(new)
        self._publish(partition, base, told)
        names = [name for name in self._lake.names(partition.keys_prefix) if name.key != partition.keys_key]
        sought, found = _hashes(told), dict[PartitionId, pa.Array]()
        for start in range(0, len(names), _AT_ONCE):
            for name, hits in _hits(self._lists(names[start : start + _AT_ONCE]), sought):
                there = PartitionId(partition.data_type, day_of_keys(name))
                found[there] = new.filter(pc.is_in(sought, value_set=hits))
        return found

    def _publish(self, partition: PartitionId, base: pa.Table, told: bytes) -> None:
        key = partition.keys_key
        known = self._kept.get(key) or self._lake.get(key)
        if known is None:
            missing = _fingerprints(keys_of(partition.data_type, base)) + told
        else:
            missing = _missing_in(known, told)
        if not missing:
            return
        try:
            self._keep(self._lake.replace(key, (known.body if known else b"") + missing, expected=known))
        except LostUpdate:
            with self._lock:
                self._kept.pop(key, None)
            raise

    def _lists(self, names: Sequence[ObjectName]) -> list[StoredObject]:
        with self._lock:  # so that mergers of one process do not read the same lists side by side
            known = {name: self._kept.get(name.key) for name in names}
            stale = [name.key for name, each in known.items() if each is None or each.etag != name.etag]
            with ThreadPoolExecutor(_PARALLEL) as pool:
                fresh = {each.key: each for each in pool.map(self._lake.get, stale) if each is not None}
            lists = [fresh.get(name.key) or each for name, each in known.items()]
        for each in fresh.values():
            self._keep(each)
        return [each for each in lists if each is not None]

    def _keep(self, stored: StoredObject) -> None:
        with self._lock:
            self._kept.pop(stored.key, None)
            self._kept[stored.key] = stored
            size = sum(len(each.body) for each in self._kept.values())
            while size > self._most_kept:
                size -= len(self._kept.pop(next(iter(self._kept))).body)


def _fingerprints(keys: pa.Array | pa.ChunkedArray) -> bytes:
    """The keys' first 64 bits under BLAKE2, one behind the other: there is no hash in Arrow."""
    return b"".join([hashlib.blake2b(key, digest_size=_BYTES).digest() for key in keys.cast(pa.binary()).to_pylist()])


def _hashes(fingerprints: bytes) -> pa.Array:
    buffers = [None, pa.py_buffer(fingerprints)]
    return pa.Array.from_buffers(pa.uint64(), len(fingerprints) // _BYTES, buffers)


def _missing_in(stored: StoredObject, fingerprints: bytes) -> bytes:
    told = _hashes(fingerprints)
    listed = _hashes(stored.body)
    there = listed.filter(pc.is_in(listed, value_set=told))
    missing = told.filter(pc.invert(pc.is_in(told, value_set=there)))
    return _bytes_of(missing) if len(missing) else b""


def _bytes_of(hashes: pa.Array) -> bytes:
    data: bytes = hashes.buffers()[1].slice(hashes.offset * _BYTES, len(hashes) * _BYTES).to_pybytes()
    return data


def _hits(lists: Sequence[StoredObject], sought: pa.Array) -> Iterator[tuple[str, pa.Array]]:
    """The lists that hold any of what is sought, and which; all are searched at once, since most hold nothing."""
    chunks = [_hashes(each.body) for each in lists]
    mask, start = pc.is_in(pa.chunked_array(chunks, pa.uint64()), value_set=sought).combine_chunks(), 0
    if not pc.any(mask).as_py():
        return
    for each, chunk in zip(lists, chunks, strict=True):
        hits = chunk.filter(mask.slice(start, len(chunk)))
        start += len(chunk)
        if len(hits):
            yield each.key, hits
