"""Remembers the values of the keys that were used last."""

import threading
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from cachetools import LRUCache

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Lru(Generic[Key, Value]):
    """A bounded mapping that makes a value when it is missing; two threads may make the same value at once."""

    def __init__(self, limit: int) -> None:
        self._known: LRUCache[Key, Value] = LRUCache(limit)
        self._lock = threading.Lock()

    def get_or_make(self, key: Key, make: Callable[[], Value]) -> Value:
        """Return the value of a key."""
        with self._lock:
            if key in self._known:
                return self._known[key]
        made = make()
        with self._lock:
            self._known[key] = made
        return made
