"""The most memory that Arrow allocates meanwhile."""

from collections.abc import Callable

import pyarrow as pa

_POOLS = list[pa.MemoryPool]()
"""Pools must outlive what was allocated from them, which caches may keep."""


def peak_bytes(work: Callable[[], object]) -> int:
    """Do some work, and return the most bytes that Arrow had allocated for it at any time."""
    before, own = pa.default_memory_pool(), pa.proxy_memory_pool(pa.default_memory_pool())
    _POOLS.append(own)
    pa.set_memory_pool(own)
    try:
        work()
    finally:
        pa.set_memory_pool(before)
    peak: int = own.max_memory()
    return peak
