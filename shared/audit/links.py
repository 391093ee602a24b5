"""Signs of tampering in the entries of one chain: their links, their order and their gaps."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice, pairwise
from typing import Any

import orjson

from shared.audit.entry import GENESIS, digest, format_number, number_of, parse, position

Item = Mapping[str, Any]
"""An entry as it is stored."""
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
        return f"{what}: in {self.chain}, {self._said}"

    @property
    def sentence(self) -> str:
        """The finding as a sentence that stands alone."""
        return f"In {self.chain}, {self._said}"

    @property
    def _said(self) -> str:
        return _SENTENCES[self.tampering].format(self.sequence)


@dataclass(frozen=True)
class _Link:
    """An entry as stored: its key, its content, the hash of its text, and whether its key and copies agree with it."""

    key: str
    sequence: int
    previous: str
    hash: str
    intact: bool
    in_place: bool


def examine(chain: str, items: Iterable[Item], after: int = 0) -> Iterator[Finding]:
    """Yield what is wrong with the stored entries of a chain, or with those from an earlier entry `after` on.

    The first item must be that earlier entry, because the next one contains its hash.
    """
    links = [_link(chain, item) for item in items]
    wrong = {*_find_edited(links), *_find_reordered(links), *_find_deleted(links, after)}
    return (Finding(chain, sequence, tampering) for sequence, tampering in sorted(wrong))


def _link(chain: str, item: Item) -> _Link:
    text = {name: value if isinstance(value, str) else "" for name, value in item.items()}
    body = text.get("body", "")
    try:
        said: Any = parse(body)
        sequence = int(said["sequence"])
        copied = (said["chain"], said["user_id"], said["action"], digest(body))
        stands_at = (text["sequence"], text["position"])
        return _Link(
            key=text["sequence"],
            sequence=sequence,
            previous=said["previous"],
            hash=digest(body),
            intact=copied == (chain, text["user_id"], text["action"], text["hash"]),
            in_place=stands_at == (format_number(sequence), position(said["at"], sequence)),
        )
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        key = text["sequence"]
        sequence = int(key) if key.isdecimal() else 0
        return _Link(key, sequence, "", digest(body), intact=False, in_place=True)


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


def _find_deleted(links: Sequence[_Link], after: int) -> Iterator[tuple[int, Tampering]]:
    """Yield entries that are missing before others."""
    numbers = (number_of(link.key) for link in links)
    for earlier, later in pairwise(sorted({after, *(number for number in numbers if number)})):
        yield from ((missing, Tampering.DELETED) for missing in islice(range(earlier + 1, later), _NAMED_OF_A_GAP))
