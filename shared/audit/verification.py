"""Finds out whether somebody has edited, deleted, moved or cut off entries of the audit log."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

import orjson

from shared.audit.entry import GENESIS, Head, digest, numbered, position, told
from shared.audit.trail import CHAINS

if TYPE_CHECKING:
    from shared.audit.anchors import Anchors
    from shared.audit.trail import AuditTrail, Item

_NAMED_OF_A_GAP = 100
"""Of very many entries that are missing in one place, so many are named: it is enough to know where."""


class Tampering(StrEnum):
    """What was done to an entry."""

    EDITED = "edited"
    DELETED = "deleted"
    REORDERED = "reordered"
    CUT_OFF = "cut_off"


_SENTENCES = {
    Tampering.EDITED: "entry {0} was changed after it was written",
    Tampering.DELETED: "entry {0} is missing",
    Tampering.REORDERED: "entry {0} is not at its original position",
    Tampering.CUT_OFF: "entries from {0} on are missing",
}


@dataclass(frozen=True, order=True)
class Finding:
    """One sign of tampering; the sequence number starts at 1 in each chain."""

    chain: str
    sequence: int
    tampering: Tampering

    def __str__(self) -> str:
        """Format the finding as a line of the report."""
        what = self.tampering.replace("_", " ")
        return f"{what}: in {self.chain}, {_SENTENCES[self.tampering].format(self.sequence)}"


@dataclass(frozen=True)
class Verdict:
    """What is left of a chain, and what is wrong with it."""

    chain: str
    entries: int
    findings: Sequence[Finding]

    @property
    def verified(self) -> int:
        """How many of the entries are as they were written."""
        touched = {each.sequence for each in self.findings if each.tampering in {Tampering.EDITED, Tampering.REORDERED}}
        return self.entries - len(touched)


@dataclass(frozen=True)
class _Link:
    """An entry as it is found: what it says, what its text hashes to, whether its key and its copies say the same."""

    sequence: int
    previous: str
    hash: str
    intact: bool
    in_place: bool


def verify(trail: "AuditTrail", anchors: "Anchors") -> list[Verdict]:
    """Hold every chain against its own links, its head and every anchor; no findings mean that nothing was touched.

    Heads are read before entries, so that writers may go on meanwhile.
    """
    sealed = [*trail.heads(), *anchors.all()]
    chains = sorted({*CHAINS, *(head.chain for head in sealed)})
    return [examine(chain, trail.entries(chain), [head for head in sealed if head.chain == chain]) for chain in chains]


def examine(chain: str, items: "Iterable[Item]", sealed: Sequence[Head]) -> Verdict:
    """Find what is wrong with one chain, given its stored entries and the heads that it once had."""
    links = [_link(chain, item) for item in items]
    wrong = {*_edited(links), *_reordered(links), *_absent(links, sealed)}
    return Verdict(chain, len(links), [Finding(chain, sequence, tampering) for sequence, tampering in sorted(wrong)])


def _link(chain: str, item: "Item") -> _Link:
    text = {name: value if isinstance(value, str) else "" for name, value in item.items()}
    body = text.get("body", "")
    try:
        said: Any = told(body)
        sequence = int(said["sequence"])
        copied = (said["chain"], said["user_id"], said["action"], digest(body))
        stands_at = (text["sequence"], text["position"])
        return _Link(
            sequence=sequence,
            previous=said["previous"],
            hash=digest(body),
            intact=copied == (chain, text["user_id"], text["action"], text["hash"]),
            in_place=stands_at == (numbered(sequence), position(said["at"], sequence)),
        )
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        key = text["sequence"]
        return _Link(int(key) if key.isdecimal() else 0, "", digest(body), intact=False, in_place=True)


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
    for before, after in pairwise(sorted({0, *by_sequence})):
        yield from ((missing, Tampering.DELETED) for missing in islice(range(before + 1, after), _NAMED_OF_A_GAP))
    for head in sealed:
        if head.sequence > last:
            yield last + 1, Tampering.CUT_OFF
        elif head.sequence in by_sequence and by_sequence[head.sequence].hash != head.hash:
            yield head.sequence, Tampering.EDITED
