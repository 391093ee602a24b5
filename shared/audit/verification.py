"""Verifies that no entry of the audit log was edited, deleted, moved or cut off.

A log of years does not fit into one request, so that it is verified in parts: first the entries of each chain, a window
at a time, then the heads that were stored or anchored, a page at a time.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING

from shared.audit.cursor import Place
from shared.audit.entry import ChainHead, digest, number_of
from shared.audit.links import Finding, Item, Tampering, examine
from shared.audit.trail import CHAINS

if TYPE_CHECKING:
    from shared.audit.checkpoints import Anchors
    from shared.audit.trail import AuditTrail

BYTES_AT_ONCE = 20 * 1024 * 1024
"""A request has 29 seconds, and a query reads at most 1 MB at a time."""
ANCHORS_AT_ONCE = 100
_BYTES_BESIDE_THE_BODY = 200


@dataclass(frozen=True)
class Part:
    """What a part verified, and where the next one begins: None after the last."""

    entries: Mapping[str, int]
    anchors: int
    findings: frozenset[Finding]
    following: Place | None


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


def verify(trail: "AuditTrail", anchors: "Anchors") -> list[ChainVerification]:
    """Verify all parts; no findings mean that nothing was touched."""
    entries, findings = Counter(dict.fromkeys(CHAINS, 0)), set[Finding]()
    for part in Verification(trail, anchors).parts():
        entries.update(part.entries)
        findings |= part.findings
    chains = sorted({*entries, *(each.chain for each in findings)})
    return [
        ChainVerification(chain, entries[chain], sorted(each for each in findings if each.chain == chain))
        for chain in chains
    ]


@dataclass(frozen=True)
class Verification:
    """Verifies the log part by part, while writers go on.

    Attributes:
        most_bytes: about the size of the entries in a part.
        most_anchors: number of anchors in a part; each has the head of every chain.
    """

    trail: "AuditTrail"
    anchors: "Anchors"
    most_bytes: int = BYTES_AT_ONCE
    most_anchors: int = ANCHORS_AT_ONCE

    def parts(self) -> Iterator[Part]:
        """Verify everything."""
        place: Place | None = Place()
        while place is not None:
            part = self.part(place)
            yield part
            place = part.following

    def part(self, place: Place) -> Part:
        """Verify the part that begins at a place."""
        return self._entries(place) if place.chain < len(CHAINS) else self._heads(place)

    def _entries(self, place: Place) -> Part:
        """Hold entries against their links, until there are enough for a part."""
        counted, findings, left = Counter[str](), set[Finding](), self.most_bytes
        while place.chain < len(CHAINS) and left > 0:
            chain, window = CHAINS[place.chain], self._window(place, left)
            new = [item for item in window.items if item["sequence"] != place.after]
            left -= sum(map(_size, new))
            counted[chain] += len(new)
            findings.update(examine(chain, window.items, place.number))
            place = Place(place.chain + 1) if window.is_last else _behind(window.items, place)
        return Part(counted, 0, frozenset(findings), place)

    def _window(self, place: Place, most_bytes: int) -> "_Window":
        """Read entries from the one that was verified last on, and at least one more."""
        items: list[Item] = []
        for item in self.trail.entries(CHAINS[place.chain], since=place.after):
            if most_bytes <= 0:
                return _Window(items, is_last=False)
            items.append(item)
            most_bytes -= 0 if item["sequence"] == place.after else _size(item)
        return _Window(items, is_last=True)

    def _heads(self, place: Place) -> Part:
        """Hold anchored heads, and before the first of them the stored ones, against the entries that they name."""
        page = self.anchors.page(place.anchor, self.most_anchors)
        heads = {*page.heads, *(self.trail.heads() if place.anchor is None else ())}
        following = None if page.following is None else replace(place, anchor=page.following)
        return Part({}, page.anchors, frozenset(self._compare(heads)), following)

    def _compare(self, heads: Iterable[ChainHead]) -> Iterator[Finding]:
        """Yield entries that are missing at the end, or whose text is not the one of the head."""
        last = cache(self.trail.last)
        sealed = [head for head in heads if head.sequence]
        bodies = self.trail.bodies(sealed)
        for head in sealed:
            body = bodies.get((head.chain, head.sequence))
            if body is not None and digest(body) != head.hash:
                yield Finding(head.chain, head.sequence, Tampering.EDITED)
            elif body is None and head.sequence > last(head.chain):
                yield Finding(head.chain, last(head.chain) + 1, Tampering.CUT_OFF)


@dataclass(frozen=True)
class _Window:
    """Entries of a chain, and whether there are no further ones."""

    items: Sequence[Item]
    is_last: bool


def _size(item: Item) -> int:
    return _BYTES_BESIDE_THE_BODY + len(str(item.get("body", "")))


def _behind(items: Sequence[Item], place: Place) -> Place:
    """Return the place behind entries of the chain of another place."""
    keys = [str(item["sequence"]) for item in items]
    return Place(place.chain, keys[-1], max(place.number, *map(number_of, keys)))
