"""Verifies that no entry of the audit log was edited, deleted, moved or cut off."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any

import orjson

from shared.audit.entry import GENESIS, ChainHead, digest, format_number, parse, position
from shared.audit.trail import CHAINS

if TYPE_CHECKING:
    from shared.audit.checkpoints import Anchors
    from shared.audit.trail import AuditTrail, Item

_NAMED_OF_A_GAP = 100
"""Of many missing entries in one place, at most this number is listed."""


class Tampering(StrEnum):
    """Kind of tampering with an entry."""

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
class ChainVerification:
    """The entries of a chain, and the findings."""

    chain: str
    entries: int
    findings: Sequence[Finding]

    @property
    def verified(self) -> int:
        """Number of unchanged entries."""
        touched = {each.sequence for each in self.findings if each.tampering in {Tampering.EDITED, Tampering.REORDERED}}
        return self.entries - len(touched)


@dataclass(frozen=True)
class _Link:
    """An entry as stored: its content, the hash of its text, and whether its key and copies agree with it."""

    sequence: int
    previous: str
    hash: str
    intact: bool
    in_place: bool


def verify(trail: "AuditTrail", anchors: "Anchors") -> list[ChainVerification]:
    """Hold every chain against its own links, its head and every anchor; no findings mean that nothing was touched.

    Heads are read before entries, so that writers may go on meanwhile.
    """
    sealed = [*trail.heads(), *anchors.all()]
    chains = sorted({*CHAINS, *(head.chain for head in sealed)})
    return [examine(chain, trail.entries(chain), [head for head in sealed if head.chain == chain]) for chain in chains]


def examine(chain: str, items: "Iterable[Item]", sealed: Sequence[ChainHead]) -> ChainVerification:
    """Verify one chain, given its stored entries and earlier heads."""
    links = [_link(chain, item) for item in items]
    wrong = {*_find_edited(links), *_find_reordered(links), *_find_absent(links, sealed)}
    return ChainVerification(
        chain, len(links), [Finding(chain, sequence, tampering) for sequence, tampering in sorted(wrong)]
    )


def _link(chain: str, item: "Item") -> _Link:
    text = {name: value if isinstance(value, str) else "" for name, value in item.items()}
    body = text.get("body", "")
    try:
        said: Any = parse(body)
        sequence = int(said["sequence"])
        copied = (said["chain"], said["user_id"], said["action"], digest(body))
        stands_at = (text["sequence"], text["position"])
        return _Link(
            sequence=sequence,
            previous=said["previous"],
            hash=digest(body),
            intact=copied == (chain, text["user_id"], text["action"], text["hash"]),
            in_place=stands_at == (format_number(sequence), position(said["at"], sequence)),
        )
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        key = text["sequence"]
        return _Link(int(key) if key.isdecimal() else 0, "", digest(body), intact=False, in_place=True)


def _find_edited(links: Sequence[_Link]) -> Iterator[tuple[int, Tampering]]:
    """Yield entries whose own hash, or whose hash in the next entry, does not match their text."""
    by_sequence = {link.sequence: link for link in links}
    for link in links:
        before = by_sequence.get(link.sequence - 1)
        if not link.intact:
            yield link.sequence, Tampering.EDITED
        if before is not None and link.previous != before.hash:
            yield before.sequence, Tampering.EDITED
        if link.sequence == 1 and link.previous != GENESIS:
            yield 1, Tampering.EDITED


def _find_reordered(links: Sequence[_Link]) -> Iterator[tuple[int, Tampering]]:
    """Yield entries whose place in the chain or in time does not match their text."""
    return ((link.sequence, Tampering.REORDERED) for link in links if not link.in_place)


def _find_absent(links: Sequence[_Link], sealed: Sequence[ChainHead]) -> Iterator[tuple[int, Tampering]]:
    """Yield entries that are missing, or that do not match a checkpoint."""
    by_sequence = {link.sequence: link for link in links}
    last = max(by_sequence, default=0)
    for before, after in pairwise(sorted({0, *by_sequence})):
        yield from ((missing, Tampering.DELETED) for missing in islice(range(before + 1, after), _NAMED_OF_A_GAP))
    for head in sealed:
        if head.sequence > last:
            yield last + 1, Tampering.CUT_OFF
        elif head.sequence in by_sequence and by_sequence[head.sequence].hash != head.hash:
            yield head.sequence, Tampering.EDITED
