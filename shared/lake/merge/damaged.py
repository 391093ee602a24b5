"""Remembers incoming objects that cannot be read, so that each process downloads them once.

They lie in the incoming prefix until somebody replaces them. A new process tries them again: it may run a newer version
of the code, which can read what an older one cannot.
"""

from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from shared.lake.storage.object_store import ObjectName
    from shared.records.schema import DataType


class DamagedObjects:
    """The damaged objects of each data type; another content under the same key is another object."""

    def __init__(self) -> None:
        self._known: dict[DataType, frozenset[ObjectName]] = {}

    def of(self, data_type: "DataType") -> "AbstractSet[ObjectName]":
        """Return the damaged objects that are known."""
        return self._known.get(data_type, frozenset())

    def remember(self, data_type: "DataType", names: "Iterable[ObjectName]", most: int) -> None:
        """Replace what is known of a data type; beyond the most, objects are downloaded again."""
        self._known[data_type] = frozenset(islice(names, most))
