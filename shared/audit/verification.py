"""Finds out whether somebody has edited, deleted, moved or cut off entries of the audit log."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import orjson

from shared.audit.entry import GENESIS, Head, digest, position, told
from shared.audit.trail import CHAINS

if TYPE_CHECKING:
    from shared.audit.anchors import Anchors
    from shared.audit.trail import AuditTrail, Item


class Tampering(StrEnum):
    """What was done to a chain."""

    EDITED = "edited"
    DELETED = "deleted"
    REORDERED = "reordered"
    CUT_OFF = "cut_off"


@dataclass(frozen=True, order=True)
class Finding:
    """One thing that is not as it was written; the sequence counts from 1 within the chain."""

    chain: str
    sequence: int
    tampering: Tampering

    def __str__(self) -> str:
        """The finding as a line of a report."""
        return f"{self.chain} #{self.sequence}: {self.tampering}"


@dataclass(frozen=True)
class _Link:
    """An entry as it is found: what it says, what its text hashes to, whether its key and its copies say the same."""

    sequence: int
    previous: str
    hash: str
    intact: bool
    in_place: bool


def verify(trail: "AuditTrail", anchors: "Anchors") -> list[Finding]:
    """Hold every chain against its own links, its head and every anchor; nothing found means nothing was touched.

    Heads are read before entries, so that writers may go on meanwhile.
    """
    sealed = [*trail.heads(), *anchors.all()]
    chains = sorted({*CHAINS, *(head.chain for head in sealed)})
    found = (examine(chain, trail.entries(chain), [head for head in sealed if head.chain == chain]) for chain in chains)
    return [finding for findings in found for finding in findings]


def examine(chain: str, items: "Iterable[Item]", sealed: Sequence[Head]) -> list[Finding]:
    """Find what is wrong with one chain, given its stored entries and the heads that it once had."""
    links = [_link(chain, item) for item in items]
    wrong = {*_edited(links), *_reordered(links), *_absent(links, sealed)}
    return [Finding(chain, sequence, tampering) for sequence, tampering in sorted(wrong)]


def _link(chain: str, item: "Item") -> _Link:
    stands_at, body = int(item["sequence"]["S"]), item["body"]["S"]
    try:
        said: Any = told(body)
        copied = (said["chain"], said["user_id"], said["action"], digest(body))
        return _Link(
            sequence=said["sequence"],
            previous=said["previous"],
            hash=digest(body),
            intact=copied == (chain, item["user_id"]["S"], item["action"]["S"], item["hash"]["S"]),
            in_place=(stands_at, item["position"]["S"]) == (said["sequence"], position(said["at"], said["sequence"])),
        )
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        return _Link(stands_at, "", digest(body), intact=False, in_place=True)


def _edited(links: Sequence[_Link]) -> Iterator[tuple[int, Tampering]]:
    """Entries whose own hash, or whose hash in the entry behind them, is of another text."""
    by_sequence = {link.sequence: link for link in links}
    for link in links:
        before = by_sequence.get(link.sequence - 1)
        if not link.intact:
            yield link.sequence, Tampering.EDITED
        if before is not None and link.previous != before.hash:
            yield before.sequence, Tampering.EDITED
        if link.sequence == 1 and link.previous != GENESIS:
            yield 1, Tampering.EDITED


def _reordered(links: Sequence[_Link]) -> Iterator[tuple[int, Tampering]]:
    """Entries that stand, in the chain or in time, where their text does not say."""
    return ((link.sequence, Tampering.REORDERED) for link in links if not link.in_place)


def _absent(links: Sequence[_Link], sealed: Sequence[Head]) -> Iterator[tuple[int, Tampering]]:
    """Entries that are missing between others or at the end, or that are not those whose hash was kept elsewhere."""
    by_sequence = {link.sequence: link for link in links}
    last = max(by_sequence, default=0)
    for missing in set(range(1, last)) - by_sequence.keys():
        yield missing, Tampering.DELETED
    for head in sealed:
        if head.sequence > last:
            yield last + 1, Tampering.CUT_OFF
        elif head.sequence in by_sequence and by_sequence[head.sequence].hash != head.hash:
            yield head.sequence, Tampering.EDITED
