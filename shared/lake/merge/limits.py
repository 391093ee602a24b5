"""How much one pass of a merge takes, so that it fits into the memory and the time of a function."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class PassLimits:
    """The most that one pass takes, whatever waits.

    Attributes:
        rows: rows to merge; a single object may exceed it.
        size: bytes of the rows in memory; those of a single object may exceed it.
        objects: objects to download, whether they can be read or not. Each costs a read and a change of the ledger, and
            a pass that outlasts the function would be repeated without end.
        listed: names to list, without those of objects that are known to be damaged. A thousand cost a request.
        markers: cancellation markers without rows that are looked up in the ledger.
        damaged: damaged objects of a data type that a process remembers.
    """

    rows: int = 100_000
    size: int = 64 * 1024 * 1024
    objects: int = 500
    listed: int = 50_000
    markers: int = 1_000
    damaged: int = 50_000
